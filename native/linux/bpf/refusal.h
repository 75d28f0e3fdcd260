/*
 * Refusing what is done to the sensor, where programs of the security modules load and the setting asks for
 * it. Only while a sensor lives: one that is dead keeps nobody out.
 */
#pragma once

#define PTRACE_MODE_ATTACH 2

/* 1 while it is refused. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u32);
} refusing SEC(".maps");

static __always_inline int is_refusing(void)
{
	u32 key = 0, *on = bpf_map_lookup_elem(&refusing, &key);
	struct self *us = self();

	return on && *on && us && us->pid;
}

static __always_inline long refuse_to_process(u32 deed, u64 target_address, int may_be_parent)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *target = (void *)target_address;
	u32 pid = READ(target, tgid);

	if (!is_protected_role(role_of(pid)) || (u32)task->tgid == pid || !is_refusing() ||
	    relation_of(task) != RELATION_STRANGER)
		return 0;
	if (may_be_parent && READ(READ(target, real_parent), tgid) == task->tgid)
		return 0;
	emit_interference(deed | DEED_REFUSED, target_address, 0, RELATION_STRANGER);
	return -EPERM;
}

static __always_inline long refuse_entry(u32 deed, u64 dentry_address)
{
	struct dentry *dentry = (void *)dentry_address;

	if (!is_protected_entry(dentry) || !is_refusing() ||
	    relation_of(bpf_get_current_task_btf()) != RELATION_STRANGER)
		return 0;
	emit_interference(deed | DEED_REFUSED, 0, dentry_address, RELATION_STRANGER);
	return -EPERM;
}

static __always_inline long refuse_path(u32 deed, u64 path_address)
{
	return refuse_entry(deed, (u64)READ((struct path *)path_address, dentry));
}

SEC("lsm/task_kill")
long refuse_signal(u64 *context)
{
	u32 signal = (u32)HOOK_ARGUMENT(context, 2);

	if (is_harmless(signal))
		return 0;
	return refuse_to_process(DEED_WITH_SIGNAL(DEED_SIGNAL, signal & 0xff),
				 HOOK_ARGUMENT(context, 0), 1);
}

/* ptrace, process_vm_*, pidfd_getfd, and files of /proc that give as much. */
SEC("lsm/ptrace_access_check")
long refuse_trace(u64 *context)
{
	if (!((u32)HOOK_ARGUMENT(context, 1) & PTRACE_MODE_ATTACH))
		return 0;
	return refuse_to_process(DEED_TRACE, HOOK_ARGUMENT(context, 0), 0);
}

SEC("lsm/file_open")
long refuse_open(u64 *context)
{
	struct file *file = (void *)HOOK_ARGUMENT(context, 0);

	if (!(READ(file, f_mode) & FMODE_WRITE))
		return 0;
	return refuse_entry(DEED_OPEN, (u64)READ(file, f_path.dentry));
}

SEC("lsm/path_mknod")
long refuse_make(u64 *context)
{
	return refuse_entry(DEED_OPEN, HOOK_ARGUMENT(context, 1));
}

SEC("lsm/path_unlink")
long refuse_unlink(u64 *context)
{
	return refuse_entry(DEED_REMOVE, HOOK_ARGUMENT(context, 1));
}

SEC("lsm/path_rmdir")
long refuse_rmdir(u64 *context)
{
	return refuse_entry(DEED_REMOVE, HOOK_ARGUMENT(context, 1));
}

SEC("lsm/path_rename")
long refuse_rename(u64 *context)
{
	if (refuse_entry(DEED_RENAME, HOOK_ARGUMENT(context, 1)))
		return -EPERM;
	return refuse_entry(DEED_RENAME, HOOK_ARGUMENT(context, 3));
}

SEC("lsm/path_link")
long refuse_link(u64 *context)
{
	return refuse_entry(DEED_RENAME, HOOK_ARGUMENT(context, 2));
}

SEC("lsm/path_truncate")
long refuse_truncate(u64 *context)
{
	return refuse_path(DEED_TRUNCATE, HOOK_ARGUMENT(context, 0));
}

SEC("lsm/path_chmod")
long refuse_chmod(u64 *context)
{
	return refuse_path(DEED_CHANGE_MODE, HOOK_ARGUMENT(context, 0));
}

SEC("lsm/path_chown")
long refuse_chown(u64 *context)
{
	return refuse_path(DEED_CHANGE_MODE, HOOK_ARGUMENT(context, 0));
}
