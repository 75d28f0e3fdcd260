/*
 * The exits of system calls: one program at the exit of every call jumps to those of this call. A
 * tracepoint for each call would do the same, but takes and releases each one by a grace period of the
 * kernel, which makes seconds of a start and a stop.
 */
#pragma once

/* Above the number of every call. */
#define CALLS 512
/* The protection's program, which runs in front of the others. */
#define PROTECTION_SLOTS (2 * CALLS)
/* Behind three programs for each call. */
#define COMPAT_SLOT (3 * CALLS)

/*
 * By number of the call; behind that, the second programs of calls that have two; the protection's;
 * 32-bit calls.
 */
struct {
	MAP_TYPE(BPF_MAP_TYPE_PROG_ARRAY);
	MAP_ENTRIES(COMPAT_SLOT + 1);
	MAP_KEY(u32);
	MAP_VALUE(u32);
} exits SEC(".maps");

/* What a program knows of the call that returns. */
struct call_exit {
	u32 nr;
	long ret;
	struct pt_regs *regs;
};

static __always_inline struct call_exit exit_of(u64 *context)
{
	struct pt_regs *regs = (void *)context[0];
	struct call_exit call = {
		.nr = CALL_NUMBER(regs),
		.ret = (long)context[1],
		.regs = regs,
	};

	return call;
}

/* Where a program goes on for the same call; nothing comes back from there. */
#define TO_FIRST bpf_tail_call(raw, &exits, call.nr)
#define TO_SECOND bpf_tail_call(raw, &exits, CALLS + call.nr)

/* Begins a program for exits of calls, and says where it goes on; its body follows. */
#define EXIT_PROGRAM(name, ...)                                                                 \
	static __always_inline int name##_body(struct call_exit *context);                     \
	SEC("tp_btf/sys_exit")                                                                 \
	int name(u64 *raw)                                                                      \
	{                                                                                       \
		struct call_exit call = exit_of(raw);                                           \
		name##_body(&call);                                                             \
		__VA_ARGS__;                                                                    \
		return 0;                                                                       \
	}                                                                                       \
	static __always_inline int name##_body(struct call_exit *context)

SEC("tp_btf/sys_exit")
int call_exit(u64 *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)context[0];
	u32 number = CALL_NUMBER(regs);

	if (IS_COMPAT(task)) {
		bpf_tail_call(context, &exits, COMPAT_SLOT);
		return 0;
	}
	if (number >= CALLS)
		return 0;
	/* What failed has touched nothing. */
	if ((long)context[1] >= 0)
		bpf_tail_call(context, &exits, PROTECTION_SLOTS + number);
	bpf_tail_call(context, &exits, number);
	bpf_tail_call(context, &exits, CALLS + number);
	return 0;
}
