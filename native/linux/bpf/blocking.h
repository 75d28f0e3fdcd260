/*
 * Operations that can be denied: executable files that come into being (event 27), and content that
 * is overwritten where it stands (event 28).
 */
#pragma once

/* A hook's argument as a number, so that functions may take it. */
#define HOOK_ARGUMENT(context, n)                                                               \
	({                                                                                      \
		u64 value_ = 0;                                                                 \
		bpf_probe_read_kernel(&value_, sizeof(value_), (context) + (n));                \
		value_;                                                                         \
	})

static __always_inline int is_user_task(struct task_struct *task)
{
	return !(task->flags & PF_KTHREAD);
}

static __always_inline int is_program_mode(u32 mode)
{
	return (mode & S_IFMT) == S_IFREG && mode & S_IXUGO;
}

/* Newer verifiers want to see what a security program returns. */
static __always_inline long decide(u32 kind, u32 how, u64 dentry, u64 mount, u32 mode)
{
	return guard_decide(kind, how, dentry, mount, mode) ? -EPERM : 0;
}

static __always_inline long decide_on_file(u32 kind, u32 how, u64 file, u32 mode)
{
	struct file *opened = (void *)file;

	return decide(kind, how, (u64)READ(opened, f_path.dentry), (u64)READ(opened, f_path.mnt),
		      mode);
}

/* An entry that an inode gets in the directory `path`. */
static __always_inline long decide_on_entry(u32 how, u64 path, u64 dentry, u32 mode)
{
	if (!is_program_mode(mode))
		return 0;
	return decide(GUARD_EXECUTABLE, how, dentry, (u64)READ((struct path *)path, mnt), mode);
}

static __always_inline u32 mode_of_dentry(u64 dentry)
{
	struct inode *inode = READ((struct dentry *)dentry, d_inode);

	return inode ? READ(inode, i_mode) : 0;
}

/* Also where open creates the file. */
SEC("lsm/path_mknod")
long block_create(u64 *context)
{
	u32 mode = (u32)HOOK_ARGUMENT(context, 2) & 0xffff;

	if (!is_user_task(bpf_get_current_task_btf()) || !guards(GUARD_EXECUTABLE))
		return 0;
	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	return decide_on_entry(HOW_OPEN, HOOK_ARGUMENT(context, 0), HOOK_ARGUMENT(context, 1), mode);
}

SEC("lsm/path_chmod")
long block_mode(u64 *context)
{
	u64 path = HOOK_ARGUMENT(context, 0);
	u32 before, mode = (u32)HOOK_ARGUMENT(context, 1) & 07777;
	u64 dentry;

	if (!(mode & S_IXUGO) || !is_user_task(bpf_get_current_task_btf()) ||
	    !guards(GUARD_EXECUTABLE))
		return 0;
	dentry = (u64)READ((struct path *)path, dentry);
	before = mode_of_dentry(dentry);
	if (before & S_IXUGO)
		return 0;
	return decide_on_entry(HOW_CHANGE, path, dentry, (before & S_IFMT) | mode);
}

SEC("lsm/path_link")
long block_link(u64 *context)
{
	u64 old = HOOK_ARGUMENT(context, 0), path = HOOK_ARGUMENT(context, 1);

	if (!is_user_task(bpf_get_current_task_btf()) || !guards(GUARD_EXECUTABLE))
		return 0;
	return decide_on_entry(HOW_LINK, path, HOOK_ARGUMENT(context, 2), mode_of_dentry(old));
}

SEC("lsm/path_rename")
long block_rename(u64 *context)
{
	u64 old_path = HOOK_ARGUMENT(context, 0), old = HOOK_ARGUMENT(context, 1);
	u64 path = HOOK_ARGUMENT(context, 2), dentry = HOOK_ARGUMENT(context, 3);
	long result;

	if (!is_user_task(bpf_get_current_task_btf()) || !guards(GUARD_EXECUTABLE))
		return 0;
	result = decide_on_entry(HOW_RENAME, path, dentry, mode_of_dentry(old));
	if (result)
		return -EPERM;
	if (!((u32)HOOK_ARGUMENT(context, 4) & RENAME_EXCHANGE))
		return 0;
	return decide_on_entry(HOW_RENAME, old_path, old, mode_of_dentry(dentry));
}

/* Files whose content a process has written from its beginning: rewriting it harms nobody. */
struct written_file {
	u64 inode;
	u32 device;
	u32 pid;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(8192);
	MAP_KEY(struct written_file);
	MAP_VALUE(u8);
} written_files SEC(".maps");

/* Whether a write that begins at `position` lands on what somebody else has left there. */
static __always_inline int overwrites(struct task_struct *task, struct file *file,
				      struct inode *inode, u64 position)
{
	struct written_file key = {};
	s64 size = READ(inode, i_size);
	u8 seen = 1;

	if (READ(file, f_mode) & FMODE_CREATED)
		return 0;
	key.inode = READ(inode, i_ino);
	key.device = READ(READ(inode, i_sb), s_dev);
	key.pid = task->tgid;
	if (!size) {
		bpf_map_update_elem(&written_files, &key, &seen, BPF_ANY);
		return 0;
	}
	return position < (u64)size && !bpf_map_lookup_elem(&written_files, &key);
}

/* ELF, PE and scripts, by their first bytes. */
static __always_inline int begins_as_program(u64 buffer)
{
	u8 bytes[4] = {};

	if (bpf_probe_read_user(bytes, sizeof(bytes), (void *)buffer) &&
	    bpf_probe_read_user(bytes, 2, (void *)buffer))
		return 0;
	return (bytes[0] == 0x7f && bytes[1] == 'E' && bytes[2] == 'L' && bytes[3] == 'F') ||
	       (bytes[0] == 'M' && bytes[1] == 'Z') || (bytes[0] == '#' && bytes[1] == '!');
}

static __always_inline int writes_program(const struct write *write)
{
	if (!write->has_position || write->position)
		return 0;
	if (write->from == WRITES_MEMORY)
		return begins_as_program(write->buffer);
	return write->from == WRITES_FILE && write->source &&
	       is_program_mode(READ(READ(write->source, f_inode), i_mode));
}

SEC("lsm/file_permission")
long block_write(u64 *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 address = HOOK_ARGUMENT(context, 0);
	struct file *file = (void *)address;
	struct write write = {};
	struct inode *inode;
	u32 mode;
	long result;

	if (!((u32)HOOK_ARGUMENT(context, 1) & MAY_WRITE) || !is_user_task(task))
		return 0;
	inode = READ(file, f_inode);
	mode = READ(inode, i_mode);
	if ((mode & S_IFMT) != S_IFREG)
		return 0;
	read_write(task, file, &write);
	if (guards(GUARD_EXECUTABLE) && (is_program_mode(mode) || writes_program(&write))) {
		result = decide_on_file(GUARD_EXECUTABLE, HOW_WRITE, address, mode);
		if (result)
			return -EPERM;
	}
	if (guards(GUARD_SHREDDING) && overwrites(task, file, inode, write.position))
		return decide_on_file(GUARD_SHREDDING, HOW_WRITE, address, mode);
	return 0;
}

/* A mapping through which a file can be written to. */
static __always_inline long decide_on_mapping(u64 address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = (void *)address;
	struct inode *inode;
	u32 mode;
	long result;

	if (!address || !is_user_task(task))
		return 0;
	inode = READ(file, f_inode);
	mode = READ(inode, i_mode);
	if ((mode & S_IFMT) != S_IFREG || !(READ(file, f_mode) & FMODE_WRITE))
		return 0;
	if (guards(GUARD_EXECUTABLE) && is_program_mode(mode)) {
		result = decide_on_file(GUARD_EXECUTABLE, HOW_MAP, address, mode);
		if (result)
			return -EPERM;
	}
	if (guards(GUARD_SHREDDING) && overwrites(task, file, inode, 0))
		return decide_on_file(GUARD_SHREDDING, HOW_MAP, address, mode);
	return 0;
}

SEC("lsm/mmap_file")
long block_map(u64 *context)
{
	if (!(HOOK_ARGUMENT(context, 2) & PROT_WRITE) || !(HOOK_ARGUMENT(context, 3) & MAP_SHARED))
		return 0;
	return decide_on_mapping(HOOK_ARGUMENT(context, 0));
}

SEC("lsm/file_mprotect")
long block_protect(u64 *context)
{
	struct vm_area_struct *area = (void *)HOOK_ARGUMENT(context, 0);

	if (!(HOOK_ARGUMENT(context, 2) & PROT_WRITE) || !(READ(area, vm_flags) & VM_SHARED))
		return 0;
	return decide_on_mapping((u64)READ(area, vm_file));
}
