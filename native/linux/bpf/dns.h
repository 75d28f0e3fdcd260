/* DNS messages to and from port 53, as packets of any socket of the host. */
#pragma once

#define DNS_PORT 53
#define OWNERS_ENTRIES 8192
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IPV6_HEADER_BYTES 40
#define UDP_HEADER_BYTES 8
#define TCP_SYN 2
#define SMALL_MESSAGE 512
#define LARGE_MESSAGE 4096
#define LARGEST_MESSAGE 16384

/* Who sends queries on a socket. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(OWNERS_ENTRIES);
	MAP_KEY(u64);
	MAP_VALUE(struct record_header);
} dns_owners SEC(".maps");

/* What one packet is. */
struct packet {
	u32 payload;
	u32 length;
	u32 sequence;
	u16 protocol;
	u16 remote_port;
	u8 flags;
};

/* Fills `packet`; 0 for what is neither UDP nor TCP, or no first fragment. */
static __always_inline int dissect(struct skb *skb, struct packet *packet, int sending)
{
	u8 head[20];
	u32 at;

	if (skb->protocol == swap16(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, 0, head, 20))
			return 0;
		/* A fragment behind the first has no ports. */
		if ((head[6] & 0x1f) | head[7])
			return 0;
		at = (head[0] & 15) * 4;
		packet->protocol = head[9];
	} else if (skb->protocol == swap16(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, 6, head, 1))
			return 0;
		at = IPV6_HEADER_BYTES;
		packet->protocol = head[0];
	} else {
		return 0;
	}
	if (packet->protocol == IPPROTO_UDP) {
		if (bpf_skb_load_bytes(skb, at, head, 4))
			return 0;
		packet->payload = at + UDP_HEADER_BYTES;
		packet->sequence = 0;
		packet->flags = 0;
	} else if (packet->protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, at, head, 14))
			return 0;
		packet->payload = at + (head[12] >> 4) * 4;
		packet->sequence = (u32)head[4] << 24 | (u32)head[5] << 16 | (u32)head[6] << 8 | head[7];
		packet->flags = head[13];
	} else {
		return 0;
	}
	packet->remote_port = sending ? (u16)head[2] << 8 | head[3] : (u16)head[0] << 8 | head[1];
	packet->length = skb->len > packet->payload ? skb->len - packet->payload : 0;
	return 1;
}

/* Built in the ring buffer: packets interrupt each other, so that they can share no scratch. */
#define EMIT_MESSAGE(bytes) \
	do { \
		struct { \
			struct record_dns dns; \
			u8 payload[bytes]; \
		} *out = bpf_ringbuf_reserve(&ring, sizeof(*out), 0); \
		u64 length_ = packet->length > (bytes) ? (bytes) : packet->length; \
                                                                                                \
		if (!out) { \
			count(KIND_DNS, COUNTER_RING_FULL); \
			return; \
		} \
		out->dns.header = *owner; \
		out->dns.header.time = bpf_ktime_get_boot_ns(); \
		out->dns.header.length = sizeof(out->dns) + length_; \
		out->dns.socket = socket; \
		out->dns.sequence = packet->sequence; \
		out->dns.payload_total = packet->length; \
		out->dns.payload_len = length_; \
		out->dns.protocol = packet->protocol; \
		out->dns.is_answer = is_answer; \
		/* So that older verifiers, too, see that it is from 1 to `bytes`. */ \
		length_--; \
		barrier_var(length_); \
		length_ = (length_ & ((bytes) - 1)) + 1; \
		if (!packet->length || \
		    bpf_skb_load_bytes(skb, packet->payload, out->payload, length_)) \
			bpf_ringbuf_discard(out, 0); \
		else \
			bpf_ringbuf_submit(out, 0); \
	} while (0)

static __always_inline void emit_message(struct skb *skb, struct packet *packet,
					 struct record_header *owner, u64 socket, u16 is_answer)
{
	if (packet->length <= SMALL_MESSAGE)
		EMIT_MESSAGE(SMALL_MESSAGE);
	else if (packet->length <= LARGE_MESSAGE)
		EMIT_MESSAGE(LARGE_MESSAGE);
	else
		EMIT_MESSAGE(LARGEST_MESSAGE);
}

/* A packet to port 53. Of TCP the sender is who connected; later packets may go out anywhere. */
SEC("cgroup_skb/egress")
int dns_query(struct skb *skb)
{
	struct record_header *owner;
	struct packet packet;
	u64 socket;

	if (!dissect(skb, &packet, 1) || packet.remote_port != DNS_PORT)
		return 1;
	socket = bpf_get_socket_cookie(skb);
	if (packet.protocol == IPPROTO_UDP || packet.flags & TCP_SYN) {
		struct task_struct *task = bpf_get_current_task_btf();
		struct record_header header;

		if (is_self(task))
			return 1;
		fill_header(&header, task, KIND_DNS);
		bpf_map_update_elem(&dns_owners, &socket, &header, BPF_ANY);
	}
	owner = bpf_map_lookup_elem(&dns_owners, &socket);
	if (owner && packet.length)
		emit_message(skb, &packet, owner, socket, 0);
	return 1;
}

/* A packet from port 53 to a socket that has sent there. */
SEC("cgroup_skb/ingress")
int dns_answer(struct skb *skb)
{
	struct record_header *owner;
	struct packet packet;
	u64 socket;

	if (!dissect(skb, &packet, 0) || packet.remote_port != DNS_PORT || !packet.length)
		return 1;
	socket = bpf_get_socket_cookie(skb);
	owner = bpf_map_lookup_elem(&dns_owners, &socket);
	if (owner)
		emit_message(skb, &packet, owner, socket, 1);
	return 1;
}
