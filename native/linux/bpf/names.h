/*
 * Names that come into being or end, seen where every way of asking for it passes: system calls of any
 * kind, io_uring. The security module's hook has the mount, the file system layer's function the outcome.
 * Where these load, they stand in for file.h.
 */
#pragma once

/* What a thread is about to do to which name. */
struct intent {
	u64 dentry;
	u64 mount;
	u32 how;
	u32 has_victim;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(4096);
	MAP_KEY(u64);
	MAP_VALUE(struct intent);
} intents SEC(".maps");

static __always_inline int is_of_interest(struct task_struct *task)
{
	return is_user_task(task) && !is_self(task);
}

static __always_inline void intend(u64 path, u64 dentry, u32 how, u32 has_victim)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct intent intent = { dentry, (u64)READ((struct path *)path, mnt), how, has_victim };

	if (is_of_interest(bpf_get_current_task_btf()))
		bpf_map_update_elem(&intents, &thread, &intent, BPF_ANY);
}

/* Emits the name of an entry as the kernel has it. */
__noinline int emit_entry(u32 kind, u32 how, u64 dentry, u64 mount)
{
	u32 number = guard_sit_down(GUARD_NAMES), length, start, size;
	struct guard_seat *seat = guard_seat_of(number);
	struct record_file *record;

	if (!seat) {
		count(kind, COUNTER_TABLE_FULL);
		return 0;
	}
	length = guard_path(number, dentry, mount, GUARD_TARGET_END);
	start = GUARD_TARGET_END - length - sizeof(*record);
	size = sizeof(*record) + length;
	barrier_var(start);
	barrier_var(size);
	if (start <= GUARD_TARGET_END && size <= GUARD_HEAD_BYTES + GUARD_PATH_BYTES) {
		record = (void *)&seat->event.text[start];
		begin_file(record, bpf_get_current_task_btf(), kind, how, 0);
		record->header.flags |= FLAG_WHOLE;
		record->path_len = length;
		record->header.length = size;
		emit(record, size, kind);
	}
	__sync_lock_test_and_set(&seat->is_taken, 0);
	return 0;
}

/* The outcome of what the current thread intended, if it was this. */
static __always_inline void conclude(u64 *context, u64 dentry, u32 kind)
{
	u64 thread = bpf_get_current_pid_tgid(), result = 0;
	struct intent *known = bpf_map_lookup_elem(&intents, &thread), intent;

	if (!known || known->dentry != dentry)
		return;
	intent = *known;
	bpf_map_delete_elem(&intents, &thread);
	if (bpf_get_func_ret(context, &result) || (s32)result)
		return;
	if (intent.has_victim)
		emit_entry(KIND_FILE_DELETE, intent.how, dentry, intent.mount);
	if (kind == KIND_FILE_DELETE ? wants_deletions() : is_wanted(11) || is_wanted(25))
		emit_entry(kind, intent.how, dentry, intent.mount);
}

SEC("lsm/file_open")
int name_open(u64 *context)
{
	u64 address = HOOK_ARGUMENT(context, 0);
	struct file *file = (void *)address;

	if (READ(file, f_mode) & FMODE_CREATED && is_of_interest(bpf_get_current_task_btf()))
		emit_entry(KIND_FILE_CREATE, HOW_OPEN, (u64)READ(file, f_path.dentry),
			   (u64)READ(file, f_path.mnt));
	return 0;
}

SEC("lsm/path_mknod")
int name_make(u64 *context)
{
	if (((u32)HOOK_ARGUMENT(context, 2) & S_IFMT) != S_IFSOCK)
		intend(HOOK_ARGUMENT(context, 0), HOOK_ARGUMENT(context, 1), HOW_MKNOD, 0);
	return 0;
}

SEC("lsm/path_symlink")
int name_symlink(u64 *context)
{
	intend(HOOK_ARGUMENT(context, 0), HOOK_ARGUMENT(context, 1), HOW_SYMLINK, 0);
	return 0;
}

SEC("lsm/path_link")
int name_link(u64 *context)
{
	intend(HOOK_ARGUMENT(context, 1), HOOK_ARGUMENT(context, 2), HOW_LINK, 0);
	return 0;
}

SEC("lsm/path_unlink")
int name_unlink(u64 *context)
{
	intend(HOOK_ARGUMENT(context, 0), HOOK_ARGUMENT(context, 1), HOW_UNLINK, 0);
	return 0;
}

/* A rename onto another name of the same file changes nothing; one of two directories ends no file. */
SEC("lsm/path_rename")
int name_rename(u64 *context)
{
	u64 dentry = HOOK_ARGUMENT(context, 1), new_dentry = HOOK_ARGUMENT(context, 3);
	struct inode *victim = READ((struct dentry *)new_dentry, d_inode);
	u32 has_victim;

	if ((u32)HOOK_ARGUMENT(context, 4) & RENAME_EXCHANGE ||
	    victim == READ((struct dentry *)dentry, d_inode))
		return 0;
	has_victim = victim && (READ(victim, i_mode) & S_IFMT) != S_IFDIR && wants_deletions();
	intend(HOOK_ARGUMENT(context, 2), dentry, HOW_RENAME, has_victim);
	return 0;
}

SEC("fexit/vfs_create")
int name_created(u64 *context)
{
	conclude(context, HOOK_ARGUMENT(context, 2), KIND_FILE_CREATE);
	return 0;
}

SEC("fexit/vfs_mknod")
int name_made(u64 *context)
{
	conclude(context, HOOK_ARGUMENT(context, 2), KIND_FILE_CREATE);
	return 0;
}

SEC("fexit/vfs_symlink")
int name_symlinked(u64 *context)
{
	conclude(context, HOOK_ARGUMENT(context, 2), KIND_FILE_CREATE);
	return 0;
}

SEC("fexit/vfs_link")
int name_linked(u64 *context)
{
	conclude(context, HOOK_ARGUMENT(context, 3), KIND_FILE_CREATE);
	return 0;
}

SEC("fexit/vfs_unlink")
int name_unlinked(u64 *context)
{
	conclude(context, HOOK_ARGUMENT(context, 2), KIND_FILE_DELETE);
	return 0;
}

/* The entry that was renamed has its new name now. */
SEC("fexit/vfs_rename")
int name_renamed(u64 *context)
{
	struct renamedata *data = (void *)HOOK_ARGUMENT(context, 0);

	conclude(context, (u64)READ(data, old_dentry), KIND_FILE_CREATE);
	return 0;
}
