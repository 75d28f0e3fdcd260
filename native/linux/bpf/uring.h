/*
 * Requests of io_uring, which pass no system call. What has its file or socket afterwards is looked at
 * when the request completes. Names are looked at when it is submitted, in the copy that the kernel
 * itself goes by, and their record waits with the reader for the result.
 */
#pragma once

#define OP_ACCEPT 13
#define OP_OPENAT 18
#define OP_CLOSE 19
#define OP_OPENAT2 28
#define OP_RENAMEAT 35
#define OP_UNLINKAT 36
#define OP_SYMLINKAT 38
#define OP_LINKAT 39
/* Success is not told: REQ_F_CQE_SKIP. */
#define REQUEST_SKIPS_RESULT (1 << 6)

static __always_inline int wants_deletions(void)
{
	return is_wanted(23) || is_wanted(25) || is_wanted(26);
}

static __always_inline void announce(struct io_kiocb *request, u32 kind, u32 how, s32 descriptor,
				     struct filename *name)
{
	struct scratch *scratch = scratch_of(SCRATCH_FILE);

	if (!scratch || !name)
		return;
	scratch->request = (u64)request;
	if (!(READ(request, flags) & REQUEST_SKIPS_RESULT))
		how |= EMIT_PENDING;
	emit_name(kind, how | EMIT_KERNEL, descriptor, (u64)READ(name, name), 0);
}

SEC("raw_tracepoint")
int uring_submit(u64 *context)
{
	struct io_kiocb *request = (void *)context[0];
	struct io_unlink *unlink = (void *)request;
	struct io_rename *rename = (void *)request;
	struct io_link *link = (void *)request;
	struct task_struct *task;
	struct file *file;

	switch (READ(request, opcode)) {
	case OP_UNLINKAT:
		if (wants_deletions() && !is_wanted(NAMES_INSIDE) &&
		    !(READ(unlink, flags) & AT_REMOVEDIR))
			announce(request, KIND_FILE_DELETE, HOW_UNLINK, READ(unlink, dfd),
				 READ(unlink, filename));
		return 0;
	case OP_RENAMEAT:
		if ((is_wanted_of_calls(11) || is_wanted_of_calls(25)) && !(READ(rename, flags) & RENAME_EXCHANGE))
			announce(request, KIND_FILE_CREATE, HOW_RENAME, READ(rename, new_dfd),
				 READ(rename, newpath));
		return 0;
	case OP_SYMLINKAT:
	case OP_LINKAT:
		if (is_wanted_of_calls(11))
			announce(request, KIND_FILE_CREATE,
				 READ(request, opcode) == OP_LINKAT ? HOW_LINK : HOW_SYMLINK,
				 READ(link, new_dfd), READ(link, newpath));
		return 0;
	case OP_CLOSE:
		if (!is_wanted(29))
			return 0;
		task = bpf_get_current_task_btf();
		file = file_of(task, READ((struct io_close *)request, fd));
		if (file && may_be_written_program(file) && !is_self(task))
			emit_file_facts(KIND_EXECUTABLE, HOW_OPEN, file);
		return 0;
	}
	return 0;
}

static __always_inline void emit_done(struct io_kiocb *request, s32 result)
{
	struct record_done record = {};

	if (READ(request, flags) & REQUEST_SKIPS_RESULT && result >= 0)
		return;
	record.header.kind = KIND_DONE;
	record.header.length = sizeof(record);
	record.request = (u64)request;
	record.result = result;
	emit(&record, sizeof(record), KIND_DONE);
}

SEC("raw_tracepoint")
int uring_complete(u64 *context)
{
	struct io_kiocb *request = (void *)context[1];
	struct task_struct *task;
	struct file *file;
	s32 result;

	if (!request)
		return 0;
	result = READ(request, cqe.res);
	switch (READ(request, opcode)) {
	case OP_UNLINKAT:
	case OP_RENAMEAT:
	case OP_SYMLINKAT:
	case OP_LINKAT:
		emit_done(request, result);
		return 0;
	case OP_ACCEPT:
		if (result >= 0 && is_wanted(3))
			accepted(bpf_get_current_task_btf(), result);
		return 0;
	case OP_OPENAT:
	case OP_OPENAT2:
		if (result < 0)
			return 0;
		task = bpf_get_current_task_btf();
		file = file_of(task, result);
		if (!file)
			return 0;
		if (is_wanted_of_calls(11))
			opened(task, file);
		opened_special(task, file);
		return 0;
	}
	return 0;
}
