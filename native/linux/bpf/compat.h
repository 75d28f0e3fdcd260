/*
 * 32-bit system calls, for which the kernel does not run the tracepoints of single calls. Any program
 * can make them.
 */
#pragma once

#if defined(__TARGET_ARCH_x86)

/* Numbers of the i386 calls; arguments are in bx, cx, dx, si, di. */
enum {
	I386_OPEN = 5,
	I386_CREAT = 8,
	I386_LINK = 9,
	I386_UNLINK = 10,
	I386_MKNOD = 14,
	I386_PTRACE = 26,
	I386_RENAME = 38,
	I386_SYMLINK = 83,
	I386_SOCKETCALL = 102,
	I386_OPENAT = 295,
	I386_MKNODAT = 297,
	I386_UNLINKAT = 301,
	I386_RENAMEAT = 302,
	I386_LINKAT = 303,
	I386_SYMLINKAT = 304,
	I386_PROCESS_VM_READV = 347,
	I386_PROCESS_VM_WRITEV = 348,
	I386_RENAMEAT2 = 353,
	I386_ACCEPT4 = 364,
	I386_OPENAT2 = 437,
};
#define SOCKETCALL_ACCEPT 5
#define SOCKETCALL_ACCEPT4 18

static __always_inline void compat_opened(struct task_struct *task, long descriptor)
{
	struct file *file = file_of(task, descriptor);

	if (!file)
		return;
	if (is_wanted_of_calls(11))
		opened(task, file);
	opened_special(task, file);
}

static __always_inline void compat_reached(struct pt_regs *regs, u32 number)
{
	u32 who = number == I386_PTRACE ? (u32)regs->cx : (u32)regs->bx;
	u64 target = task_of_pid((void *)pid_by_number(who), PIDTYPE_PID);

	if (number == I386_PROCESS_VM_READV && is_wanted(10))
		emit_access(KIND_ACCESS, ACCESS_READ, target, 0);
	else if (number == I386_PROCESS_VM_WRITEV && is_wanted(8))
		emit_access(KIND_INJECT, ACCESS_WRITE, target, 0);
	else if (number == I386_PTRACE &&
		 (regs->bx == PTRACE_ATTACH || regs->bx == PTRACE_SEIZE) && is_wanted(10))
		emit_access(KIND_ACCESS, ACCESS_ATTACH, target, 0);
	else if (number == I386_PTRACE &&
		 (regs->bx == PTRACE_POKETEXT || regs->bx == PTRACE_POKEDATA) && is_wanted(8))
		emit_access(KIND_INJECT, ACCESS_POKE, target, regs->dx);
	else if (number == I386_PTRACE &&
		 (regs->bx == PTRACE_SETREGS || regs->bx == PTRACE_POKEUSR ||
		  regs->bx == PTRACE_SETREGSET) && is_wanted(8))
		emit_access(KIND_INJECT, ACCESS_REGISTERS, target, 0);
}

SEC("tp_btf/sys_exit")
int compat_exit(u64 *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 kind = KIND_FILE_CREATE, how = HOW_RENAME, number;
	long result = context[1];
	s32 descriptor = AT_FDCWD;
	struct pt_regs *regs;
	u64 name;

	if (result < 0)
		return 0;
	regs = (void *)context[0];
	number = regs->orig_ax;
	switch (number) {
	case I386_OPEN:
	case I386_CREAT:
	case I386_OPENAT:
	case I386_OPENAT2:
		compat_opened(task, result);
		return 0;
	case I386_SOCKETCALL:
		if (regs->bx != SOCKETCALL_ACCEPT && regs->bx != SOCKETCALL_ACCEPT4)
			return 0;
	/* fall through */
	case I386_ACCEPT4:
		if (is_wanted(3))
			accepted(task, result);
		return 0;
	case I386_PTRACE:
	case I386_PROCESS_VM_READV:
	case I386_PROCESS_VM_WRITEV:
		compat_reached(regs, number);
		return 0;
	case I386_UNLINK:
		kind = KIND_FILE_DELETE;
		how = HOW_UNLINK;
		name = regs->bx;
		break;
	case I386_UNLINKAT:
		if (regs->dx & AT_REMOVEDIR)
			return 0;
		kind = KIND_FILE_DELETE;
		how = HOW_UNLINK;
		descriptor = regs->bx;
		name = regs->cx;
		break;
	case I386_LINK:
		how = HOW_LINK;
	/* fall through */
	case I386_RENAME:
		name = regs->cx;
		break;
	case I386_RENAMEAT2:
		if (regs->di & RENAME_EXCHANGE)
			return 0;
	/* fall through */
	case I386_RENAMEAT:
		descriptor = regs->dx;
		name = regs->si;
		break;
	case I386_LINKAT:
		how = HOW_LINK;
		descriptor = regs->dx;
		name = regs->si;
		break;
	case I386_SYMLINK:
		how = HOW_SYMLINK;
		name = regs->cx;
		break;
	case I386_SYMLINKAT:
		how = HOW_SYMLINK;
		descriptor = regs->cx;
		name = regs->dx;
		break;
	case I386_MKNOD:
		how = HOW_MKNOD;
		name = regs->bx;
		break;
	case I386_MKNODAT:
		how = HOW_MKNOD;
		descriptor = regs->bx;
		name = regs->cx;
		break;
	default:
		return 0;
	}
	if (is_wanted(NAMES_INSIDE))
		return 0;
	if (kind == KIND_FILE_DELETE ? wants_deletions() : is_wanted(11) || is_wanted(25))
		emit_name(kind, how, descriptor, name, 0);
	return 0;
}
#endif
