/*
 * Sends DATAGRAMS datagrams over each of FLOWS pairs of ports on loopback and receives them in the
 * same process. Words choose the variant: v6; connected (send on a connected socket), sendmsg,
 * sendmmsg, write; paired (receive on a socket connected to the sender), named (ask for the
 * sender's address), recvmsg, recvmmsg, read. Prints the two ports of each flow, sender first, then
 * the report.
 */
#include "report.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int argument_count;
static char **arguments;

static int is_chosen(const char *word)
{
	for (int i = 3; i < argument_count; i++)
		if (strcmp(arguments[i], word) == 0)
			return 1;
	return 0;
}

static socklen_t loopback(struct sockaddr_storage *address)
{
	memset(address, 0, sizeof(*address));
	if (is_chosen("v6")) {
		address->ss_family = AF_INET6;
		((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
		return sizeof(struct sockaddr_in6);
	}
	address->ss_family = AF_INET;
	((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(struct sockaddr_in);
}

/* A socket on a free port; `address` is then its own. */
static int bound_socket(struct sockaddr_storage *address, socklen_t *length)
{
	int created;

	*length = loopback(address);
	created = must(socket(address->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	must(bind(created, (struct sockaddr *)address, *length), "bind");
	must(getsockname(created, (struct sockaddr *)address, length), "getsockname");
	return created;
}

static void send_one(int sender, struct sockaddr_storage *to, socklen_t length)
{
	struct iovec data = { .iov_base = "datagram", .iov_len = 8 };
	struct mmsghdr message = { 0 };

	message.msg_hdr.msg_name = is_chosen("connected") ? NULL : to;
	message.msg_hdr.msg_namelen = is_chosen("connected") ? 0 : length;
	message.msg_hdr.msg_iov = &data;
	message.msg_hdr.msg_iovlen = 1;
	if (is_chosen("sendmsg"))
		must(sendmsg(sender, &message.msg_hdr, 0), "sendmsg");
	else if (is_chosen("sendmmsg"))
		must(sendmmsg(sender, &message, 1, 0), "sendmmsg");
	else if (is_chosen("write"))
		must(write(sender, "datagram", 8), "write");
	else if (is_chosen("connected"))
		must(send(sender, "datagram", 8, 0), "send");
	else
		must(sendto(sender, "datagram", 8, 0, (struct sockaddr *)to, length), "sendto");
}

static void receive_one(int receiver)
{
	char buffer[64];
	struct iovec data = { .iov_base = buffer, .iov_len = sizeof(buffer) };
	struct sockaddr_storage sender;
	struct sockaddr *name = is_chosen("named") ? (struct sockaddr *)&sender : NULL;
	socklen_t length = name ? sizeof(sender) : 0;
	struct mmsghdr message = { 0 };

	message.msg_hdr.msg_name = name;
	message.msg_hdr.msg_namelen = length;
	message.msg_hdr.msg_iov = &data;
	message.msg_hdr.msg_iovlen = 1;
	if (is_chosen("recvmsg"))
		must(recvmsg(receiver, &message.msg_hdr, 0), "recvmsg");
	else if (is_chosen("recvmmsg"))
		must(recvmmsg(receiver, &message, 1, 0, NULL), "recvmmsg");
	else if (is_chosen("read"))
		must(read(receiver, buffer, sizeof(buffer)), "read");
	else
		must(recvfrom(receiver, buffer, sizeof(buffer), 0, name, name ? &length : NULL),
		     "recvfrom");
}

int main(int argc, char **argv)
{
	struct sockaddr_storage to, from;
	socklen_t to_length, from_length;
	long long started;
	long flows, datagrams;
	int receiver;

	usage_unless(argc >= 3, "udp_flows FLOWS DATAGRAMS [v6] [SEND] [RECEIVE]");
	argument_count = argc;
	arguments = argv;
	flows = atol(argv[1]);
	datagrams = atol(argv[2]);
	receiver = bound_socket(&to, &to_length);
	started = now_ns();
	for (long i = 0; i < flows; i++) {
		int sender = bound_socket(&from, &from_length);

		if (is_chosen("connected"))
			must(connect(sender, (struct sockaddr *)&to, to_length), "connect");
		if (is_chosen("paired"))
			must(connect(receiver, (struct sockaddr *)&from, from_length), "connect");
		for (long j = 0; j < datagrams; j++) {
			send_one(sender, &to, to_length);
			receive_one(receiver);
		}
		printf("%d %d\n", ntohs(((struct sockaddr_in6 *)&from)->sin6_port),
		       ntohs(((struct sockaddr_in6 *)&to)->sin6_port));
		close(sender);
	}
	report(flows, started);
	return 0;
}
