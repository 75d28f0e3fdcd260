/* Process life: exec, fork, exit, and the processes that are there already. */
#pragma once

#define LONG_ARGS_BYTES (256 * 1024)
/* Both walked paths fit in front of the inline arguments. */
#define INLINE_ARGS_BYTES PATH_BYTES

/* A record whose arguments do not fit the scratch is built in the ring buffer itself. */
struct long_exec {
	struct record_exec exec;
	u8 data[2 * PATH_BYTES + LONG_ARGS_BYTES];
};

static __always_inline struct record_exec *exec_part(struct scratch *scratch)
{
	return (void *)(scratch->fixed + sizeof(scratch->fixed) - sizeof(struct record_exec));
}

/* Fills everything of an exec record but the arguments. Returns the bytes of data used. */
static __always_inline u32 fill_exec(struct scratch *scratch, struct task_struct *task, u32 class,
				     u32 kind)
{
	struct record_exec *record = exec_part(scratch);
	struct task_struct *parent = task->real_parent;
	struct task_struct *parent_leader = parent->group_leader;
	struct file *file = task->mm->exe_file;
	struct dentry *dentry = file->f_path.dentry;
	struct inode *inode = file->f_inode;
	struct fs_struct *fs = task->fs;
	u32 end, flags = 0;

	fill_header(&record->header, task, kind);
	record->parent_start = parent_leader->start_boottime;
	record->parent_exec_id = parent->self_exec_id;
	record->inode = inode->i_ino;
	record->size = inode->i_size;
	record->mtime = inode_mtime(inode);
	record->ctime = inode_ctime(inode);
	record->device = inode->i_sb->s_dev;
	record->links = inode->i_nlink;
	record->effective_uid = task->cred->euid.val;
	record->pid_level = task->thread_pid->level;
	record->args_total = 0;
	record->args_len = 0;

	if (!dentry->d_hash.pprev)
		flags |= FLAG_UNLINKED;
	end = walk_path(class, (u64)READ(file, f_path.dentry), (u64)READ(file, f_path.mnt), 0);
	if (end & PATH_CUT)
		flags |= FLAG_PATH_INCOMPLETE;
	end &= ~PATH_CUT;
	if (end > PATH_BYTES)
		end = PATH_BYTES;
	record->path_len = end;
	record->cwd_len = 0;
	if (fs) {
		u32 start = end;
		end = walk_path(class, (u64)READ(fs, pwd.dentry), (u64)READ(fs, pwd.mnt), start);
		if (end & PATH_CUT)
			flags |= FLAG_CWD_INCOMPLETE;
		end &= ~PATH_CUT;
		if (end > 2 * PATH_BYTES || end < start)
			end = start;
		record->cwd_len = end - start;
	}
	record->header.flags |= flags;
	if (flags & (FLAG_PATH_INCOMPLETE | FLAG_CWD_INCOMPLETE))
		count(kind, COUNTER_PATH_INCOMPLETE);
	return end;
}

static __always_inline void emit_long_exec(struct scratch *scratch, u32 used, u64 start, u32 length)
{
	struct record_exec *record = exec_part(scratch);
	struct long_exec *out = bpf_ringbuf_reserve(&ring, sizeof(*out), 0);

	if (!out) {
		count(KIND_EXEC, COUNTER_RING_FULL);
		return;
	}
	if (used > 2 * PATH_BYTES)
		used = 2 * PATH_BYTES;
	if (length > LONG_ARGS_BYTES)
		length = LONG_ARGS_BYTES;
	bpf_probe_read_kernel(out->data, used, scratch->data);
	if (bpf_probe_read_user(out->data + used, length, (void *)start)) {
		count(KIND_EXEC, COUNTER_FAULT);
		record->header.flags |= FLAG_FAULT;
		length = 0;
	}
	record->args_len = length;
	record->header.length = sizeof(struct record_exec) + used + length;
	out->exec = *record;
	bpf_ringbuf_submit(out, 0);
}

SEC("tp_btf/sched_process_exec")
int process_exec(u64 *context)
{
	struct task_struct *task = (void *)context[0];
	struct scratch *scratch = scratch_of(SCRATCH_PROCESS);
	struct mm_struct *mm = task->mm;
	struct record_exec *record;
	u64 args;
	u32 used, length, limit = max_args;

	if (is_self(task))
		return 0;
	if (!scratch) {
		count(KIND_EXEC, COUNTER_INTERNAL);
		return 0;
	}
	emit_container(task, 1);
	record = exec_part(scratch);
	used = fill_exec(scratch, task, SCRATCH_PROCESS, KIND_EXEC);
	args = mm->arg_start;
	length = (u32)(mm->arg_end - args);
	record->args_total = length;
	if (length > limit) {
		length = limit;
		record->header.flags |= FLAG_ARGS_TRUNCATED;
		count(KIND_EXEC, COUNTER_ARGS_TRUNCATED);
	}
	if (length > INLINE_ARGS_BYTES) {
		emit_long_exec(scratch, used, args, length);
		return 0;
	}
	if (used > 2 * PATH_BYTES)
		used = 2 * PATH_BYTES;
	if (bpf_probe_read_user(scratch->data + used, length, (void *)args)) {
		count(KIND_EXEC, COUNTER_FAULT);
		record->header.flags |= FLAG_FAULT;
		length = 0;
	}
	record->args_len = length;
	used += length;
	record->header.length = sizeof(*record) + used;
	if (used > 3 * PATH_BYTES)
		used = 3 * PATH_BYTES;
	emit(record, sizeof(*record) + used, KIND_EXEC);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int process_fork(u64 *context)
{
	struct task_struct *task = (void *)context[0];
	struct task_struct *child = (void *)context[1];
	struct task_struct *parent = child->real_parent;
	struct record_fork *record;

	if (child->pid != child->tgid || child->flags & PF_KTHREAD || is_self(task))
		return 0;
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (!record) {
		count(KIND_FORK, COUNTER_RING_FULL);
		return 0;
	}
	fill_header(&record->header, task, KIND_FORK);
	record->header.length = sizeof(*record);
	record->child_start = child->start_boottime;
	record->child_exec_id = child->self_exec_id;
	record->child_parent_start = parent->group_leader->start_boottime;
	record->child_pid = child->tgid;
	record->child_parent_pid = parent->tgid;
	bpf_ringbuf_submit(record, 0);
	if (child->cgroups != task->cgroups || child->thread_pid->level > 0)
		emit_container(child, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int process_exit(u64 *context)
{
	struct task_struct *task = (void *)context[0];
	struct signal_struct *signal = task->signal;
	struct record_exit *record;

	if (signal->live.counter != 0 || task->flags & PF_KTHREAD)
		return 0;
	forget_role(task->tgid);
	if (is_self(task)) {
		forget_self();
		return 0;
	}
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (!record) {
		count(KIND_EXIT, COUNTER_RING_FULL);
		return 0;
	}
	fill_header(&record->header, task, KIND_EXIT);
	record->header.length = sizeof(*record);
	record->exit_code = signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code :
								task->exit_code;
	record->reserved = 0;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("iter/task")
int process_snapshot(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);
	struct self *us = self();
	struct record_exec *record;
	u32 used;

	if (us && us->pid != bpf_get_current_pid_tgid() >> 32) {
		struct nsproxy *proxy = bpf_get_current_task_btf()->nsproxy;
		struct fs_struct *fs = bpf_get_current_task_btf()->fs;
		u64 root = (u64)READ(fs, root.dentry), mount = (u64)READ(fs, root.mnt);

		us->mounts = (u64)READ(proxy, mnt_ns);
		us->root = us->root_mount = 0;
		if (walk_path(SCRATCH_ITERATOR, root, mount, 0) == 0) {
			us->root = root;
			us->root_mount = mount;
		}
		us->pid = bpf_get_current_pid_tgid() >> 32;
	}
	if (!task || !scratch || task->pid != task->tgid || task->flags & PF_KTHREAD || !task->mm)
		return 0;
	used = fill_container(scratch, task, SCRATCH_ITERATOR, 1, 1);
	barrier_var(used);
	if (used > 3 * PATH_BYTES)
		used = 3 * PATH_BYTES;
	bpf_seq_write(context->meta->seq, container_part(scratch),
		      sizeof(struct record_container) + used);
	record = exec_part(scratch);
	used = fill_exec(scratch, task, SCRATCH_ITERATOR, KIND_PROCESS);
	record->header.length = sizeof(*record) + used;
	if (used > 2 * PATH_BYTES)
		used = 2 * PATH_BYTES;
	bpf_seq_write(context->meta->seq, record, sizeof(*record) + used);
	return 0;
}
