/* Processes that reach into others: ptrace, process_vm_*, pidfd_getfd, files of /proc. */
#pragma once

#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSR 6
#define PTRACE_SETREGS 13
#define PTRACE_SETFPREGS 15
#define PTRACE_ATTACH 16
#define PTRACE_SETFPXREGS 19
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206
#define NT_PRSTATUS 1

/* Who reached into whom in which way: repetitions are not reported. */
struct reach {
	u64 source_start;
	u64 target_start;
	u64 target_exec_id;
	u32 source;
	u32 target;
	u32 how;
	u32 reserved;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(4096);
	MAP_KEY(struct reach);
	MAP_VALUE(u8);
} reaches SEC(".maps");

/* Processes that have opened another one's memory for writing. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(u32);
	MAP_VALUE(u8);
} memory_writers SEC(".maps");

/* Emits that the current process reached into the one of `target_address`, unless it is its own. */
__noinline int emit_access(u32 kind, u32 how, u64 target_address, u64 address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *target = (void *)target_address, *leader;
	struct record_access record = {};
	struct reach key = {};
	struct cred *cred;
	u8 seen = 1;

	if (!target || is_self(task))
		return 0;
	record.target_pid = READ(target, tgid);
	if (record.target_pid == (u32)task->tgid || READ(target, flags) & PF_KTHREAD)
		return 0;
	leader = READ(target, group_leader);
	record.target_tid = READ(target, pid);
	record.target_start = READ(leader, start_boottime);
	record.target_exec_id = READ(target, self_exec_id);
	cred = (struct cred *)READ(target, cred);
	record.target_uid = READ(cred, uid.val);
	record.target_parent_pid = READ(READ(target, real_parent), tgid);
	record.address = address;
	record.how = how;
	fill_header(&record.header, task, kind);
	key.source_start = record.header.process_start;
	key.target_start = record.target_start;
	key.target_exec_id = record.target_exec_id;
	key.source = record.header.pid;
	key.target = record.target_pid;
	key.how = how;
	if (bpf_map_lookup_elem(&reaches, &key))
		return 0;
	bpf_map_update_elem(&reaches, &key, &seen, BPF_ANY);
	record.header.length = sizeof(record);
	emit(&record, sizeof(record), kind);
	return 0;
}

static __always_inline u64 user_word(u64 address)
{
	u64 value = 0;

	bpf_probe_read_user(&value, sizeof(value), (void *)address);
	return value;
}

static __always_inline void traced(struct pt_regs *regs)
{
	u64 address = ARGUMENT(regs, 2), data = ARGUMENT(regs, 3);
	u64 target = task_of_pid((void *)pid_by_number((u32)ARGUMENT(regs, 1)), PIDTYPE_PID);

	switch (ARGUMENT(regs, 0)) {
	case PTRACE_ATTACH:
	case PTRACE_SEIZE:
		if (is_wanted(10))
			emit_access(KIND_ACCESS, ACCESS_ATTACH, target, 0);
		return;
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		if (is_wanted(8))
			emit_access(KIND_INJECT, ACCESS_POKE, target, address);
		return;
	case PTRACE_POKEUSR:
		address = address == USER_AREA_IP ? data : 0;
		break;
	case PTRACE_SETREGS:
		address = user_word(data + USER_AREA_IP);
		break;
	case PTRACE_SETREGSET:
		/* The register set's number is in the address, an iovec at the data. */
		address = address == NT_PRSTATUS ? user_word(user_word(data) + USER_AREA_IP) : 0;
		break;
	case PTRACE_SETFPREGS:
	case PTRACE_SETFPXREGS:
		address = 0;
		break;
	default:
		return;
	}
	if (is_wanted(8))
		emit_access(KIND_INJECT, ACCESS_REGISTERS, target, address);
}

/* ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, told apart by number. */
EXIT_PROGRAM(access_call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct file *file;

	if (context->ret < 0)
		return 0;
	switch (context->nr) {
	case NR_PTRACE:
		traced(regs);
		return 0;
	case NR_PROCESS_VM_READV:
		emit_access(KIND_ACCESS, ACCESS_READ,
			    task_of_pid((void *)pid_by_number((u32)ARGUMENT(regs, 0)), PIDTYPE_PID), 0);
		return 0;
	case NR_PROCESS_VM_WRITEV:
		emit_access(KIND_INJECT, ACCESS_WRITE,
			    task_of_pid((void *)pid_by_number((u32)ARGUMENT(regs, 0)), PIDTYPE_PID),
			    user_word(ARGUMENT(regs, 3)));
		return 0;
	case NR_PIDFD_GETFD:
		file = file_of(task, (s32)ARGUMENT(regs, 0));
		if (file)
			emit_access(KIND_ACCESS, ACCESS_DUPLICATE,
				    task_of_pid(pid_of_pidfd(file), PIDTYPE_TGID), 0);
		return 0;
	}
	return 0;
}

/* Eight bytes of a name as one number, to compare at once. */
#define NAME(a, b, c, d, e, f, g, h)                                                            \
	((u64)a | (u64)b << 8 | (u64)c << 16 | (u64)d << 24 | (u64)e << 32 | (u64)f << 40 |     \
	 (u64)g << 48 | (u64)h << 56)

/* Which access the opening of a file of /proc/PID is, by its name; 0 for none. */
static __always_inline u32 access_by_name(u64 name, u32 mode)
{
	switch (name) {
	case NAME('m', 'e', 'm', 0, 0, 0, 0, 0):
		if (!(mode & FMODE_WRITE))
			return ACCESS_OPEN_READ;
		return mode & FMODE_READ ? ACCESS_OPEN_BOTH : ACCESS_OPEN_WRITE;
	case NAME('m', 'a', 'p', 's', 0, 0, 0, 0):
	case NAME('s', 'm', 'a', 'p', 's', 0, 0, 0):
	case NAME('s', 'm', 'a', 'p', 's', '_', 'r', 'o'):
	case NAME('n', 'u', 'm', 'a', '_', 'm', 'a', 'p'):
	case NAME('p', 'a', 'g', 'e', 'm', 'a', 'p', 0):
	case NAME('c', 'l', 'e', 'a', 'r', '_', 'r', 'e'):
	case NAME('a', 'u', 'x', 'v', 0, 0, 0, 0):
		return ACCESS_OPEN_MAPS;
	case NAME('e', 'n', 'v', 'i', 'r', 'o', 'n', 0):
		return ACCESS_OPEN_ENVIRONMENT;
	}
	return 0;
}

static __always_inline u64 name_of(struct file *file)
{
	struct dentry *dentry = READ(file, f_path.dentry);
	u8 name[9] = {};
	u64 word;

	bpf_probe_read_kernel_str(name, sizeof(name), READ(dentry, d_name.name));
	__builtin_memcpy(&word, name, 8);
	return word;
}

static __always_inline void open_proc(struct task_struct *task, struct file *file,
				      struct inode *inode)
{
	u32 how, mode = READ(file, f_mode), pid = task->tgid;
	u64 target = task_of_pid(pid_of_proc(inode), PIDTYPE_PID);
	u64 name = name_of(file);
	u8 seen = 1;

	if (!target) {
		if (name == NAME('k', 'c', 'o', 'r', 'e', 0, 0, 0) && is_wanted(9) && !is_self(task))
			emit_file(KIND_RAW_READ, HOW_OPEN, (u64)file, 0);
		return;
	}
	how = access_by_name(name, mode);
	if (!how || READ((struct task_struct *)target, tgid) == task->tgid)
		return;
	if (how == ACCESS_OPEN_WRITE || how == ACCESS_OPEN_BOTH)
		bpf_map_update_elem(&memory_writers, &pid, &seen, BPF_ANY);
	if (is_wanted(10))
		emit_access(KIND_ACCESS, how, target, 0);
}

/* Writes of whoever has opened another process's memory: write, pwrite64 and the vectored ones. */
EXIT_PROGRAM(access_write)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct task_struct *task;
	struct pt_regs *regs;
	struct inode *inode;
	struct file *file;
	u64 position;

	if (context->ret <= 0 || !bpf_map_lookup_elem(&memory_writers, &pid))
		return 0;
	task = bpf_get_current_task_btf();
	regs = context->regs;
	file = file_of(task, (s32)ARGUMENT(regs, 0));
	if (!file)
		return 0;
	inode = READ(file, f_inode);
	if (READ(READ(inode, i_sb), s_magic) != PROC_SUPER_MAGIC ||
	    name_of(file) != NAME('m', 'e', 'm', 0, 0, 0, 0, 0))
		return 0;
	if (context->nr == NR_WRITE || context->nr == NR_WRITEV)
		position = READ(file, f_pos) - context->ret;
	else
		position = ARGUMENT(regs, 3);
	emit_access(KIND_INJECT, ACCESS_FILE_WRITE, task_of_pid(pid_of_proc(inode), PIDTYPE_PID),
		    position);
	return 0;
}
