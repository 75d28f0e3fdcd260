/* What every evasion shares: the table of cases, and facts that the test compares events with. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel of this machine cannot do it; the test says so. */
#define CANNOT 77

struct evasion {
	const char *name;
	void (*run)(const char *directory);
};

/* Tells the test something: NAME and text on a line. */
__attribute__((format(printf, 2, 3)))
static inline void fact(const char *name, const char *format, ...)
{
	va_list arguments;

	printf("%s ", name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/* Ends the program when `result` is negative; gives it back otherwise. */
static inline long must(long result, const char *what)
{
	if (result < 0) {
		int is_missing = errno == ENOSYS || errno == EOPNOTSUPP;

		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(is_missing ? CANNOT : 1);
	}
	return result;
}

static inline void cannot(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(CANNOT);
}

/* A path in the test's directory; valid until four more are made. */
static inline char *in(const char *directory, const char *name)
{
	static char paths[4][4096];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static inline void copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int in_file = must(open(from, O_RDONLY | O_CLOEXEC), from);
	int out_file = must(open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700), to);
	long count;

	while ((count = must(read(in_file, buffer, sizeof(buffer)), from)) > 0)
		must(write(out_file, buffer, count), to);
	close(in_file);
	close(out_file);
}

static inline void wait_for(pid_t pid)
{
	must(waitpid(pid, NULL, 0), "waitpid");
}

static inline int run_evasion(const struct evasion *cases, int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s CASE DIRECTORY\n", argv[0]);
		return 2;
	}
	for (; cases->name; cases++) {
		if (strcmp(cases->name, argv[1]) == 0) {
			fact("pid", "%d", getpid());
			cases->run(argv[2]);
			return 0;
		}
	}
	fprintf(stderr, "no such case: %s\n", argv[1]);
	return 2;
}
