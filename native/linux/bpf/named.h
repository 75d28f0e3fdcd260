/* Records about a file that a path names: by an open file, or by the text that the caller gave. */
#pragma once

/* Room in front of the paths for a kind's own part. */
#define EXTRA_BYTES 4096

/* Keeps an `extra` that was checked in the verifier's sight. */
#define BOUNDED(extra)                                                                          \
	({                                                                                      \
		u32 bounded_ = (extra);                                                         \
		barrier_var(bounded_);                                                          \
		bounded_ & (2 * EXTRA_BYTES - 1);                                               \
	})

/* Modifiers of emit_name's `how`. */
#define EMIT_FOLLOWED 0x100 /* the call follows a link that the name itself is */
#define EMIT_KERNEL 0x200 /* the name is the kernel's copy */
#define EMIT_PENDING 0x400 /* the call is not done yet; the scratch says whose it is */
#define EMIT_HOW 0xff

static __always_inline struct record_file *file_part(struct scratch *scratch)
{
	return (void *)(scratch->fixed + sizeof(scratch->fixed) - sizeof(struct record_file));
}

/* Where the kind's own part of the next record is to be put; NULL when there is no memory. */
static __always_inline void *extra_part(u32 kind)
{
	struct scratch *scratch = scratch_of(SCRATCH_FILE);

	if (!scratch) {
		count(kind, COUNTER_INTERNAL);
		return NULL;
	}
	return scratch->data;
}

static __always_inline void begin_file(struct record_file *record, struct task_struct *task,
				       u32 kind, u32 how, u32 extra)
{
	fill_header(&record->header, task, kind);
	record->inode = 0;
	record->device = 0;
	record->how = how & EMIT_HOW;
	record->name_len = 0;
	record->root_len = 0;
	record->extra_len = extra;
}

/*
 * Emits a record about what has a path already: `extra` bytes of the kind's own part are in place.
 * `inode` may be 0.
 */
__noinline int emit_path(u32 kind_and_how, u64 dentry, u64 mount, u64 inode_address, u32 extra)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	struct inode *inode = (void *)inode_address;
	u32 kind = kind_and_how & 0xffff, how = kind_and_how >> 16, end = extra;
	struct record_file *record;

	if (!scratch || extra > EXTRA_BYTES || kind >= KIND_COUNT) {
		count(KIND_FILE_CREATE, COUNTER_INTERNAL);
		return 0;
	}
	extra = BOUNDED(extra);
	record = file_part(scratch);
	begin_file(record, task, kind, how, extra);
	if (inode) {
		record->inode = READ(inode, i_ino);
		record->device = READ(READ(inode, i_sb), s_dev);
		if (!READ(inode, i_nlink))
			record->header.flags |= FLAG_UNLINKED;
	}
	if (dentry)
		end = walk_path(SCRATCH_FILE, dentry, mount, extra);
	if (end & PATH_CUT) {
		record->header.flags |= FLAG_PATH_INCOMPLETE;
		count(kind, COUNTER_PATH_INCOMPLETE);
	}
	end &= ~PATH_CUT;
	if (end < extra || end > EXTRA_BYTES + PATH_BYTES)
		end = extra;
	record->path_len = end - extra;
	record->header.length = sizeof(*record) + end;
	emit(record, sizeof(*record) + end, kind);
	return 0;
}

/* Emits a record about an open file; `extra` bytes of the kind's own part are in place. */
static __always_inline void emit_file(u32 kind, u32 how, u64 file_address, u32 extra)
{
	struct file *file = (void *)file_address;
	u64 inode = kind == KIND_FILE_CREATE ? 0 : (u64)READ(file, f_inode);

	emit_path(kind | how << 16, (u64)READ(file, f_path.dentry), (u64)READ(file, f_path.mnt),
		  inode, extra);
}

/* What the file is now, as the own part of its record. */
static __always_inline void fill_facts(struct record_facts *facts, struct inode *inode)
{
	facts->size = READ(inode, i_size);
	facts->mtime = inode_mtime(inode);
	facts->ctime = inode_ctime(inode);
}

/* Emits a record about an open file with what the file is now. */
static __always_inline void emit_file_facts(u32 kind, u32 how, struct file *file)
{
	struct record_facts *facts = extra_part(kind);

	if (!facts)
		return;
	fill_facts(facts, READ(file, f_inode));
	emit_file(kind, how, (u64)file, sizeof(*facts));
}

/*
 * Calls that take a name leave no open file: the record holds the caller's text, read at the exit, when
 * its page is certainly present, and the base directory as the kernel knows it (for a relative
 * name: working directory or directory descriptor; else the process's root). `extra` bytes of the
 * kind's own part are in place.
 */
__noinline int emit_name(u32 kind, u32 how, s32 descriptor, u64 name, u32 extra)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of(SCRATCH_FILE);
	struct fs_struct *fs = task->fs;
	struct record_file *record;
	struct self *us;
	u64 dentry = 0, mount = 0;
	int at_our_root;
	u32 end, start, name_len, flags = 0;
	u8 *text;
	long length;

	if (is_self(task))
		return 0;
	if (!scratch || extra > EXTRA_BYTES) {
		count(kind, COUNTER_INTERNAL);
		return 0;
	}
	record = file_part(scratch);
	begin_file(record, task, kind, how, extra);
	if (how & EMIT_FOLLOWED)
		flags |= FLAG_FOLLOWED;
	if (how & EMIT_PENDING) {
		flags |= FLAG_PENDING;
		record->inode = scratch->request;
	}
	extra = BOUNDED(extra);
	text = scratch->data + extra;
	text[0] = 0;
	if (how & EMIT_KERNEL)
		length = bpf_probe_read_kernel_str(text, USER_PATH_BYTES, (void *)name);
	else
		length = bpf_probe_read_user_str(text, USER_PATH_BYTES, (void *)name);
	if (length < 0) {
		flags |= FLAG_FAULT;
		count(kind, COUNTER_FAULT);
		length = 0;
	}
	start = (u32)length;
	if (start > USER_PATH_BYTES)
		start = USER_PATH_BYTES;
	name_len = start;
	start += extra;
	us = self();
	at_our_root = us && (u64)fs->root.dentry == us->root && (u64)fs->root.mnt == us->root_mount;
	if (text[0] != '/') {
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
		if (end < start || end > EXTRA_BYTES + USER_PATH_BYTES + PATH_BYTES)
			end = start;
	} else if (flags & FLAG_RELATIVE) {
		flags |= FLAG_PATH_INCOMPLETE;
		count(kind, COUNTER_PATH_INCOMPLETE);
	}
	record->header.flags |= flags;
	record->name_len = name_len;
	record->path_len = end - start;
	/* The caller's `..` stop at its own root. */
	if (flags & FLAG_RELATIVE && !at_our_root) {
		u64 root = (u64)READ(fs, root.dentry), root_mount = (u64)READ(fs, root.mnt);
		u32 behind = walk_path(SCRATCH_FILE, root, root_mount, end) & ~PATH_CUT;
		if (behind > end && behind <= EXTRA_BYTES + USER_PATH_BYTES + 2 * PATH_BYTES) {
			record->root_len = behind - end;
			end = behind;
		}
	}
	record->header.length = sizeof(*record) + end;
	emit(record, sizeof(*record) + end, kind);
	return 0;
}
