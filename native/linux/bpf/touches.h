/*
 * Calls that name a file of the sensor or make one in its place, and the exits of calls that the protection
 * looks at. Names are compared by hashes of their last two parts only: the sensor looks at the whole path.
 */
#pragma once

#define HASH_BASE 0x811c9dc5u
#define HASH_PRIME 0x01000193u
#define HASHED(hash, byte) (((hash) ^ (u32)(byte)) * HASH_PRIME)
#define HASH_OF_DOT HASHED(HASH_BASE, '.')
#define HASH_OF_DOTS HASHED(HASH_OF_DOT, '.')
#define SCANNED_BYTES 256
/* The name is too long to be looked at here. */
#define UNSCANNED ~0ull

/* Hashes of the last parts of protected paths: of an old list and a new one. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(u32);
	MAP_VALUE(u8);
} protected_names SEC(".maps");

/* The lengths of these parts, a bit each; the highest stands for all beyond. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} protected_lengths SEC(".maps");
#define HIGHEST_LENGTH 63

static __always_inline int has_protected_length(u32 length)
{
	u32 key = 0;
	u64 *lengths = bpf_map_lookup_elem(&protected_lengths, &key);

	if (length > HIGHEST_LENGTH)
		length = HIGHEST_LENGTH;
	return lengths && *lengths >> length & 1;
}

/* Kept in memory, where the verifier does not follow it through the turns of the loop. */
struct parts {
	u32 directory;
	u32 last;
};

/* Hashes of a name's last part, and of the part before it in the upper half. */
__noinline u64 last_parts(u64 name)
{
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	struct parts *parts;

	if (!scratch)
		return UNSCANNED;
	if (bpf_probe_read_user_str(scratch->data, SCANNED_BYTES, (void *)name) >= SCANNED_BYTES)
		return UNSCANNED;
	parts = (void *)scratch->fixed;
	parts->directory = HASH_BASE;
	parts->last = HASH_BASE;
	for (int i = 0; i < SCANNED_BYTES; i++) {
		u8 byte = scratch->data[i];

		if (!byte)
			break;
		if (byte != '/') {
			parts->last = HASHED(parts->last, byte);
		} else if (parts->last != HASH_BASE) {
			parts->directory = parts->last;
			parts->last = HASH_BASE;
		}
	}
	return (u64)parts->directory << 32 | parts->last;
}

static __always_inline int is_protected_base(struct task_struct *task, s32 descriptor)
{
	struct file_number number = {};
	struct dentry *dentry;
	struct inode *inode;
	struct file *file;

	if (descriptor == AT_FDCWD) {
		/* Typed all the way: plain loads. */
		inode = task->fs->pwd.dentry->d_inode;
		number.inode = inode->i_ino;
		number.device = inode->i_sb->s_dev;
		number.generation = inode->i_generation;
		return !!bpf_map_lookup_elem(&protected_files, &number);
	}
	file = file_of(task, descriptor);
	if (!file)
		return 0;
	dentry = READ(file, f_path.dentry);
	return !!path_of_inode(READ(dentry, d_inode));
}

/* The record's own part, filled; NULL where the process may do what it did. */
static __always_inline struct record_touch *touch_by(struct task_struct *task)
{
	u32 relation = relation_of(task);
	struct record_touch *touch;

	if (may_write(relation))
		return NULL;
	touch = extra_part(KIND_TOUCH);
	if (!touch)
		return NULL;
	touch->relation = relation;
	touch->reserved = 0;
	return touch;
}

/* The current process did something to a name. */
__noinline int touched(u32 deed, s32 descriptor, u64 name)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 parts = last_parts(name);
	u32 last = parts, directory = parts >> 32;

	if (parts != UNSCANNED && directory != HASH_OF_DOT && directory != HASH_OF_DOTS &&
	    !bpf_map_lookup_elem(&protected_names, &directory) &&
	    !bpf_map_lookup_elem(&protected_names, &last) && !is_protected_base(task, descriptor))
		return 0;
	if (touch_by(task))
		emit_name(KIND_TOUCH, deed, descriptor, name, sizeof(struct record_touch));
	return 0;
}

/* The current process gave the file behind a descriptor other permissions. */
static __always_inline void changed_mode(struct task_struct *task, s32 descriptor)
{
	struct file *file = file_of(task, descriptor);
	struct dentry *dentry;
	u32 relation;

	if (!file)
		return;
	dentry = READ(file, f_path.dentry);
	if (!is_protected_entry(dentry))
		return;
	relation = relation_of(task);
	if (!may_write(relation))
		emit_interference(DEED_CHANGE_MODE, 0, (u64)dentry, relation);
}

/* The same by a name, or by a descriptor where the name is empty. */
static __always_inline void changed_mode_at(struct task_struct *task, s32 descriptor, u64 name,
					    u64 flags)
{
	if (names_no_path(name, flags))
		changed_mode(task, descriptor);
	else
		touched(DEED_CHANGE_MODE, descriptor, name);
}

/* Whether an entry is called like something that is protected. */
__noinline int has_protected_name(u64 dentry_address)
{
	struct dentry *dentry = (void *)dentry_address;
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	u32 hash = HASH_BASE;

	if (!scratch || !has_protected_length(READ(dentry, d_name.len)))
		return 0;
	if (bpf_probe_read_kernel_str(scratch->data, SCANNED_BYTES, READ(dentry, d_name.name)) < 0)
		return 0;
	for (int i = 0; i < SCANNED_BYTES; i++) {
		u8 byte = scratch->data[i];

		if (!byte)
			break;
		hash = HASHED(hash, byte);
	}
	return !!bpf_map_lookup_elem(&protected_names, &hash);
}

/*
 * The current process's open made the file. One that takes the place of a protected one that is gone has a
 * number that nobody knows yet.
 */
__noinline int made_by_open(u64 file_address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = (void *)file_address;
	struct dentry *dentry = READ(file, f_path.dentry);

	if (!has_protected_name((u64)dentry) && !has_protected_name((u64)READ(dentry, d_parent)))
		return 0;
	/* The opening itself was told. */
	if (is_protected_entry(dentry))
		return 0;
	if (touch_by(task))
		emit_file(KIND_TOUCH, DEED_OPEN, file_address, sizeof(struct record_touch));
	return 0;
}

/* Of calls that succeeded. */
EXIT_PROGRAM(protect_call, TO_FIRST, TO_SECOND)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct file *file;
	u64 request;
	u32 mode;

	switch (context->nr) {
	case NR_OPEN:
	case NR_CREAT:
	case NR_OPENAT:
	case NR_OPENAT2:
		file = file_of(task, context->ret);
		if (!file)
			return 0;
		mode = READ(file, f_mode);
		opened_for_writing(task, file, mode);
		if (mode & FMODE_CREATED)
			made_by_open((u64)file);
		return 0;
	case NR_PTRACE:
		request = ARGUMENT(regs, 0);
		if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
			reached(DEED_TRACE,
				task_of_pid((void *)pid_by_number((u32)ARGUMENT(regs, 1)),
					    PIDTYPE_PID));
		return 0;
	case NR_PROCESS_VM_WRITEV:
		reached(DEED_WRITE_MEMORY,
			task_of_pid((void *)pid_by_number((u32)ARGUMENT(regs, 0)), PIDTYPE_PID));
		return 0;
	case NR_PIDFD_GETFD:
		file = file_of(task, (s32)ARGUMENT(regs, 0));
		if (file)
			reached(DEED_TAKE_DESCRIPTOR,
				task_of_pid(pid_of_pidfd(file), PIDTYPE_TGID));
		return 0;
	case NR_UNLINK:
	case NR_RMDIR:
		touched(DEED_REMOVE, AT_FDCWD, ARGUMENT(regs, 0));
		return 0;
	case NR_UNLINKAT:
		touched(DEED_REMOVE, ARGUMENT(regs, 0), ARGUMENT(regs, 1));
		return 0;
	case NR_RENAME:
		touched(DEED_RENAME, AT_FDCWD, ARGUMENT(regs, 0));
		touched(DEED_RENAME, AT_FDCWD, ARGUMENT(regs, 1));
		return 0;
	case NR_RENAMEAT:
	case NR_RENAMEAT2:
		touched(DEED_RENAME, ARGUMENT(regs, 0), ARGUMENT(regs, 1));
		touched(DEED_RENAME, ARGUMENT(regs, 2), ARGUMENT(regs, 3));
		return 0;
	case NR_MKDIR:
	case NR_MKNOD:
		touched(DEED_MAKE, AT_FDCWD, ARGUMENT(regs, 0));
		return 0;
	case NR_MKDIRAT:
	case NR_MKNODAT:
		touched(DEED_MAKE, ARGUMENT(regs, 0), ARGUMENT(regs, 1));
		return 0;
	case NR_LINK:
	case NR_SYMLINK:
		touched(DEED_MAKE, AT_FDCWD, ARGUMENT(regs, 1));
		return 0;
	case NR_LINKAT:
		touched(DEED_MAKE, ARGUMENT(regs, 2), ARGUMENT(regs, 3));
		return 0;
	case NR_SYMLINKAT:
		touched(DEED_MAKE, ARGUMENT(regs, 1), ARGUMENT(regs, 2));
		return 0;
	case NR_TRUNCATE:
		touched(DEED_TRUNCATE, AT_FDCWD, ARGUMENT(regs, 0));
		return 0;
	case NR_CHMOD:
	case NR_CHOWN:
	case NR_LCHOWN:
		touched(DEED_CHANGE_MODE, AT_FDCWD, ARGUMENT(regs, 0));
		return 0;
	case NR_FCHMOD:
	case NR_FCHOWN:
		changed_mode(task, ARGUMENT(regs, 0));
		return 0;
	case NR_FCHMODAT:
		touched(DEED_CHANGE_MODE, ARGUMENT(regs, 0), ARGUMENT(regs, 1));
		return 0;
	case NR_FCHMODAT2:
		changed_mode_at(task, ARGUMENT(regs, 0), ARGUMENT(regs, 1), ARGUMENT(regs, 3));
		return 0;
	case NR_FCHOWNAT:
		changed_mode_at(task, ARGUMENT(regs, 0), ARGUMENT(regs, 1), ARGUMENT(regs, 4));
		return 0;
	}
	return 0;
}
