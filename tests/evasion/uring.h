/* One request at a time through io_uring, without a library. */
#pragma once

#include "evasion.h"

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct uring {
	int file;
	unsigned *sq_tail, *sq_mask, *sq_array;
	unsigned *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static inline struct uring uring_open(void)
{
	struct io_uring_params params = { 0 };
	struct uring ring;
	long file = syscall(SYS_io_uring_setup, 4, &params);

	if (file < 0 && (errno == EPERM || errno == ENOSYS))
		cannot("io_uring is switched off");
	ring.file = must(file, "io_uring_setup");
	char *sq = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.file,
			IORING_OFF_SQ_RING);
	char *cq = mmap(NULL,
			params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.file,
			IORING_OFF_CQ_RING);
	ring.sqes = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
			 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.file,
			 IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring.sqes == MAP_FAILED)
		must(-1, "mmap of io_uring");
	ring.sq_tail = (unsigned *)(sq + params.sq_off.tail);
	ring.sq_mask = (unsigned *)(sq + params.sq_off.ring_mask);
	ring.sq_array = (unsigned *)(sq + params.sq_off.array);
	ring.cq_head = (unsigned *)(cq + params.cq_off.head);
	ring.cq_tail = (unsigned *)(cq + params.cq_off.tail);
	ring.cq_mask = (unsigned *)(cq + params.cq_off.ring_mask);
	ring.cqes = (struct io_uring_cqe *)(cq + params.cq_off.cqes);
	return ring;
}

/* Hands in a request and waits for its result, which must not be negative. */
static inline int uring_do(struct uring *ring, const struct io_uring_sqe *request, const char *what)
{
	unsigned tail = *ring->sq_tail;
	unsigned index = tail & *ring->sq_mask;

	ring->sqes[index] = *request;
	ring->sq_array[index] = index;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	must(syscall(SYS_io_uring_enter, ring->file, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0),
	     "io_uring_enter");
	unsigned head = *ring->cq_head;
	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE)) {
		fprintf(stderr, "%s: io_uring gave no result\n", what);
		exit(1);
	}
	int result = ring->cqes[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	if (result < 0) {
		errno = -result;
		if (result == -EINVAL)
			cannot("this kernel's io_uring cannot do it");
		must(-1, what);
	}
	return result;
}
