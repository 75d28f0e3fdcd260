/* File names that come into being or end, seen at the exit of the system calls that do it. */
#pragma once

/* The open file itself says whether this open created it. */
static __always_inline void opened(struct task_struct *task, struct file *file)
{
	if (READ(file, f_mode) & FMODE_CREATED && !is_self(task))
		emit_file(KIND_FILE_CREATE, HOW_OPEN, (u64)file, 0);
}

/* open, openat, openat2, creat. */
EXIT_PROGRAM(file_open, TO_SECOND)
{
	struct task_struct *task;
	struct file *file;

	if (context->ret < 0)
		return 0;
	task = bpf_get_current_task_btf();
	file = file_of(task, context->ret);
	if (file)
		opened(task, file);
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
	call = CALL_NUMBER(regs);
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
		emit_name(KIND_FILE_DELETE, HOW_RENAME, descriptor, name, 0);
}

/*
 * All calls that take names share one program, told apart by number: the verifier checks it once.
 * Their arguments are still in the task's saved registers at the exit.
 */
EXIT_PROGRAM(file_name, TO_SECOND)
{
	struct pt_regs *regs = context->regs;
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
		emit_name(kind, how, descriptor, name, 0);
	return 0;
}
