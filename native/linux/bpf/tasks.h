/* Other tasks than the current one: by number, by pid file descriptor, by file of /proc. */
#pragma once

#define NODE_BITS 6
#define TREE_LEVELS 6
#define PIDTYPE_PID 0
#define PIDTYPE_TGID 1

/*
 * The struct pid with a number in the current task's pid namespace, or 0: the namespace's tree of
 * numbers, walked as the kernel does it.
 */
__noinline u64 pid_by_number(u32 number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pid *own = task->thread_pid;
	struct pid_namespace *space = NULL;
	u64 upid = ADDRESS(own, numbers) + (u64)own->level * sizeof(struct upid);
	u64 entry, slot;
	u8 shift;

	bpf_probe_read_kernel(&space, sizeof(space), (void *)(upid + OFFSET(struct upid, ns)));
	if (!space)
		return 0;
	number -= READ(space, idr.idr_base);
	entry = (u64)READ(space, idr.idr_rt.xa_head);
	for (int i = 0; i < TREE_LEVELS; i++) {
		if ((entry & 3) != 2)
			return i == 0 && number ? 0 : entry;
		entry -= 2;
		shift = READ((struct xa_node *)entry, shift);
		slot = number >> (shift & 31);
		if (slot >> NODE_BITS && i == 0)
			return 0;
		slot &= (1 << NODE_BITS) - 1;
		if (bpf_probe_read_kernel(&entry, sizeof(entry),
					  (void *)(ADDRESS((struct xa_node *)entry, slots) + slot * 8)))
			return 0;
		if (!shift)
			return entry & 3 ? 0 : entry;
	}
	return 0;
}

/* The task that a struct pid stands for, or 0 when it is gone. */
static __always_inline u64 task_of_pid(struct pid *pid, u32 type)
{
	u64 link = 0;

	if (!pid)
		return 0;
	bpf_probe_read_kernel(&link, sizeof(link), (void *)(ADDRESS(pid, tasks) + type * 8));
	return link ? link - OFFSET(struct task_struct, pid_links) - type * 16 : 0;
}

/* The struct pid behind a file of /proc that belongs to a process, or NULL. */
static __always_inline struct pid *pid_of_proc(struct inode *inode)
{
	u64 own = (u64)inode - OFFSET(struct proc_inode, vfs_inode);

	return READ((struct proc_inode *)own, pid);
}

/* The struct pid behind a pid file descriptor: in its inode from 6.9 on, in the file before. */
static __always_inline struct pid *pid_of_pidfd(struct file *file)
{
	struct inode *inode = READ(file, f_inode);

	if (READ(READ(inode, i_sb), s_magic) == PID_FS_MAGIC)
		return READ(inode, i_private);
	return READ(file, private_data);
}
