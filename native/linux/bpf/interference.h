/*
 * What is done to the sensor: signals to its processes, reaching into their memory, opening its files for
 * writing. Files are told by their numbers, which the sensor's own opening of each enrols.
 */
#pragma once

#define PROTECTED_TEXT_BYTES 256
#define REPEATED_NS 1000000000ull
#define SIGHUP 1
#define SIGKILL 9
#define SIGCHLD 17
#define SIGCONT 18
#define SIGURG 23
#define SIGWINCH 28
/* What the kernel passes for a siginfo when it sends a signal itself. */
#define SIGNAL_OF_KERNEL 1
#define CODE_IN_SIGINFO 8

/* Numbers of inodes are used again; with the generation they are not. */
struct file_number {
	u64 inode;
	u32 device;
	u32 generation;
};
struct protected_path {
	u32 length;
	/* Which of the sensor's lists it comes from. */
	u32 generation;
	u8 text[PROTECTED_TEXT_BYTES];
};
/* Files, and directories whose entries are protected: room for an old list and a new one. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(struct file_number);
	MAP_VALUE(struct protected_path);
	int(*map_flags)[BPF_F_NO_PREALLOC];
} protected_files SEC(".maps");

/* What the sensor's thread opens becomes protected. */
struct enrolment {
	u32 thread;
	u32 reserved;
	struct protected_path path;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct enrolment);
} enrolments SEC(".maps");

/* What was done, and what was refused, repetitions included. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(2);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} interferences SEC(".maps");

/* When a process last did something to the same target: repetitions within a second are counted only. */
struct repetition {
	u64 start;
	/* A file is told by its entry, whose memory may be another's soon, and by the hash of its name. */
	u64 entry;
	u32 name;
	u32 pid;
	u32 target;
	u32 deed;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(struct repetition);
	MAP_VALUE(u64);
} repetitions SEC(".maps");

struct interference {
	struct record_interference record;
	u8 path[PROTECTED_TEXT_BYTES];
	u8 name[PROTECTED_TEXT_BYTES];
};

/* The deed, the signal's number behind it, and whether it was refused. */
#define DEED_WITH_SIGNAL(deed, number) ((deed) | (number) << 8)
#define DEED_REFUSED 0x10000

static __always_inline struct file_number file_number_of(struct inode *inode)
{
	struct file_number number = {};

	number.inode = READ(inode, i_ino);
	number.device = READ(READ(inode, i_sb), s_dev);
	number.generation = READ(inode, i_generation);
	return number;
}

static __always_inline struct protected_path *path_of_inode(struct inode *inode)
{
	struct file_number number;

	if (!inode)
		return NULL;
	number = file_number_of(inode);
	return bpf_map_lookup_elem(&protected_files, &number);
}

static __always_inline struct inode *directory_of(struct dentry *dentry)
{
	return READ(READ(dentry, d_parent), d_inode);
}

static __always_inline int is_protected_entry(struct dentry *dentry)
{
	return path_of_inode(READ(dentry, d_inode)) || path_of_inode(directory_of(dentry));
}

static __always_inline int is_repeated(struct repetition *key, u64 now)
{
	u64 *last = bpf_map_lookup_elem(&repetitions, key);

	return last && now - *last < REPEATED_NS;
}

/*
 * Emits that the current process did, or was refused, a deed to a protected process or to an entry; the
 * other one is 0.
 */
__noinline int emit_interference(u32 deed, u64 target_address, u64 dentry_address, u32 relation)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *target = (void *)target_address;
	struct dentry *dentry = (void *)dentry_address;
	u32 which = !!(deed & DEED_REFUSED);
	u64 *count_of = bpf_map_lookup_elem(&interferences, &which);
	u64 now = bpf_ktime_get_boot_ns();
	struct protected_path *path = NULL;
	struct repetition key = {};
	struct interference *out;
	int is_in_directory = 0;
	long length;

	if (count_of)
		__sync_fetch_and_add(count_of, 1);
	key.start = task->group_leader->start_boottime;
	key.pid = task->tgid;
	key.deed = deed;
	if (target)
		key.target = READ(target, tgid);
	if (dentry) {
		key.entry = dentry_address;
		key.name = READ(dentry, d_name.hash);
	}
	if (is_repeated(&key, now))
		return 0;
	if (dentry) {
		path = path_of_inode(READ(dentry, d_inode));
		if (!path) {
			path = path_of_inode(directory_of(dentry));
			is_in_directory = 1;
		}
	}
	out = bpf_ringbuf_reserve(&ring, sizeof(*out), 0);
	if (!out) {
		count(KIND_INTERFERENCE, COUNTER_RING_FULL);
		return 0;
	}
	fill_header(&out->record.header, task, KIND_INTERFERENCE);
	out->record.header.length = sizeof(*out);
	out->record.deed = deed & 0xff;
	out->record.signal = deed >> 8 & 0xff;
	out->record.relation = relation;
	out->record.refused = which;
	out->record.target_pid = key.target;
	out->record.target_role = target ? role_of(key.target) : 0;
	bpf_probe_read_kernel(out->record.command, sizeof(out->record.command),
			      (void *)ADDRESS(task, comm));
	out->record.path_len = 0;
	out->record.name_len = 0;
	if (path) {
		out->record.path_len = path->length;
		bpf_probe_read_kernel(out->path, sizeof(out->path), path->text);
	}
	if (is_in_directory) {
		length = bpf_probe_read_kernel_str(out->name, sizeof(out->name),
						   READ(dentry, d_name.name));
		out->record.name_len = length > 0 ? length - 1 : 0;
	}
	bpf_map_update_elem(&repetitions, &key, &now, BPF_ANY);
	bpf_ringbuf_submit(out, 0);
	return 0;
}

/* Those that neither end nor stop a process that does not handle them, and the one for reloading. */
static __always_inline int is_harmless(u32 signal)
{
	return !signal || signal == SIGHUP || signal == SIGCHLD || signal == SIGCONT ||
	       signal == SIGURG || signal == SIGWINCH;
}

/* A signal that is being delivered: signal, siginfo, task. */
SEC("tp_btf/signal_generate")
int protect_signal(u64 *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *target = (void *)HOOK_ARGUMENT(context, 2);
	u32 signal = (u32)HOOK_ARGUMENT(context, 0), pid = READ(target, tgid), relation;
	u64 info = HOOK_ARGUMENT(context, 1);
	s32 code = 0;

	if (!is_protected_role(role_of(pid)) || is_harmless(signal) || (u32)task->tgid == pid)
		return 0;
	relation = relation_of(task);
	if (info > SIGNAL_OF_KERNEL)
		bpf_probe_read_kernel(&code, sizeof(code), (void *)(info + CODE_IN_SIGINFO));
	if (info == SIGNAL_OF_KERNEL || code > 0)
		relation = RELATION_KERNEL;
	else if (relation == RELATION_STRANGER &&
		 READ(READ(target, real_parent), tgid) == task->tgid)
		relation = RELATION_PARENT;
	emit_interference(DEED_WITH_SIGNAL(DEED_SIGNAL, signal), (u64)target, 0, relation);
	return 0;
}

/* The current process reached into another one. */
__noinline int reached(u32 deed, u64 target_address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *target = (void *)target_address;
	u32 pid, relation;

	if (!target)
		return 0;
	pid = READ(target, tgid);
	if (!is_protected_role(role_of(pid)) || (u32)task->tgid == pid)
		return 0;
	relation = relation_of(task);
	if (relation != RELATION_OWN)
		emit_interference(deed, target_address, 0, relation);
	return 0;
}

static __always_inline void enrol(struct file *file)
{
	struct file_number number;
	struct enrolment *asked;
	u32 first = 0;

	asked = bpf_map_lookup_elem(&enrolments, &first);
	if (!asked || asked->thread != (u32)bpf_get_current_pid_tgid())
		return;
	number = file_number_of(READ(file, f_inode));
	bpf_map_update_elem(&protected_files, &number, &asked->path, BPF_ANY);
}

/* Who may write to the sensor's files without being told of. */
static __always_inline int may_write(u32 relation)
{
	return relation == RELATION_OWN || relation == RELATION_MANAGER ||
	       relation == RELATION_UNLOCKED || relation == RELATION_KERNEL;
}

static __always_inline void opened_for_writing(struct task_struct *task, struct file *file, u32 mode)
{
	struct inode *inode;
	struct dentry *dentry;
	u32 relation;

	if (is_self(task)) {
		enrol(file);
		return;
	}
	if (!(mode & FMODE_WRITE))
		return;
	inode = READ(file, f_inode);
	dentry = READ(file, f_path.dentry);
	if (READ(READ(inode, i_sb), s_magic) == PROC_SUPER_MAGIC) {
		if (name_of(file) == NAME('m', 'e', 'm', 0, 0, 0, 0, 0))
			reached(DEED_OPEN_MEMORY,
				task_of_pid(pid_of_proc(inode), PIDTYPE_PID));
		return;
	}
	if (!is_protected_entry(dentry))
		return;
	relation = relation_of(task);
	if (!may_write(relation))
		emit_interference(DEED_OPEN, 0, (u64)dentry, relation);
}
