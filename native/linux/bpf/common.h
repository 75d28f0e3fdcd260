/* What all programs share: ring buffer, counters, the acting process, paths. */
#pragma once

#define PATH_BYTES 8192
#define NAME_BYTES 256
#define USER_PATH_BYTES 4096
#define PATH_COMPONENTS 512
#define COMPONENTS_A_STEP 8
/* Set in walk_path's result when the walk ended before the root. */
#define PATH_CUT (1u << 31)
/* Set in the result of a step when the walk has reached the root. */
#define PATH_DONE (1u << 30)

/* Set before load. */
volatile const u32 max_args = 65536;

/*
 * Who reads what we deliver; set by the process iterator, which runs in the loader. No global
 * variables: pinned programs go on for the next loader.
 */
struct self {
	/* Id in the initial namespace; 0 while there is nobody. */
	u32 pid;
	u32 reserved;
	/* Mount namespace, to mark paths that are named in another one. */
	u64 mounts;
	/* Root, if it is the root of its mount tree; who shares it names whole paths. */
	u64 root;
	u64 root_mount;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct self);
} selves SEC(".maps");

struct {
	MAP_TYPE(BPF_MAP_TYPE_RINGBUF);
	MAP_ENTRIES(16 * 1024 * 1024);
} ring SEC(".maps");

struct {
	MAP_TYPE(BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_ENTRIES(KIND_COUNT *COUNTER_COUNT);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} counters SEC(".maps");

/* Neighbours in their structures on every kernel so far, which lets one read fetch all three. */
struct dentry_name {
	struct dentry *parent;
	u32 hash;
	u32 length;
	const unsigned char *name;
};
struct mount_place {
	struct mount *parent;
	struct dentry *mountpoint;
	struct dentry *root;
};

/* Where a walk stands. */
struct walk {
	struct dentry *dentry;
	struct mount *mount;
	struct mount_place place;
	u32 start;
	u32 limit;
};

/* Programs that can interrupt each other never share a scratch: one per class. */
enum { SCRATCH_PROCESS, SCRATCH_FILE, SCRATCH_ITERATOR, SCRATCH_COUNT };
struct scratch {
	struct walk walk;
	/* The request of io_uring that a record with EMIT_PENDING belongs to. */
	u64 request;
	/* The fixed part ends where data begins, so that a record is one run of bytes. */
	u8 fixed[192];
	u8 data[3 * PATH_BYTES + NAME_BYTES];
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_ENTRIES(SCRATCH_COUNT);
	MAP_KEY(u32);
	MAP_VALUE(struct scratch);
} scratches SEC(".maps");

static __always_inline void count(u32 kind, u32 reason)
{
	u32 key = kind * COUNTER_COUNT + reason;
	u64 *value = bpf_map_lookup_elem(&counters, &key);
	if (value)
		*value += 1;
}

static __always_inline struct scratch *scratch_of(u32 class)
{
	return bpf_map_lookup_elem(&scratches, &class);
}

static __always_inline struct self *self(void)
{
	u32 key = 0;

	return bpf_map_lookup_elem(&selves, &key);
}

static __always_inline int is_self(struct task_struct *task)
{
	struct self *us = self();

	return us && (u32)task->tgid == us->pid;
}

/* Whoever gets our number next is seen. */
static __always_inline void forget_self(void)
{
	struct self *us = self();

	if (us)
		us->pid = 0;
}

static __always_inline u32 foreign_flag(struct nsproxy *proxy)
{
	struct self *us = self();

	return us && (u64)proxy->mnt_ns == us->mounts ? 0 : FLAG_FOREIGN;
}

/* `task` is a typed pointer; its fields are plain loads. */
static __always_inline void fill_header(struct record_header *header, struct task_struct *task,
					u32 kind)
{
	struct task_struct *leader = task->group_leader;
	struct task_struct *parent = task->real_parent;
	const struct cred *cred = task->cred;
	struct tty_struct *tty = task->signal->tty;
	struct nsproxy *proxy = task->nsproxy;

	header->length = 0;
	header->kind = kind;
	header->flags = foreign_flag(proxy);
	header->time = bpf_ktime_get_boot_ns();
	header->process_start = leader->start_boottime;
	header->exec_id = task->self_exec_id;
	header->pid = task->tgid;
	header->tid = task->pid;
	header->uid = cred->uid.val;
	header->gid = cred->gid.val;
	header->login_uid = ~0u;
	header->session_id = ~0u;
	if (FIELD_EXISTS(task->loginuid)) {
		header->login_uid = task->loginuid.val;
		header->session_id = task->sessionid;
	}
	header->tty = 0;
	if (tty) {
		struct tty_driver *driver = tty->driver;
		header->tty = (u32)driver->major << 20 |
			      (((u32)driver->minor_start + (u32)tty->index) & 0xfffff);
	}
	header->parent_pid = parent->tgid;
}

static __always_inline void read_name(struct dentry_name *out, struct dentry *dentry)
{
	if (OFFSET(struct dentry, d_name.name) ==
	    OFFSET(struct dentry, d_parent) + __builtin_offsetof(struct dentry_name, name)) {
		bpf_probe_read_kernel(out, sizeof(*out), (void *)ADDRESS(dentry, d_parent));
		return;
	}
	out->parent = READ(dentry, d_parent);
	out->length = READ(dentry, d_name.len);
	out->name = READ(dentry, d_name.name);
}

static __always_inline void read_place(struct mount_place *out, struct mount *mount)
{
	if (OFFSET(struct mount, mnt_mountpoint) == OFFSET(struct mount, mnt_parent) + 8 &&
	    OFFSET(struct mount, mnt.mnt_root) == OFFSET(struct mount, mnt_parent) + 16) {
		bpf_probe_read_kernel(out, sizeof(*out), (void *)ADDRESS(mount, mnt_parent));
		return;
	}
	out->parent = READ(mount, mnt_parent);
	out->mountpoint = READ(mount, mnt_mountpoint);
	out->root = READ(mount, mnt.mnt_root);
}

static __always_inline u32 walk_one(struct scratch *scratch, u32 offset)
{
	struct walk *walk = &scratch->walk;
	struct dentry_name this = {};
	u32 length;

	if (walk->dentry == walk->place.root) {
		if (walk->place.parent == walk->mount)
			return offset | PATH_DONE;
		walk->dentry = walk->place.mountpoint;
		walk->mount = walk->place.parent;
		read_place(&walk->place, walk->mount);
		return offset;
	}
	read_name(&this, walk->dentry);
	if (this.parent == walk->dentry && offset > walk->start)
		return offset | PATH_DONE;
	length = this.length;
	if (offset > walk->limit || offset > sizeof(scratch->data) - NAME_BYTES || !this.name ||
	    length > NAME_BYTES - 1)
		return offset | PATH_CUT;
	if (bpf_probe_read_kernel(&scratch->data[offset], length, this.name))
		return offset | PATH_CUT;
	offset += length;
	if (offset >= sizeof(scratch->data))
		return offset | PATH_CUT;
	scratch->data[offset++] = 0;
	if (this.parent == walk->dentry)
		return offset | PATH_DONE;
	walk->dentry = this.parent;
	return offset;
}

/*
 * A few components of a walk. A global function, so that the verifier checks it once and not for
 * every turn of the loop in walk_path.
 */
__noinline u32 walk_some(u32 class, u32 offset)
{
	struct scratch *scratch = scratch_of(class);

	if (!scratch)
		return offset | PATH_CUT;
	for (int i = 0; i < COMPONENTS_A_STEP; i++) {
		offset = walk_one(scratch, offset);
		if (offset & (PATH_DONE | PATH_CUT))
			break;
	}
	return offset;
}

/*
 * Appends the names from `dentry` up to the root of its mount tree, leaf first, each ended by a
 * NUL, to the scratch's data at `offset`. Crosses mount points. Returns the offset behind the last
 * name, with PATH_CUT set when the walk ended early.
 */
__noinline u32 walk_path(u32 class, u64 dentry, u64 mount, u32 offset)
{
	struct scratch *scratch = scratch_of(class);
	struct walk *walk;

	if (!scratch)
		return offset | PATH_CUT;
	walk = &scratch->walk;
	walk->dentry = (void *)dentry;
	walk->mount = (void *)(mount - OFFSET(struct mount, mnt));
	walk->start = offset;
	walk->limit = offset + PATH_BYTES - NAME_BYTES;
	read_place(&walk->place, walk->mount);
	for (int i = 0; i < PATH_COMPONENTS / COMPONENTS_A_STEP; i++) {
		offset = walk_some(class, offset);
		if (offset & (PATH_DONE | PATH_CUT))
			return offset & ~PATH_DONE;
	}
	return offset | PATH_CUT;
}

/* From 6.13 the highest bit of the change time says that somebody asked for it. */
#define CTIME_QUERIED 0x80000000u

static __always_inline u64 nanoseconds(s64 seconds, u64 rest)
{
	return (u64)seconds * 1000000000ull + rest;
}

static __always_inline u64 inode_mtime(struct inode *inode)
{
	struct inode___plain *plain = (void *)inode;
	struct inode___underscored *underscored = (void *)inode;

	if (FIELD_EXISTS(inode->i_mtime_sec))
		return nanoseconds(READ(inode, i_mtime_sec), READ(inode, i_mtime_nsec));
	if (FIELD_EXISTS(underscored->__i_mtime))
		return nanoseconds(READ(underscored, __i_mtime.tv_sec),
				   READ(underscored, __i_mtime.tv_nsec));
	return nanoseconds(READ(plain, i_mtime.tv_sec), READ(plain, i_mtime.tv_nsec));
}

static __always_inline u64 inode_ctime(struct inode *inode)
{
	struct inode___plain *plain = (void *)inode;
	struct inode___underscored *underscored = (void *)inode;

	if (FIELD_EXISTS(inode->i_ctime_sec))
		return nanoseconds(READ(inode, i_ctime_sec),
				   READ(inode, i_ctime_nsec) & ~CTIME_QUERIED);
	if (FIELD_EXISTS(underscored->__i_ctime))
		return nanoseconds(READ(underscored, __i_ctime.tv_sec),
				   READ(underscored, __i_ctime.tv_nsec));
	return nanoseconds(READ(plain, i_ctime.tv_sec), READ(plain, i_ctime.tv_nsec));
}

/* The open file behind a descriptor of the current task, or NULL. */
static __always_inline struct file *file_of(struct task_struct *task, long descriptor)
{
	struct fdtable *table = task->files->fdt;
	struct file **files = table->fd;
	struct file *file = NULL;

	if (descriptor < 0 || (u64)descriptor >= table->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), files + descriptor);
	return file;
}

/* What arrives is counted by the reader. */
static __always_inline void emit(void *start, u64 length, u32 kind)
{
	if (bpf_ringbuf_output(&ring, start, length, 0))
		count(kind, COUNTER_RING_FULL);
}
