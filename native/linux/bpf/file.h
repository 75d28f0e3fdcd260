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
	struct super_block *super;
	struct inode *inode;
	struct file *file;
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
	inode = READ(file, f_inode);
	record->inode = READ(inode, i_ino);
	super = READ(inode, i_sb);
	record->device = READ(super, s_dev);
	record->how = HOW_OPEN;
	record->name_len = 0;
	end = walk_path(SCRATCH_FILE, (u64)READ(file, f_path.dentry), (u64)READ(file, f_path.mnt), 0);
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
	emit(scratch, record, sizeof(*record) + end, KIND_FILE_CREATE);
	return 0;
}

/*
 * The other calls leave no open file: the record holds the base directory as the kernel knows it
 * (for a relative name: working directory or directory descriptor; else the process's root) and
 * the caller's text, read at the exit, when its page is certainly present.
 */
__noinline int emit_name(u32 kind, u32 how, s32 descriptor, u64 name)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	struct fs_struct *fs = task->fs;
	struct record_file *record;
	u64 dentry, mount;
	u32 end, flags = 0;
	long length;
	u8 first = 0;

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
	bpf_probe_read_user(&first, 1, (void *)name);
	if (first == '/') {
		dentry = (u64)READ(fs, root.dentry);
		mount = (u64)READ(fs, root.mnt);
	} else if (descriptor == AT_FDCWD) {
		flags |= FLAG_RELATIVE;
		dentry = (u64)READ(fs, pwd.dentry);
		mount = (u64)READ(fs, pwd.mnt);
	} else {
		struct file *file = file_of(task, descriptor);
		flags |= FLAG_RELATIVE;
		dentry = file ? (u64)READ(file, f_path.dentry) : 0;
		mount = file ? (u64)READ(file, f_path.mnt) : 0;
	}
	end = walk_path(SCRATCH_FILE, dentry, mount, 0);
	if (end & PATH_CUT) {
		flags |= FLAG_PATH_INCOMPLETE;
		count(kind, COUNTER_PATH_INCOMPLETE);
	}
	end &= ~PATH_CUT;
	if (end > PATH_BYTES)
		end = PATH_BYTES;
	record->path_len = end;
	length = bpf_probe_read_user_str(scratch->data + end, USER_PATH_BYTES, (void *)name);
	if (length < 0) {
		flags |= FLAG_FAULT;
		count(kind, COUNTER_FAULT);
		length = 0;
	}
	if (length > USER_PATH_BYTES)
		length = USER_PATH_BYTES;
	record->header.flags |= flags;
	record->name_len = length;
	end += length;
	record->header.length = sizeof(*record) + end;
	emit(scratch, record, sizeof(*record) + end, kind);
	return 0;
}

/*
 * One program per system call, named as the call; the arguments are still in the task's saved
 * registers at its exit.
 */
#define NAME_PROGRAM(call, kind, how, descriptor, name, condition)                              \
	SEC("tracepoint/syscalls/sys_exit_" #call)                                              \
	int file_##call(struct syscall_exit *context)                                           \
	{                                                                                       \
		struct pt_regs *regs;                                                           \
		if (context->ret != 0)                                                          \
			return 0;                                                               \
		regs = bpf_task_pt_regs(bpf_get_current_task_btf());                            \
		if (!(condition))                                                               \
			return 0;                                                               \
		return emit_name(kind, how, descriptor, name);                                  \
	}

NAME_PROGRAM(mknod, KIND_FILE_CREATE, HOW_MKNOD, AT_FDCWD, ARGUMENT(regs, 0), 1)
NAME_PROGRAM(mknodat, KIND_FILE_CREATE, HOW_MKNOD, (s32)ARGUMENT(regs, 0), ARGUMENT(regs, 1), 1)
NAME_PROGRAM(link, KIND_FILE_CREATE, HOW_LINK, AT_FDCWD, ARGUMENT(regs, 1), 1)
NAME_PROGRAM(linkat, KIND_FILE_CREATE, HOW_LINK, (s32)ARGUMENT(regs, 2), ARGUMENT(regs, 3), 1)
NAME_PROGRAM(symlink, KIND_FILE_CREATE, HOW_SYMLINK, AT_FDCWD, ARGUMENT(regs, 1), 1)
NAME_PROGRAM(symlinkat, KIND_FILE_CREATE, HOW_SYMLINK, (s32)ARGUMENT(regs, 1), ARGUMENT(regs, 2), 1)
NAME_PROGRAM(rename, KIND_FILE_CREATE, HOW_RENAME, AT_FDCWD, ARGUMENT(regs, 1), 1)
NAME_PROGRAM(renameat, KIND_FILE_CREATE, HOW_RENAME, (s32)ARGUMENT(regs, 2), ARGUMENT(regs, 3), 1)
NAME_PROGRAM(renameat2, KIND_FILE_CREATE, HOW_RENAME, (s32)ARGUMENT(regs, 2), ARGUMENT(regs, 3),
	     !(ARGUMENT(regs, 4) & RENAME_EXCHANGE))
NAME_PROGRAM(unlink, KIND_FILE_DELETE, HOW_UNLINK, AT_FDCWD, ARGUMENT(regs, 0), 1)
NAME_PROGRAM(unlinkat, KIND_FILE_DELETE, HOW_UNLINK, (s32)ARGUMENT(regs, 0), ARGUMENT(regs, 1),
	     !(ARGUMENT(regs, 2) & AT_REMOVEDIR))
