/* File times that are set to something else than now. */
#pragma once

/* The modification time before a call that names its file by descriptor, by thread. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(1024);
	MAP_KEY(u64);
	MAP_VALUE(u64);
} times_before SEC(".maps");

static __always_inline int names_no_path(u64 path, u64 flags)
{
	char first = 1;

	if (!path)
		return 1;
	if (!(flags & AT_EMPTY_PATH))
		return 0;
	return !bpf_probe_read_user(&first, 1, (void *)path) && !first;
}

SEC("tracepoint/syscalls/sys_enter_utimensat")
int times_enter(struct syscall_enter *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = bpf_task_pt_regs(task);
	u64 thread = bpf_get_current_pid_tgid(), before;
	u64 flags = context->nr == NR_UTIMENSAT ? ARGUMENT(regs, 3) : 0;
	struct file *file;

	if (!names_no_path(ARGUMENT(regs, 1), flags))
		return 0;
	file = file_of(task, (s32)ARGUMENT(regs, 0));
	if (!file)
		return 0;
	before = inode_mtime(READ(file, f_inode));
	bpf_map_update_elem(&times_before, &thread, &before, BPF_ANY);
	return 0;
}

/* The modification time among the caller's two times; 0 when it is now or left alone. */
static __always_inline u64 wanted_mtime(int nr, u64 times)
{
	s64 pair[2] = {};

	if (!times)
		return 0;
	if (nr == NR_UTIME) {
		if (bpf_probe_read_user(&pair[0], 8, (void *)(times + 8)))
			return 0;
		return nanoseconds(pair[0], 0);
	}
	if (bpf_probe_read_user(pair, sizeof(pair), (void *)(times + 16)))
		return 0;
	if (nr != NR_UTIMENSAT)
		return nanoseconds(pair[0], pair[1] * 1000);
	if (pair[1] == UTIME_NOW || pair[1] == UTIME_OMIT)
		return 0;
	return nanoseconds(pair[0], pair[1]);
}

/* utime, utimes, futimesat, utimensat share one program, told apart by number. */
EXIT_PROGRAM(times_exit)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	u64 thread = bpf_get_current_pid_tgid();
	u64 name = ARGUMENT(regs, 0), times = ARGUMENT(regs, 1), flags = 0;
	s32 descriptor = AT_FDCWD;
	struct record_times *own;
	u64 *before, previous = 0, mtime;
	struct file *file;

	before = bpf_map_lookup_elem(&times_before, &thread);
	if (before) {
		previous = *before;
		bpf_map_delete_elem(&times_before, &thread);
	}
	if (context->ret != 0 || is_self(task))
		return 0;
	if (context->nr == NR_UTIMENSAT || context->nr == NR_FUTIMESAT) {
		descriptor = ARGUMENT(regs, 0);
		name = ARGUMENT(regs, 1);
		times = ARGUMENT(regs, 2);
		if (context->nr == NR_UTIMENSAT)
			flags = ARGUMENT(regs, 3);
	}
	mtime = wanted_mtime(context->nr, times);
	if (!mtime)
		return 0;
	own = extra_part(KIND_FILE_TIME);
	if (!own)
		return 0;
	own->mtime = mtime;
	own->previous_mtime = previous;
	if (names_no_path(name, flags)) {
		file = file_of(task, descriptor);
		if (file)
			emit_file(KIND_FILE_TIME, HOW_CHANGE, (u64)file, sizeof(*own));
		return 0;
	}
	emit_name(KIND_FILE_TIME,
		  HOW_CHANGE | (flags & AT_SYMLINK_NOFOLLOW ? 0 : EMIT_FOLLOWED), descriptor, name,
		  sizeof(*own));
	return 0;
}
