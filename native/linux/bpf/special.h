/* Opens of what is no ordinary file: devices, the kernel's memory, processes' memory, FIFOs. */
#pragma once

static __always_inline int is_memory_device(u32 device)
{
	u32 minor = device & 0xfffff;

	return device >> 20 == MEMORY_DEVICES && (minor == 1 || minor == 2 || minor == 4);
}

static __always_inline void opened_special(struct task_struct *task, struct file *file)
{
	struct inode *inode = READ(file, f_inode);
	u64 magic;

	switch (READ(inode, i_mode) & S_IFMT) {
	case S_IFREG:
		magic = READ(READ(inode, i_sb), s_magic);
		if (magic == PROC_SUPER_MAGIC)
			open_proc(task, file, inode);
		return;
	case S_IFIFO:
		magic = READ(READ(inode, i_sb), s_magic);
		if (magic != PIPEFS_MAGIC && is_wanted(18) && !is_self(task))
			emit_file(KIND_PIPE_CONNECT, HOW_OPEN, (u64)file, 0);
		return;
	case S_IFCHR:
		if (!is_memory_device(READ(inode, i_rdev)))
			return;
		break;
	case S_IFBLK:
		break;
	default:
		return;
	}
	if (READ(file, f_mode) & FMODE_READ && is_wanted(9) && !is_self(task))
		emit_file(KIND_RAW_READ, HOW_OPEN, (u64)file, 0);
}

/* open, openat, openat2. */
EXIT_PROGRAM(special_open)
{
	struct task_struct *task;
	struct file *file;

	if (context->ret < 0)
		return 0;
	task = bpf_get_current_task_btf();
	file = file_of(task, context->ret);
	if (file)
		opened_special(task, file);
	return 0;
}
