/* Files that may be programs now: written and closed, or made executable. The reader looks inside. */
#pragma once

#define ANY_EXECUTE 0111
#define DESCRIPTORS_AT_ONCE 32
#define CLOSE_RANGE_CLOEXEC (1u << 2)
/* Two bytes of a script's first line. */
#define SMALLEST_PROGRAM 2

static __always_inline int may_be_program(struct file *file)
{
	struct inode *inode = READ(file, f_inode);

	return (READ(inode, i_mode) & S_IFMT) == S_IFREG && READ(inode, i_size) >= SMALLEST_PROGRAM;
}

static __always_inline int may_be_written_program(struct file *file)
{
	return READ(file, f_mode) & FMODE_WRITE && may_be_program(file);
}

/* At the exit of close the file is gone. */
SEC("tracepoint/syscalls/sys_enter_close")
int executable_close(struct syscall_enter *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = bpf_task_pt_regs(task);
	struct file *file = file_of(task, (s32)ARGUMENT(regs, 0));

	if (file && may_be_written_program(file) && !is_self(task))
		emit_file_facts(KIND_EXECUTABLE, HOW_OPEN, file);
	return 0;
}

/* dup2 and dup3 close what has the new number. */
SEC("tracepoint/syscalls/sys_enter_dup2")
int executable_replace(struct syscall_enter *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = bpf_task_pt_regs(task);
	s32 closed = ARGUMENT(regs, 1);
	struct file *file = file_of(task, closed);

	if (file && closed != (s32)ARGUMENT(regs, 0) && may_be_written_program(file) &&
	    !is_self(task))
		emit_file_facts(KIND_EXECUTABLE, HOW_OPEN, file);
	return 0;
}

/* A global function, so that the verifier checks it once and not for every turn of the loop. */
__noinline int emit_left_open(u32 descriptor)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of(task, descriptor);

	if (file && may_be_written_program(file))
		emit_file_facts(KIND_EXECUTABLE, HOW_OPEN, file);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_close_range")
int executable_close_range(struct syscall_enter *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = bpf_task_pt_regs(task);
	u32 first = ARGUMENT(regs, 0), last = ARGUMENT(regs, 1), flags = ARGUMENT(regs, 2);

	if (is_self(task) || flags & CLOSE_RANGE_CLOEXEC)
		return 0;
	for (u32 next = 0; next < DESCRIPTORS_AT_ONCE; next++) {
		if (last - first < next || last < first)
			break;
		emit_left_open(first + next);
	}
	return 0;
}

/* What a process leaves open when it ends; its files are closed behind this. */
SEC("tp_btf/sched_process_exit")
int executable_exit(u64 *context)
{
	struct task_struct *task = (void *)context[0];
	struct files_struct *files = task->files;

	if (task->signal->live.counter != 0 || task->flags & PF_KTHREAD || !files || is_self(task))
		return 0;
	for (u32 descriptor = 0; descriptor < DESCRIPTORS_AT_ONCE; descriptor++)
		emit_left_open(descriptor);
	return 0;
}

/* chmod, fchmod, fchmodat, fchmodat2 share one program, told apart by number. */
EXIT_PROGRAM(executable_mode)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	u64 path = ARGUMENT(regs, 0), mode = ARGUMENT(regs, 1), flags = 0;
	s32 descriptor = AT_FDCWD;
	struct record_facts *facts;
	struct file *file;

	if (context->ret != 0 || is_self(task))
		return 0;
	if (context->nr == NR_FCHMOD) {
		descriptor = path;
		path = 0;
	} else if (context->nr != NR_CHMOD) {
		descriptor = path;
		path = ARGUMENT(regs, 1);
		mode = ARGUMENT(regs, 2);
		flags = context->nr == NR_FCHMODAT2 ? ARGUMENT(regs, 3) : 0;
	}
	if (!(mode & ANY_EXECUTE))
		return 0;
	if (names_no_path(path, flags)) {
		file = file_of(task, descriptor);
		if (file && may_be_program(file))
			emit_file_facts(KIND_EXECUTABLE, HOW_CHANGE, file);
		return 0;
	}
	facts = extra_part(KIND_EXECUTABLE);
	if (!facts)
		return 0;
	__builtin_memset(facts, 0, sizeof(*facts));
	emit_name(KIND_EXECUTABLE,
		  HOW_CHANGE | (flags & AT_SYMLINK_NOFOLLOW ? 0 : EMIT_FOLLOWED), descriptor, path,
		  sizeof(*facts));
	return 0;
}
