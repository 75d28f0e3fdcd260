/* What the current system call writes, and where: for hooks that are told neither. */
#pragma once

#define X32_CALL 0x40000000

/* From where the written bytes come. */
enum { WRITES_UNKNOWN, WRITES_MEMORY, WRITES_FILE, WRITES_NOTHING };

struct write {
	u64 position;
	/* Of the first bytes, in the caller's memory. */
	u64 buffer;
	struct file *source;
	u32 from;
	u32 has_position;
};

struct call {
	u64 arguments[6];
	u32 number;
	u32 word; /* bytes */
};

#if defined(__TARGET_ARCH_x86)
/* i386's system calls, which 64-bit programs can make, too. */
#define NR32_WRITE 4
#define NR32_IOCTL 54
#define NR32_WRITEV 146
#define NR32_PWRITE64 181
#define NR32_SENDFILE 187
#define NR32_SENDFILE64 239
#define NR32_SPLICE 313
#define NR32_FALLOCATE 324
#define NR32_PWRITEV 334
#define NR32_COPY_FILE_RANGE 377
#define NR32_PWRITEV2 379

/* A 32-bit call's number as that of a 64-bit program; for those that write nothing one that no call has. */
static __always_inline u32 native_number(u32 number)
{
	switch (number) {
	case NR32_WRITE:
		return NR_WRITE;
	case NR32_IOCTL:
		return NR_IOCTL;
	case NR32_WRITEV:
		return NR_WRITEV;
	case NR32_PWRITE64:
		return NR_PWRITE64;
	case NR32_SENDFILE:
	case NR32_SENDFILE64:
		return NR_SENDFILE;
	case NR32_SPLICE:
		return NR_SPLICE;
	case NR32_FALLOCATE:
		return NR_FALLOCATE;
	case NR32_PWRITEV:
		return NR_PWRITEV;
	case NR32_COPY_FILE_RANGE:
		return NR_COPY_FILE_RANGE;
	case NR32_PWRITEV2:
		return NR_PWRITEV2;
	}
	return ~0u;
}

static __always_inline void read_compat_call(struct pt_regs *regs, struct call *call)
{
	call->number = native_number((u32)regs->orig_ax);
	call->arguments[0] = (u32)regs->bx;
	call->arguments[1] = (u32)regs->cx;
	call->arguments[2] = (u32)regs->dx;
	call->arguments[3] = (u32)regs->si;
	call->arguments[4] = (u32)regs->di;
	call->arguments[5] = (u32)regs->bp;
}
#else
/* Numbers of the 32-bit calls are not described: what they write stays unknown. */
static __always_inline void read_compat_call(struct pt_regs *regs, struct call *call)
{
	call->number = ~0u;
}
#endif

static __always_inline void read_call(struct task_struct *task, struct call *call)
{
	struct pt_regs *regs = bpf_task_pt_regs(task);

	if (IS_COMPAT(task)) {
		call->word = 4;
		read_compat_call(regs, call);
		return;
	}
	call->word = 8;
	call->number = CALL_NUMBER(regs) & ~X32_CALL;
	call->arguments[0] = ARGUMENT(regs, 0);
	call->arguments[1] = ARGUMENT(regs, 1);
	call->arguments[2] = ARGUMENT(regs, 2);
	call->arguments[3] = ARGUMENT(regs, 3);
	call->arguments[4] = ARGUMENT(regs, 4);
	call->arguments[5] = ARGUMENT(regs, 5);
}

static __always_inline u64 read_word(u64 address, u32 bytes)
{
	u64 value = 0;

	if (bytes == 4)
		bpf_probe_read_user(&value, 4, (void *)address);
	else
		bpf_probe_read_user(&value, 8, (void *)address);
	return value;
}

/* A file offset among the arguments: one register, or two of 32 bits. */
static __always_inline u64 offset_argument(const struct call *call, u64 low, u64 high)
{
	return call->word == 8 ? low : low | high << 32;
}

/* An offset behind a pointer; without one, where the file stands. */
static __always_inline u64 offset_behind(u64 pointer, u64 standing)
{
	return pointer ? read_word(pointer, 8) : standing;
}

/*
 * What the current call is about to write to `file`. Source and position stay unknown where the call
 * does not name the file: io_uring, the kernel's own writes, a descriptor that was changed meanwhile.
 * An unknown position is the beginning, unless the file is open for appending.
 */
static __always_inline void read_write(struct task_struct *task, struct file *file,
				       struct write *write)
{
	u64 standing = READ(file, f_pos), position;
	struct call call = {};
	s32 target, source = -1;
	u32 number, is_appending = READ(file, f_flags) & O_APPEND;

	write->position = is_appending ? (u64)READ(READ(file, f_inode), i_size) : 0;
	write->buffer = 0;
	write->source = NULL;
	write->from = WRITES_UNKNOWN;
	write->has_position = 0;
	read_call(task, &call);
	number = call.number;
	target = (s32)call.arguments[0];
	position = standing;
	switch (number) {
	case NR_WRITE:
		write->from = WRITES_MEMORY;
		write->buffer = call.arguments[1];
		break;
	case NR_PWRITE64:
		write->from = WRITES_MEMORY;
		write->buffer = call.arguments[1];
		position = offset_argument(&call, call.arguments[3], call.arguments[4]);
		break;
	case NR_PWRITEV2:
		if (call.arguments[5] & RWF_APPEND)
			is_appending = 1;
		if (call.arguments[5] & RWF_NOAPPEND)
			is_appending = 0;
	/* fall through */
	case NR_PWRITEV:
		position = offset_argument(&call, call.arguments[3], call.arguments[4]);
		if (number == NR_PWRITEV2 && position == ~0ull)
			position = standing;
	/* fall through */
	case NR_WRITEV:
		write->from = WRITES_MEMORY;
		write->buffer = read_word(call.arguments[1], call.word);
		break;
	case NR_SENDFILE:
		source = (s32)call.arguments[1];
		write->from = WRITES_FILE;
		break;
	case NR_SPLICE:
	case NR_COPY_FILE_RANGE:
		source = (s32)call.arguments[0];
		target = (s32)call.arguments[2];
		write->from = WRITES_FILE;
		position = offset_behind(call.arguments[3], standing);
		break;
	case NR_IOCTL:
		if ((u32)call.arguments[1] == FICLONE) {
			source = (s32)call.arguments[2];
			position = 0;
		} else if ((u32)call.arguments[1] == FICLONERANGE) {
			source = (s32)read_word(call.arguments[2], 8);
			position = read_word(call.arguments[2] + 24, 8);
		} else {
			return;
		}
		write->from = WRITES_FILE;
		break;
	case NR_FALLOCATE:
		if (!(call.arguments[1] & ~(u64)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_UNSHARE_RANGE)))
			position = ~0ull >> 1;
		else
			position = offset_argument(&call, call.arguments[2], call.arguments[3]);
		write->from = WRITES_NOTHING;
		is_appending = 0;
		break;
	default:
		return;
	}
	if (file_of(task, target) != file) {
		write->from = WRITES_UNKNOWN;
		return;
	}
	if (source >= 0)
		write->source = file_of(task, source);
	if (is_appending)
		position = (u64)READ(READ(file, f_inode), i_size);
	write->position = position;
	write->has_position = 1;
}
