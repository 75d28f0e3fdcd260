/* File names that come into being or end, seen at the exit of the system calls that do it. */
#pragma once

static __always_inline struct record_file *file_part(struct scratch *scratch)
{
	return (void *)(scratch->fixed + sizeof(scratch->fixed) - sizeof(struct record_file));
}

/* open, openat, openat2, creat: the open file itself says whether this open created it. */
SEC("tracepoint/syscalls/sys_exit_open")
int file_open(struct syscall_exit *context)
{
	struct task_struct *task;
	struct scratch *scratch;
	struct record_file *record;
	struct file *file;
	struct path path;
	u32 end, flags = 0;

	if (context->ret < 0)
		return 0;
	task = bpf_get_current_task_btf();
	file = file_of(task, context->ret);
	if (!file || !(READ(file, f_mode) & FMODE_CREATED) || is_self(task))
		return 0;
	scratch = scratch_of(SCRATCH_FILE);
	if (!scratch) {
		count(KIND_FILE_CREATE, COUNTER_INTERNAL);
		return 0;
	}
	record = file_part(scratch);
	fill_header(&record->header, task, KIND_FILE_CREATE);
	record->inode = 0;
	record->device = 0;
	record->how = HOW_OPEN;
	record->name_len = 0;
	record->root_len = 0;
	record->reserved = 0;
	bpf_probe_read_kernel(&path, sizeof(path), (void *)ADDRESS(file, f_path));
	end = walk_path(SCRATCH_FILE, (u64)path.dentry, (u64)path.mnt, 0);
	if (end & PATH_CUT) {
		flags |= FLAG_PATH_INCOMPLETE;
		count(KIND_FILE_CREATE, COUNTER_PATH_INCOMPLETE);
	}
	end &= ~PATH_CUT;
	if (end > PATH_BYTES)
		end = PATH_BYTES;
	record->header.flags |= flags;
	record->path_len = end;
	record->header.length = sizeof(*record) + end;
	emit(record, sizeof(*record) + end, KIND_FILE_CREATE);
	return 0;
}

/*
 * The other calls leave no open file: the record holds the caller's text, read at the exit, when
 * its page is certainly present, and the base directory as the kernel knows it (for a relative
 * name: working directory or directory descriptor; else the process's root).
 */
__noinline int emit_name(u32 kind, u32 how, s32 descriptor, u64 name)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	struct fs_struct *fs = task->fs;
	struct record_file *record;
	u64 dentry = 0, mount = 0;
	int at_our_root;
	u32 end, start, flags = 0;
	long length;

	if (is_self(task))
		return 0;
	if (!scratch) {
		count(kind, COUNTER_INTERNAL);
		return 0;
	}
	record = file_part(scratch);
	fill_header(&record->header, task, kind);
	record->inode = 0;
	record->device = 0;
	record->how = how;
	scratch->data[0] = 0;
	length = bpf_probe_read_user_str(scratch->data, USER_PATH_BYTES, (void *)name);
	if (length < 0) {
		flags |= FLAG_FAULT;
		count(kind, COUNTER_FAULT);
		length = 0;
	}
	start = (u32)length;
	if (start > USER_PATH_BYTES)
		start = USER_PATH_BYTES;
	at_our_root = (u64)fs->root.dentry == self_root && (u64)fs->root.mnt == self_root_mount;
	if (scratch->data[0] != '/') {
		flags |= FLAG_RELATIVE;
		if (descriptor == AT_FDCWD) {
			dentry = (u64)READ(fs, pwd.dentry);
			mount = (u64)READ(fs, pwd.mnt);
		} else {
			struct file *file = file_of(task, descriptor);
			dentry = file ? (u64)READ(file, f_path.dentry) : 0;
			mount = file ? (u64)READ(file, f_path.mnt) : 0;
		}
	} else if (!at_our_root) {
		dentry = (u64)READ(fs, root.dentry);
		mount = (u64)READ(fs, root.mnt);
	}
	end = start;
	if (dentry) {
		end = walk_path(SCRATCH_FILE, dentry, mount, start);
		if (end & PATH_CUT) {
			flags |= FLAG_PATH_INCOMPLETE;
			count(kind, COUNTER_PATH_INCOMPLETE);
		}
		end &= ~PATH_CUT;
		if (end < start || end > USER_PATH_BYTES + PATH_BYTES)
			end = start;
	} else if (flags & FLAG_RELATIVE) {
		flags |= FLAG_PATH_INCOMPLETE;
		count(kind, COUNTER_PATH_INCOMPLETE);
	}
	record->header.flags |= flags;
	record->name_len = start;
	record->path_len = end - start;
	record->root_len = 0;
	record->reserved = 0;
	/* The caller's `..` stop at its own root. */
	if (flags & FLAG_RELATIVE && !at_our_root) {
		u64 root = (u64)READ(fs, root.dentry), root_mount = (u64)READ(fs, root.mnt);
		u32 behind = walk_path(SCRATCH_FILE, root, root_mount, end) & ~PATH_CUT;
		if (behind > end && behind <= USER_PATH_BYTES + 2 * PATH_BYTES) {
			record->root_len = behind - end;
			end = behind;
		}
	}
	record->header.length = sizeof(*record) + end;
	emit(record, sizeof(*record) + end, kind);
	return 0;
}

/* Threads whose current rename was seen to end a file. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(u64);
	MAP_VALUE(u8);
} victims SEC(".maps");

/*
 * No tracepoint tells whether a rename replaced a file. But a file that loses its last name in a
 * rename is evicted within the call, unless somebody has it open, and some file systems trace that.
 */
SEC("raw_tracepoint")
int file_evict(u64 *context)
{
	struct inode *inode = (void *)context[0];
	struct pt_regs *regs;
	u64 thread, call;
	u8 seen = 1;

	if (READ(inode, i_nlink))
		return 0;
	regs = bpf_task_pt_regs(bpf_get_current_task_btf());
	call = regs->orig_ax;
	if (call != NR_RENAME && call != NR_RENAMEAT && call != NR_RENAMEAT2)
		return 0;
	thread = bpf_get_current_pid_tgid();
	bpf_map_update_elem(&victims, &thread, &seen, BPF_ANY);
	return 0;
}

/* Reports the file that a rename onto its name ended, where that was seen. */
static __always_inline void end_victim(s64 result, s32 descriptor, u64 name)
{
	u64 thread = bpf_get_current_pid_tgid();

	if (!bpf_map_lookup_elem(&victims, &thread))
		return;
	bpf_map_delete_elem(&victims, &thread);
	if (result == 0)
		emit_name(KIND_FILE_DELETE, HOW_RENAME, descriptor, name);
}

/*
 * All calls that take names share one program, told apart by number: the verifier checks it once.
 * Their arguments are still in the task's saved registers at the exit.
 */
SEC("tracepoint/syscalls/sys_exit_unlink")
int file_name(struct syscall_exit *context)
{
	struct pt_regs *regs = bpf_task_pt_regs(bpf_get_current_task_btf());
	u32 kind = KIND_FILE_CREATE, how;
	s32 descriptor = AT_FDCWD;
	u64 name;

	switch (context->nr) {
	case NR_UNLINK:
		kind = KIND_FILE_DELETE;
		how = HOW_UNLINK;
		name = ARGUMENT(regs, 0);
		break;
	case NR_UNLINKAT:
		if (ARGUMENT(regs, 2) & AT_REMOVEDIR)
			return 0;
		kind = KIND_FILE_DELETE;
		how = HOW_UNLINK;
		descriptor = ARGUMENT(regs, 0);
		name = ARGUMENT(regs, 1);
		break;
	case NR_RENAME:
		how = HOW_RENAME;
		name = ARGUMENT(regs, 1);
		break;
	case NR_RENAMEAT2:
		if (ARGUMENT(regs, 4) & RENAME_EXCHANGE)
			return 0;
	/* fall through */
	case NR_RENAMEAT:
		how = HOW_RENAME;
		descriptor = ARGUMENT(regs, 2);
		name = ARGUMENT(regs, 3);
		break;
	case NR_MKNOD:
		how = HOW_MKNOD;
		name = ARGUMENT(regs, 0);
		break;
	case NR_MKNODAT:
		how = HOW_MKNOD;
		descriptor = ARGUMENT(regs, 0);
		name = ARGUMENT(regs, 1);
		break;
	case NR_LINK:
		how = HOW_LINK;
		name = ARGUMENT(regs, 1);
		break;
	case NR_LINKAT:
		how = HOW_LINK;
		descriptor = ARGUMENT(regs, 2);
		name = ARGUMENT(regs, 3);
		break;
	case NR_SYMLINK:
		how = HOW_SYMLINK;
		name = ARGUMENT(regs, 1);
		break;
	case NR_SYMLINKAT:
		how = HOW_SYMLINK;
		descriptor = ARGUMENT(regs, 1);
		name = ARGUMENT(regs, 2);
		break;
	default:
		return 0;
	}
	if (how == HOW_RENAME)
		end_victim(context->ret, descriptor, name);
	if (context->ret == 0)
		emit_name(kind, how, descriptor, name);
	return 0;
}
