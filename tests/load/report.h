/* What every load program shares: argument checks, the clock, and the one-line report. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Ends the program with the reason when `result` is negative; otherwise gives it back. */
static inline long must(long result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static inline void usage_unless(int right, const char *usage)
{
	if (!right) {
		fprintf(stderr, "usage: %s\n", usage);
		exit(2);
	}
}

static inline long long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Tells who did how many operations in how long, as one JSON object on a line. */
static inline void report(long operations, long long started)
{
	printf("{\"pid\":%d,\"operations\":%ld,\"ns\":%lld}\n", getpid(), operations,
	       now_ns() - started);
	fflush(stdout);
}
