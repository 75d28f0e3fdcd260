/*
 * Asks the server at 127.0.0.1, or at ::1 with the word v6, for NAME and TYPE (a number) and waits
 * for the answer. Words choose how: sendto, write (on a connected socket), sendmsg, tcp, pieces (of
 * TCP, byte by byte), silent (does not wait for an answer).
 */
#include "report.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

static int is_chosen(int argc, char **argv, const char *word)
{
	for (int i = 3; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return 1;
	return 0;
}

static int query(unsigned char *out, const char *name, int type)
{
	int length = 12;

	memset(out, 0, 12);
	out[0] = 0x12;
	out[1] = 0x34;
	out[2] = 1;
	out[5] = 1;
	while (*name) {
		int label = strcspn(name, ".");

		out[length++] = label;
		memcpy(out + length, name, label);
		length += label;
		name += label;
		name += *name == '.';
	}
	out[length++] = 0;
	out[length++] = type >> 8;
	out[length++] = type;
	out[length++] = 0;
	out[length++] = 1;
	return length;
}

int main(int argc, char **argv)
{
	int v6, tcp, length, descriptor, one = 1;
	struct sockaddr_storage server = { 0 };
	struct sockaddr_in6 *server6 = (void *)&server;
	struct sockaddr_in *server4 = (void *)&server;
	unsigned char message[2 + 512], *payload = message + 2, answer[65536];
	long long started = now_ns();
	socklen_t size;

	usage_unless(argc >= 3, "dns_query NAME TYPE WORDS");
	v6 = is_chosen(argc, argv, "v6");
	tcp = is_chosen(argc, argv, "tcp") || is_chosen(argc, argv, "pieces");
	server.ss_family = v6 ? AF_INET6 : AF_INET;
	server4->sin_port = htons(53);
	if (v6)
		server6->sin6_addr = in6addr_loopback;
	else
		server4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	size = v6 ? sizeof(*server6) : sizeof(*server4);
	descriptor = must(socket(server.ss_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0), "socket");
	length = query(payload, argv[1], atoi(argv[2]));
	message[0] = length >> 8;
	message[1] = length;
	if (tcp || is_chosen(argc, argv, "write"))
		must(connect(descriptor, (void *)&server, size), "connect");
	if (is_chosen(argc, argv, "pieces")) {
		must(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), "nodelay");
		for (int i = 0; i < length + 2; i++)
			must(write(descriptor, message + i, 1), "write");
	} else if (tcp) {
		must(write(descriptor, message, length + 2), "write");
	} else if (is_chosen(argc, argv, "write")) {
		must(write(descriptor, payload, length), "write");
	} else if (is_chosen(argc, argv, "sendmsg")) {
		struct iovec part = { payload, length };
		struct msghdr header = { .msg_name = &server, .msg_namelen = size, .msg_iov = &part,
					 .msg_iovlen = 1 };

		must(sendmsg(descriptor, &header, 0), "sendmsg");
	} else {
		must(sendto(descriptor, payload, length, 0, (void *)&server, size), "sendto");
	}
	if (!is_chosen(argc, argv, "silent")) {
		struct pollfd ready = { .fd = descriptor, .events = POLLIN };

		must(poll(&ready, 1, 5000) == 1 ? 0 : -1, "the answer");
		must(read(descriptor, answer, sizeof(answer)), "read");
	}
	report(1, started);
	return 0;
}
