/* TCP connections and UDP flows, with the process that called. */
#pragma once

#define CONNECTING_ENTRIES 65536
#define FLOW_ENTRIES 16384
#define DESTINATION_ENTRIES 4096
#define MESSAGES_EXAMINED 8
#define MSG_ERRQUEUE 0x2000

/* Sockets in SYN_SENT and who called connect: the handshake may end in any task's softirq. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_HASH);
	MAP_ENTRIES(CONNECTING_ENTRIES);
	MAP_KEY(u64);
	MAP_VALUE(struct record_header);
	int (*map_flags)[1]; /* BPF_F_NO_PREALLOC: seldom more than a few */
} connecting SEC(".maps");

struct flow {
	u64 process_start;
	u32 pid;
	u16 local_port;
	u16 remote_port;
	u16 family;
	u16 initiated;
	u32 reserved;
	u8 remote_address[16];
};

/* Flows that were reported already, per process. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(FLOW_ENTRIES);
	MAP_KEY(struct flow);
	MAP_VALUE(u8);
} flows SEC(".maps");

static __always_inline u16 swap16(u16 value)
{
	return value << 8 | value >> 8;
}

static __always_inline int is_mapped_ipv4(const u8 *address)
{
	const u64 *high = (const u64 *)address;
	const u32 *prefix = (const u32 *)(address + 8);

	return *high == 0 && *prefix == 0xffff0000;
}

/* An IPv4 peer of a dual-stack socket is an IPv4 connection. */
static __always_inline void unmap_ipv4(struct record_network *record)
{
	if (record->family != AF_INET6 || !is_mapped_ipv4(record->remote_address))
		return;
	record->family = AF_INET;
	__builtin_memcpy(record->local_address, record->local_address + 12, 4);
	__builtin_memset(record->local_address + 4, 0, 12);
	__builtin_memcpy(record->remote_address, record->remote_address + 12, 4);
	__builtin_memset(record->remote_address + 4, 0, 12);
}

static __always_inline void fill_addresses(struct record_network *record, struct sock *sock)
{
	record->family = READ(sock, __sk_common.skc_family);
	record->local_port = READ(sock, __sk_common.skc_num);
	record->remote_port = swap16(READ(sock, __sk_common.skc_dport));
	if (record->family == AF_INET6) {
		bpf_probe_read_kernel(record->local_address, 16,
				      (void *)ADDRESS(sock, __sk_common.skc_v6_rcv_saddr));
		bpf_probe_read_kernel(record->remote_address, 16,
				      (void *)ADDRESS(sock, __sk_common.skc_v6_daddr));
		unmap_ipv4(record);
	} else {
		bpf_probe_read_kernel(record->local_address, 4,
				      (void *)ADDRESS(sock, __sk_common.skc_rcv_saddr));
		bpf_probe_read_kernel(record->remote_address, 4,
				      (void *)ADDRESS(sock, __sk_common.skc_daddr));
	}
}

static __always_inline int is_internet(u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

static __always_inline void emit_network(struct record_network *record)
{
	record->header.length = sizeof(*record);
	emit(record, sizeof(*record), KIND_NETWORK);
}

SEC("tp_btf/inet_sock_set_state")
int network_connect(u64 *context)
{
	struct sock *sock = (void *)context[0];
	int old = (int)context[1], new = (int)context[2];
	u64 key = context[0];

	if (new == TCP_SYN_SENT) {
		struct task_struct *task = bpf_get_current_task_btf();
		struct record_header header;

		if (is_self(task) || sock->sk_protocol != IPPROTO_TCP)
			return 0;
		fill_header(&header, task, KIND_NETWORK);
		if (bpf_map_update_elem(&connecting, &key, &header, BPF_ANY))
			count(KIND_NETWORK, COUNTER_TABLE_FULL);
		return 0;
	}
	if (old == TCP_SYN_SENT) {
		struct record_header *owner = bpf_map_lookup_elem(&connecting, &key);

		if (!owner)
			return 0;
		if (new == TCP_ESTABLISHED) {
			struct record_network record = {};

			record.header = *owner;
			record.header.time = bpf_ktime_get_boot_ns();
			record.protocol = IPPROTO_TCP;
			record.initiated = 1;
			fill_addresses(&record, sock);
			emit_network(&record);
		}
		bpf_map_delete_elem(&connecting, &key);
	}
	return 0;
}

static __always_inline struct sock *sock_of(struct task_struct *task, long descriptor)
{
	struct file *file = file_of(task, descriptor);
	struct socket *socket = file ? READ(file, private_data) : NULL;

	return socket ? READ(socket, sk) : NULL;
}

/* The accepted socket itself says who is at its ends. */
static __always_inline void accepted(struct task_struct *task, long descriptor)
{
	struct sock *sock = sock_of(task, descriptor);
	struct record_network record = {};

	if (!sock || is_self(task) || !is_internet(READ(sock, __sk_common.skc_family)) ||
	    READ(sock, sk_protocol) != IPPROTO_TCP)
		return;
	fill_header(&record.header, task, KIND_NETWORK);
	record.protocol = IPPROTO_TCP;
	fill_addresses(&record, sock);
	/* A peer that is gone before the accept returns has cleared the socket's addresses. */
	emit_network(&record);
}

/* accept, accept4. */
EXIT_PROGRAM(network_accept)
{
	if (context->ret >= 0)
		accepted(bpf_get_current_task_btf(), context->ret);
	return 0;
}

static __always_inline void emit_flow(struct record_network *record)
{
	struct flow key = {};
	u8 seen = 1;

	key.process_start = record->header.process_start;
	key.pid = record->header.pid;
	key.local_port = record->local_port;
	key.remote_port = record->remote_port;
	key.family = record->family;
	key.initiated = record->initiated;
	__builtin_memcpy(key.remote_address, record->remote_address, 16);
	if (bpf_map_lookup_elem(&flows, &key))
		return;
	bpf_map_update_elem(&flows, &key, &seen, BPF_ANY);
	emit_network(record);
}

/* The peer that the caller named, or that the kernel wrote for it. */
static __always_inline int named_peer(struct record_network *record, u64 name)
{
	struct {
		u16 family;
		__be16 port;
		u32 rest[6];
	} address = {};

	if (!name || bpf_probe_read_user(&address, 8, (void *)name))
		return 0;
	record->remote_port = swap16(address.port);
	if (address.family == AF_INET) {
		/* An IPv6 socket may send to an IPv4 address only in mapped form. */
		record->family = AF_INET;
		__builtin_memcpy(record->remote_address, &address.rest[0], 4);
		__builtin_memset(record->remote_address + 4, 0, 12);
		return 1;
	}
	if (address.family == AF_INET6 && record->family == AF_INET6) {
		if (bpf_probe_read_user(record->remote_address, 16, (void *)(name + 8)))
			return 0;
		unmap_ipv4(record);
		return 1;
	}
	return 0;
}

/* Fills a record of a datagram socket's own ends; 0 for any other socket. */
static __always_inline int begin_datagram(struct record_network *record, struct task_struct *task,
					  struct sock *sock, u16 sending)
{
	if (READ(sock, sk_protocol) != IPPROTO_UDP ||
	    !is_internet(READ(sock, __sk_common.skc_family)))
		return 0;
	fill_header(&record->header, task, KIND_NETWORK);
	record->protocol = IPPROTO_UDP;
	record->initiated = sending;
	fill_addresses(record, sock);
	return 1;
}

/*
 * A sender names the peer unless the socket is connected, and may even then. A receiver knows it
 * from its connected socket, else from where it wanted the sender written; one that did not ask
 * leaves the peer unknown and the record's remote end empty.
 */
static __always_inline void datagram(struct record_network *record, u64 name)
{
	if (record->initiated) {
		if (named_peer(record, name) || record->remote_port)
			emit_flow(record);
		return;
	}
	if (!record->remote_port)
		named_peer(record, name);
	emit_flow(record);
}

/* A global function: see walk_some. */
__noinline int emit_datagram(u64 socket, u64 name, u32 sending)
{
	struct record_network record = {};

	if (begin_datagram(&record, bpf_get_current_task_btf(), (struct sock *)socket, sending))
		datagram(&record, name);
	return 0;
}

/* sendto, sendmsg, sendmmsg, recvfrom, recvmsg, recvmmsg share one program, told apart by number. */
EXIT_PROGRAM(network_message)
{
	struct task_struct *task;
	u64 name = 0, messages = 0, flags = 0;
	s64 result = context->ret, messages_done = 1;
	struct pt_regs *regs;
	struct sock *sock;
	u16 sending = 0;

	if (result < 0)
		return 0;
	task = bpf_get_current_task_btf();
	if (is_self(task))
		return 0;
	regs = context->regs;
	switch (context->nr) {
	case NR_SENDTO:
		sending = 1;
		name = ARGUMENT(regs, 4);
		break;
	case NR_SENDMSG:
		sending = 1;
		messages = ARGUMENT(regs, 1);
		break;
	case NR_SENDMMSG:
		sending = 1;
		messages = ARGUMENT(regs, 1);
		messages_done = result;
		break;
	case NR_RECVFROM:
		name = ARGUMENT(regs, 4);
		flags = ARGUMENT(regs, 3);
		break;
	case NR_RECVMSG:
		messages = ARGUMENT(regs, 1);
		flags = ARGUMENT(regs, 2);
		break;
	case NR_RECVMMSG:
		messages = ARGUMENT(regs, 1);
		flags = ARGUMENT(regs, 3);
		messages_done = result;
		break;
	default:
		return 0;
	}
	/* What comes from the error queue was sent by this socket, not to it. */
	if (!sending && flags & MSG_ERRQUEUE)
		return 0;
	sock = sock_of(task, (s32)ARGUMENT(regs, 0));
	if (!sock || READ(sock, sk_protocol) != IPPROTO_UDP)
		return 0;
	if (!messages) {
		emit_datagram((u64)sock, name, sending);
		return 0;
	}
	for (int i = 0; i < MESSAGES_EXAMINED; i++) {
		struct user_msghdr header;

		if (i >= messages_done)
			break;
		if (bpf_probe_read_user(&header, sizeof(header),
					(void *)(messages + i * sizeof(struct user_mmsghdr))))
			break;
		emit_datagram((u64)sock, header.name, sending);
	}
	return 0;
}

/* Whom the datagram goes to that a thread is about to send; the socket does not say. */
struct destination {
	u16 family;
	__be16 port;
	u32 reserved;
	u8 address[16];
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(DESTINATION_ENTRIES);
	MAP_KEY(u32);
	MAP_VALUE(struct destination);
} destinations SEC(".maps");

static __always_inline int remember(struct destination *destination)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 key = task->pid;

	bpf_map_update_elem(&destinations, &key, destination, BPF_ANY);
	return 1; /* The datagram may go. */
}

/* The kernel's own copy of the name in a message, whichever call it came by. */
SEC("cgroup/sendmsg4")
int network_name4(struct socket_address *context)
{
	struct destination destination = { .family = AF_INET };

	*(u32 *)destination.address = context->user_ip4;
	destination.port = context->user_port;
	return remember(&destination);
}

SEC("cgroup/sendmsg6")
int network_name6(struct socket_address *context)
{
	struct destination destination = { .family = AF_INET6 };
	u32 *address = (u32 *)destination.address;

	address[0] = context->user_ip6[0];
	address[1] = context->user_ip6[1];
	address[2] = context->user_ip6[2];
	address[3] = context->user_ip6[3];
	destination.port = context->user_port;
	return remember(&destination);
}

static __always_inline void take_destination(struct record_network *record, u32 key)
{
	struct destination *destination = bpf_map_lookup_elem(&destinations, &key);

	if (!destination)
		return;
	if (destination->port) {
		record->family = destination->family;
		record->remote_port = swap16(destination->port);
		__builtin_memcpy(record->remote_address, destination->address, 16);
		unmap_ipv4(record);
	}
	bpf_map_delete_elem(&destinations, &key);
}

static __always_inline int datagram_passed(u64 *context, u16 sending)
{
	struct sock *sock = (void *)context[0];
	struct record_network record = {};
	struct task_struct *task;

	if (sock->sk_protocol != IPPROTO_UDP)
		return 0;
	task = bpf_get_current_task_btf();
	if (is_self(task) || !begin_datagram(&record, task, sock, sending))
		return 0;
	if (sending)
		take_destination(&record, task->pid);
	if ((int)context[1] >= 0 && record.remote_port)
		emit_flow(&record);
	return 0;
}

/* Every way to send passes here, io_uring and 32-bit calls too (kernels from 6.3). */
SEC("tp_btf/sock_send_length")
int network_send(u64 *context)
{
	return datagram_passed(context, 1);
}

/* read, splice, io_uring on a connected socket pass no message call (kernels from 6.3). */
SEC("tp_btf/sock_recv_length")
int network_receive(u64 *context)
{
	return datagram_passed(context, 0);
}
