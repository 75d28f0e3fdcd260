/* Where a process runs: control groups, its number in its own pid namespace, its image's file. */
#pragma once

#define GROUP_LEVELS 32
#define GROUPS_TOLD 4096
#define SUBSYSTEMS 16
/* An id of 64 digits with a word in front. */
#define LONG_NAME 80
#define MAX_LEVEL 63

struct groups {
	u64 group;
	u64 legacy;
};

/* Groups whose paths were delivered; the reader remembers more of them than this holds. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(GROUPS_TOLD);
	MAP_KEY(struct groups);
	MAP_VALUE(u8);
} groups_told SEC(".maps");

static __always_inline u64 number_of(struct cgroup *group)
{
	struct kernfs_node *node = READ(group, kn);

	return READ(node, id);
}

/* How much a group looks like a container's: their names are long, and they lie deep. */
static __always_inline u32 weight_of(struct cgroup *group)
{
	struct kernfs_node *node = READ(group, kn);
	u32 level = READ(group, level);
	char name[LONG_NAME];
	long length;

	if (!level)
		return 0;
	length = bpf_probe_read_kernel_str(name, sizeof(name), READ(node, name));
	if (level > MAX_LEVEL)
		level = MAX_LEVEL;
	return length <= 0 ? level : (u32)length * (MAX_LEVEL + 1) + level;
}

/*
 * A task's group in the tree of version 1 where it looks most like a container's, or NULL: runtimes
 * use all of these trees, others only some.
 */
static __always_inline struct cgroup *legacy_group(struct css_set *set, struct cgroup *group)
{
	u32 count = FIELD_SIZE(set->subsys) / sizeof(void *);
	struct cgroup_root *unified = READ(group, root);
	struct cgroup *found = NULL;
	u32 most = 0;

	for (u32 i = 0; i < SUBSYSTEMS; i++) {
		struct cgroup_subsys_state *state = NULL;
		struct cgroup *other;
		u32 weight;

		if (i >= count)
			break;
		bpf_probe_read_kernel(&state, sizeof(state), (void *)(ADDRESS(set, subsys) + i * 8));
		if (!state)
			continue;
		other = READ(state, cgroup);
		if (READ(other, root) == unified)
			continue;
		weight = weight_of(other);
		if (weight <= most)
			continue;
		most = weight;
		found = other;
	}
	return found;
}

static __always_inline struct kernfs_node *above(struct kernfs_node *node)
{
	struct kernfs_node___renamed *renamed = (void *)node;

	if (FIELD_EXISTS(node->parent))
		return READ(node, parent);
	return READ(renamed, __parent);
}

/* Appends the names from a group up to its tree's root, as walk_path does. */
__noinline u32 walk_group(u32 class, u64 group, u32 offset)
{
	struct scratch *scratch = scratch_of(class);
	struct kernfs_node *node = READ((struct cgroup *)group, kn);

	if (!scratch)
		return offset | PATH_CUT;
	for (int i = 0; i < GROUP_LEVELS; i++) {
		struct kernfs_node *parent = above(node);
		long length;

		if (!parent)
			return offset;
		if (offset > sizeof(scratch->data) - NAME_BYTES)
			return offset | PATH_CUT;
		length = bpf_probe_read_kernel_str(&scratch->data[offset], NAME_BYTES,
						   READ(node, name));
		if (length <= 0 || length > NAME_BYTES)
			return offset | PATH_CUT;
		offset += length;
		node = parent;
	}
	return offset | PATH_CUT;
}

/* Appends the names from `dentry` up to the root of its file system, whatever is mounted there. */
__noinline u32 walk_file_system(u32 class, u64 dentry, u32 offset)
{
	struct scratch *scratch = scratch_of(class);
	struct walk *walk;

	if (!scratch)
		return offset | PATH_CUT;
	walk = &scratch->walk;
	walk->dentry = (void *)dentry;
	walk->mount = NULL;
	walk->place.root = NULL;
	walk->start = offset;
	walk->limit = offset + PATH_BYTES - NAME_BYTES;
	for (int i = 0; i < PATH_COMPONENTS / COMPONENTS_A_STEP; i++) {
		offset = walk_some(class, offset);
		if (offset & (PATH_DONE | PATH_CUT))
			return offset & ~PATH_DONE;
	}
	return offset | PATH_CUT;
}

static __always_inline struct record_container *container_part(struct scratch *scratch)
{
	return (void *)(scratch->fixed + sizeof(scratch->fixed) - sizeof(struct record_container));
}

static __always_inline u32 own_number(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;
	u64 upid = ADDRESS(pid, numbers) + (u64)pid->level * sizeof(struct upid);
	int number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), (void *)(upid + OFFSET(struct upid, nr)));
	return number;
}

/*
 * Fills a container record for `task` into the scratch and returns the bytes of its texts. With
 * `whole`, it has the groups' paths in any case.
 */
static __always_inline u32 fill_container(struct scratch *scratch, struct task_struct *task,
					  u32 class, int has_image, int whole)
{
	struct record_container *record = container_part(scratch);
	struct css_set *set = task->cgroups;
	struct cgroup *group = READ(set, dfl_cgrp);
	struct cgroup *legacy = legacy_group(set, group);
	struct groups key = { .group = number_of(group) };
	u32 end = 0, start;

	if (legacy) {
		struct cgroup_root *root = READ(legacy, root);

		key.legacy = number_of(legacy) ^ (u64)READ(root, hierarchy_id) << 56;
	}
	fill_header(&record->header, task, KIND_CONTAINER);
	record->group = key.group;
	record->legacy_group = key.legacy;
	record->own_pid = own_number(task);
	record->device = 0;
	record->group_len = 0;
	record->legacy_len = 0;
	record->image_len = 0;
	record->has_groups = whole || !bpf_map_lookup_elem(&groups_told, &key);
	if (record->has_groups) {
		end = walk_group(class, (u64)group, 0) & ~PATH_CUT;
		if (end > PATH_BYTES)
			end = PATH_BYTES;
		record->group_len = end;
		if (legacy) {
			start = end;
			end = walk_group(class, (u64)legacy, start) & ~PATH_CUT;
			if (end > 2 * PATH_BYTES || end < start)
				end = start;
			record->legacy_len = end - start;
		}
	}
	if (has_image && record->header.flags & FLAG_FOREIGN) {
		struct file *file = task->mm->exe_file;
		struct inode *inode = file->f_inode;

		start = end;
		end = walk_file_system(class, (u64)READ(file, f_path.dentry), start);
		if (end & PATH_CUT || end > 3 * PATH_BYTES || end < start)
			end = start;
		record->image_len = end - start;
		record->device = inode->i_sb->s_dev;
	}
	record->header.length = sizeof(*record) + end;
	return end;
}

static __always_inline void emit_container(struct task_struct *task, int has_image)
{
	struct scratch *scratch = scratch_of(SCRATCH_PROCESS);
	struct record_container *record;
	struct groups key;
	u8 told = 1;
	u32 end;

	if (!scratch) {
		count(KIND_CONTAINER, COUNTER_INTERNAL);
		return;
	}
	record = container_part(scratch);
	end = fill_container(scratch, task, SCRATCH_PROCESS, has_image, 0);
	barrier_var(end);
	if (end > 3 * PATH_BYTES)
		end = 3 * PATH_BYTES;
	if (bpf_ringbuf_output(&ring, record, sizeof(*record) + end, 0)) {
		count(KIND_CONTAINER, COUNTER_RING_FULL);
		return;
	}
	if (!record->has_groups)
		return;
	key.group = record->group;
	key.legacy = record->legacy_group;
	bpf_map_update_elem(&groups_told, &key, &told, BPF_ANY);
}

/* A process was moved to another group; its threads go with it. */
SEC("tp_btf/cgroup_attach_task")
int process_moved(u64 *context)
{
	struct task_struct *task = (void *)context[2];

	if (task->pid == task->tgid && !(task->flags & PF_KTHREAD) && !is_self(task))
		emit_container(task, 0);
	return 0;
}
