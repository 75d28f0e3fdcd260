/*
 * Makes one file system call by io_uring, or accepts a connection that it makes to itself. The word
 * "skip" asks for no result in case of success, "poll" lets a thread of the kernel submit.
 */
#include "report.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define ENTRIES 4

struct ring {
	int descriptor;
	unsigned *submit_tail, *complete_head, *complete_tail, *submit_array, *flags;
	struct io_uring_sqe *requests;
	struct io_uring_cqe *results;
	unsigned submit_mask, complete_mask;
};

static int is_chosen(int argc, char **argv, const char *word)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return 1;
	return 0;
}

static struct ring open_ring(int polled)
{
	struct io_uring_params params = { .flags = polled ? IORING_SETUP_SQPOLL : 0,
					  .sq_thread_idle = 1000 };
	struct ring ring;
	char *submit, *complete;

	ring.descriptor = must(syscall(SYS_io_uring_setup, ENTRIES, &params), "io_uring_setup");
	submit = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
		      MAP_SHARED, ring.descriptor, IORING_OFF_SQ_RING);
	complete = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			PROT_READ | PROT_WRITE, MAP_SHARED, ring.descriptor, IORING_OFF_CQ_RING);
	ring.requests = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
			     PROT_READ | PROT_WRITE, MAP_SHARED, ring.descriptor, IORING_OFF_SQES);
	ring.submit_tail = (void *)(submit + params.sq_off.tail);
	ring.submit_mask = *(unsigned *)(submit + params.sq_off.ring_mask);
	ring.submit_array = (void *)(submit + params.sq_off.array);
	ring.flags = (void *)(submit + params.sq_off.flags);
	ring.complete_head = (void *)(complete + params.cq_off.head);
	ring.complete_tail = (void *)(complete + params.cq_off.tail);
	ring.complete_mask = *(unsigned *)(complete + params.cq_off.ring_mask);
	ring.results = (void *)(complete + params.cq_off.cqes);
	return ring;
}

/* Submits one request and gives its result. */
static int make_call(struct ring *ring, struct io_uring_sqe request, int polled)
{
	unsigned tail = *ring->submit_tail, head = *ring->complete_head;

	ring->requests[tail & ring->submit_mask] = request;
	ring->submit_array[tail & ring->submit_mask] = tail & ring->submit_mask;
	__atomic_store_n(ring->submit_tail, tail + 1, __ATOMIC_RELEASE);
	must(syscall(SYS_io_uring_enter, ring->descriptor, polled ? 0 : 1, 1,
		     IORING_ENTER_GETEVENTS | (polled ? IORING_ENTER_SQ_WAKEUP : 0), NULL, 0),
	     "io_uring_enter");
	if (__atomic_load_n(ring->complete_tail, __ATOMIC_ACQUIRE) == head)
		return -ETIME;
	__atomic_store_n(ring->complete_head, head + 1, __ATOMIC_RELEASE);
	return ring->results[head & ring->complete_mask].res;
}

static int connect_to_itself(struct ring *ring, int polled)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listening = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int client = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	socklen_t length = sizeof(address);
	struct io_uring_sqe request = { .opcode = IORING_OP_CONNECT, .fd = client,
					.addr = (unsigned long)&address, .off = sizeof(address) };
	struct io_uring_sqe taking = { .opcode = IORING_OP_ACCEPT, .fd = listening };

	must(bind(listening, (void *)&address, length), "bind");
	must(listen(listening, 1), "listen");
	must(getsockname(listening, (void *)&address, &length), "getsockname");
	printf("%d\n", ntohs(address.sin_port));
	must(make_call(ring, request, polled), "connect");
	return make_call(ring, taking, polled);
}

int main(int argc, char **argv)
{
	struct io_uring_sqe request = { .fd = AT_FDCWD };
	long long started = now_ns();
	const char *call, *path, *other;
	int polled, skipping, result;
	struct ring ring;

	usage_unless(argc >= 4, "uring_calls CALL PATH OTHER [skip] [poll]");
	call = argv[1];
	path = argv[2];
	other = argv[3];
	skipping = is_chosen(argc, argv, "skip");
	polled = is_chosen(argc, argv, "poll");
	ring = open_ring(polled);
	request.addr = (unsigned long)path;
	if (strcmp(call, "open") == 0) {
		request.opcode = IORING_OP_OPENAT;
		request.open_flags = O_CREAT | O_WRONLY;
		request.len = 0600;
	} else if (strcmp(call, "read") == 0) {
		request.opcode = IORING_OP_OPENAT;
	} else if (strcmp(call, "unlink") == 0) {
		request.opcode = IORING_OP_UNLINKAT;
	} else if (strcmp(call, "rename") == 0) {
		request.opcode = IORING_OP_RENAMEAT;
	} else if (strcmp(call, "link") == 0) {
		request.opcode = IORING_OP_LINKAT;
	} else if (strcmp(call, "symlink") == 0) {
		request.opcode = IORING_OP_SYMLINKAT;
	} else {
		usage_unless(strcmp(call, "connect") == 0, "uring_calls CALL PATH OTHER");
	}
	if (request.opcode == IORING_OP_RENAMEAT || request.opcode == IORING_OP_LINKAT ||
	    request.opcode == IORING_OP_SYMLINKAT) {
		request.off = (unsigned long)other;
		if (request.opcode != IORING_OP_SYMLINKAT)
			request.len = AT_FDCWD;
	}
	if (skipping) {
		/* The failing request behind it is the one whose result comes. */
		struct io_uring_sqe failing = { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD,
						.addr = (unsigned long)"/nonexistent" };

		request.flags = IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_HARDLINK;
		ring.requests[0] = request;
		ring.submit_array[0] = 0;
		__atomic_store_n(ring.submit_tail, 1, __ATOMIC_RELEASE);
		ring.requests[1] = failing;
		ring.submit_array[1] = 1;
		__atomic_store_n(ring.submit_tail, 2, __ATOMIC_RELEASE);
		must(syscall(SYS_io_uring_enter, ring.descriptor, 2, 1, IORING_ENTER_GETEVENTS, NULL,
			     0),
		     "io_uring_enter");
		result = 0;
	} else if (request.opcode) {
		result = make_call(&ring, request, polled);
	} else {
		result = connect_to_itself(&ring, polled);
	}
	printf("%s\n", result < 0 ? strerror(-result) : "done");
	report(1, started);
	return 0;
}
