/* FIFOs that are made, local sockets that are bound and connected. */
#pragma once

#define SOCKET_NAME_BYTES 108

EXIT_PROGRAM(pipe_make)
{
	struct pt_regs *regs = context->regs;
	int at = context->nr == NR_MKNODAT;
	u64 mode = at ? ARGUMENT(regs, 2) : ARGUMENT(regs, 1);
	u64 name = at ? ARGUMENT(regs, 1) : ARGUMENT(regs, 0);

	if (context->ret == 0 && (mode & S_IFMT) == S_IFIFO)
		emit_name(KIND_PIPE_CREATE, HOW_MKNOD, at ? (s32)ARGUMENT(regs, 0) : AT_FDCWD, name,
			  0);
	return 0;
}

/* Emits a record with a local socket's name; one without a name has none to give. */
static __always_inline void emit_socket(u32 kind, struct task_struct *task, struct unix_sock *sock)
{
	u64 dentry = (u64)READ(sock, path.dentry);
	struct unix_address *address;
	struct record_file *record;
	struct scratch *scratch;
	u32 length;

	if (dentry) {
		emit_path(kind | HOW_OPEN << 16, dentry, (u64)READ(sock, path.mnt), 0, 0);
		return;
	}
	address = READ(sock, addr);
	if (!address)
		return;
	/* The family in front, and the NUL that says that the name is abstract. */
	length = READ(address, len) - 3;
	scratch = scratch_of(SCRATCH_FILE);
	if (!scratch || length > SOCKET_NAME_BYTES)
		return;
	record = file_part(scratch);
	begin_file(record, task, kind, HOW_ABSTRACT, 0);
	if (bpf_probe_read_kernel(scratch->data, length, (void *)(ADDRESS(address, name) + 3)))
		return;
	record->path_len = length;
	record->header.length = sizeof(*record) + length;
	emit(record, sizeof(*record) + length, kind);
}

/* bind and connect share one program, told apart by number. */
EXIT_PROGRAM(pipe_socket)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct unix_sock *local;
	struct sock *sock;

	if (context->ret != 0)
		return 0;
	sock = sock_of(task, (s32)ARGUMENT(regs, 0));
	if (!sock || READ(sock, __sk_common.skc_family) != AF_UNIX || is_self(task))
		return 0;
	local = (void *)sock;
	if (context->nr == NR_BIND) {
		emit_socket(KIND_PIPE_CREATE, task, local);
		return 0;
	}
	sock = READ(local, peer);
	if (sock)
		emit_socket(KIND_PIPE_CONNECT, task, (void *)sock);
	return 0;
}
