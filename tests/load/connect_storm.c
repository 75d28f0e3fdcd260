/*
 * Makes N TCP connections to itself over loopback and closes each with a reset, so that no port
 * stays behind in TIME_WAIT. Words choose the variant: v6, address (accept with an address buffer),
 * accept4, nonblocking (connect that returns EINPROGRESS or at once), ports (print every pair of
 * ports, client first, one connection a line, before the report).
 */
#include "report.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static int is_chosen(int argc, char **argv, const char *word)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return 1;
	return 0;
}

static void close_with_reset(int socket)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	must(setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "SO_LINGER");
	close(socket);
}

/* The port stands at the same place in both address families. */
static int local_port(int socket)
{
	struct sockaddr_in6 address;
	socklen_t length = sizeof(address);

	must(getsockname(socket, (struct sockaddr *)&address, &length), "getsockname");
	return ntohs(address.sin6_port);
}

static void connect_without_blocking(int socket, const struct sockaddr *address, socklen_t length)
{
	struct pollfd ready = { .fd = socket, .events = POLLOUT };
	int error = 0;
	socklen_t error_length = sizeof(error);

	must(fcntl(socket, F_SETFL, O_NONBLOCK), "O_NONBLOCK");
	if (connect(socket, address, length) == 0)
		return;
	if (errno != EINPROGRESS)
		must(-1, "connect");
	must(poll(&ready, 1, 5000), "poll");
	must(getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &error_length), "SO_ERROR");
	errno = error;
	must(-error, "connect");
}

int main(int argc, char **argv)
{
	int v6, with_address, with_flags, nonblocking, ports;
	struct sockaddr_storage server = { 0 };
	socklen_t length, server_length;
	long long started;
	int listener, family;
	long count;

	usage_unless(argc >= 2, "connect_storm COUNT [v6] [address|accept4] [nonblocking] [ports]");
	count = atol(argv[1]);
	v6 = is_chosen(argc, argv, "v6");
	with_address = is_chosen(argc, argv, "address");
	with_flags = is_chosen(argc, argv, "accept4");
	nonblocking = is_chosen(argc, argv, "nonblocking");
	ports = is_chosen(argc, argv, "ports");
	family = v6 ? AF_INET6 : AF_INET;
	server.ss_family = family;
	server_length = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	if (v6)
		((struct sockaddr_in6 *)&server)->sin6_addr = in6addr_loopback;
	else
		((struct sockaddr_in *)&server)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);

	listener = must(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	must(bind(listener, (struct sockaddr *)&server, server_length), "bind");
	must(listen(listener, 16), "listen");
	length = server_length;
	must(getsockname(listener, (struct sockaddr *)&server, &length), "getsockname");

	started = now_ns();
	for (long i = 0; i < count; i++) {
		struct sockaddr_storage peer;
		int client = must(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
		int accepted;

		if (nonblocking)
			connect_without_blocking(client, (struct sockaddr *)&server, server_length);
		else
			must(connect(client, (struct sockaddr *)&server, server_length), "connect");
		length = sizeof(peer);
		if (with_flags)
			accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		else if (with_address)
			accepted = accept(listener, (struct sockaddr *)&peer, &length);
		else
			accepted = accept(listener, NULL, NULL);
		must(accepted, "accept");
		if (ports)
			printf("%d %d\n", local_port(client), local_port(accepted));
		close_with_reset(client);
		close_with_reset(accepted);
	}
	report(count, started);
	return 0;
}
