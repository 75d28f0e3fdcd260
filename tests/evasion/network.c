/* Connections and datagrams on unusual ways. All stay on this host. */
#include "uring.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return address;
}

static int port_of(int socket)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	must(getsockname(socket, (struct sockaddr *)&address, &size), "getsockname");
	return ntohs(address.sin_port);
}

/* A bound socket of this process's own, so that nothing leaves the host. */
static int server(int type)
{
	struct sockaddr_in address = loopback(0);
	int file = must(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");

	must(bind(file, (struct sockaddr *)&address, sizeof(address)), "bind");
	if (type == SOCK_STREAM)
		must(listen(file, 8), "listen");
	fact("port", "%d", port_of(file));
	return file;
}

static int client(int type)
{
	return must(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
}

static void udp_connected_write(const char *directory)
{
	struct sockaddr_in address = loopback(port_of(server(SOCK_DGRAM)));
	int file = client(SOCK_DGRAM);

	(void)directory;
	must(connect(file, (struct sockaddr *)&address, sizeof(address)), "connect");
	must(write(file, "x", 1), "write");
}

static void udp_many_messages(const char *directory)
{
	struct sockaddr_in address = loopback(port_of(server(SOCK_DGRAM)));
	struct iovec data = { .iov_base = "x", .iov_len = 1 };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_name = &address, .msg_namelen = sizeof(address),
			       .msg_iov = &data, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_name = &address, .msg_namelen = sizeof(address),
			       .msg_iov = &data, .msg_iovlen = 1 } },
	};

	(void)directory;
	must(sendmmsg(client(SOCK_DGRAM), messages, 2, 0), "sendmmsg");
}

static void tcp_fast_open(const char *directory)
{
	int listener = server(SOCK_STREAM);
	struct sockaddr_in address = loopback(port_of(listener));
	int queue = 8;

	(void)directory;
	must(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)), "TCP_FASTOPEN");
	must(sendto(client(SOCK_STREAM), "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address,
		    sizeof(address)), "MSG_FASTOPEN");
}

static void tcp_not_blocking(const char *directory)
{
	struct sockaddr_in address = loopback(port_of(server(SOCK_STREAM)));
	int file = client(SOCK_STREAM | SOCK_NONBLOCK);

	(void)directory;
	if (connect(file, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS)
		must(-1, "connect");
}

static void *connect_and_end(void *address)
{
	must(connect(client(SOCK_STREAM), address, sizeof(struct sockaddr_in)), "connect");
	return NULL;
}

static void tcp_from_ended_thread(const char *directory)
{
	struct sockaddr_in address = loopback(port_of(server(SOCK_STREAM)));
	pthread_t thread;

	(void)directory;
	errno = pthread_create(&thread, NULL, connect_and_end, &address);
	must(-errno, "pthread_create");
	pthread_join(thread, NULL);
}

static void tcp_mapped_address(const char *directory)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port_of(server(SOCK_STREAM))),
	};

	(void)directory;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
	must(connect(must(socket(AF_INET6, SOCK_STREAM, 0), "socket"), (struct sockaddr *)&address,
		     sizeof(address)), "connect");
}

static void accepted_without_asking(const char *directory)
{
	int listener = server(SOCK_STREAM);
	struct sockaddr_in address = loopback(port_of(listener));
	int file = client(SOCK_STREAM);

	(void)directory;
	must(connect(file, (struct sockaddr *)&address, sizeof(address)), "connect");
	fact("from", "%d", port_of(file));
	must(accept(listener, NULL, NULL), "accept");
}

static void uring_connect(const char *directory)
{
	struct uring ring = uring_open();
	struct sockaddr_in address = loopback(port_of(server(SOCK_STREAM)));
	struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT, .fd = client(SOCK_STREAM),
		.addr = (unsigned long)&address, .off = sizeof(address),
	};

	(void)directory;
	uring_do(&ring, &request, "connect");
}

static void uring_accept(const char *directory)
{
	struct uring ring = uring_open();
	int listener = server(SOCK_STREAM);
	struct sockaddr_in address = loopback(port_of(listener));
	int file = client(SOCK_STREAM);
	struct io_uring_sqe request = { .opcode = IORING_OP_ACCEPT, .fd = listener };

	(void)directory;
	must(connect(file, (struct sockaddr *)&address, sizeof(address)), "connect");
	fact("from", "%d", port_of(file));
	uring_do(&ring, &request, "accept");
}

static void uring_send(const char *directory)
{
	struct uring ring = uring_open();
	struct sockaddr_in address = loopback(port_of(server(SOCK_DGRAM)));
	struct iovec data = { .iov_base = "x", .iov_len = 1 };
	struct msghdr message = { .msg_name = &address, .msg_namelen = sizeof(address),
				  .msg_iov = &data, .msg_iovlen = 1 };
	struct io_uring_sqe request = {
		.opcode = IORING_OP_SENDMSG, .fd = client(SOCK_DGRAM),
		.addr = (unsigned long)&message, .len = 1,
	};

	(void)directory;
	uring_do(&ring, &request, "sendmsg");
}

static const struct evasion cases[] = {
	{ "udp-connected-write", udp_connected_write },
	{ "udp-many-messages", udp_many_messages },
	{ "tcp-fast-open", tcp_fast_open },
	{ "tcp-not-blocking", tcp_not_blocking },
	{ "tcp-from-ended-thread", tcp_from_ended_thread },
	{ "tcp-mapped-address", tcp_mapped_address },
	{ "accepted-without-asking", accepted_without_asking },
	{ "uring-connect", uring_connect },
	{ "uring-accept", uring_accept },
	{ "uring-send", uring_send },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_evasion(cases, argc, argv);
}
