/*
 * Does to the process or file TARGET what WAY says, as somebody who wants to get at a sensor would. Files
 * are opened for reading and changed by their descriptor.
 */
#include "report.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

/* Kernel 6.6; this C library may not know it. */
#define CALL_FCHMODAT2 452

/* Where the process has memory that can be written to. */
static unsigned long writable_memory(pid_t pid)
{
	unsigned long start, end;
	char path[64], line[512], rights[5];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	must(maps ? 0 : -1, path);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 && rights[1] == 'w' &&
		    strstr(line, "[stack]"))
			return start;
	}
	return must(-1, "[stack]");
}

static void rewrite(pid_t pid)
{
	unsigned long at = writable_memory(pid), value;
	struct iovec here = { &value, sizeof(value) }, there = { (void *)at, sizeof(value) };

	must(process_vm_readv(pid, &here, 1, &there, 1, 0), "process_vm_readv");
	must(process_vm_writev(pid, &here, 1, &there, 1, 0), "process_vm_writev");
}

static int reading(const char *path)
{
	return must(open(path, O_RDONLY), path);
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	char path[64];
	pid_t pid;

	usage_unless(argc == 3, "interfere WAY TARGET");
	pid = atoi(argv[2]);
	if (!strcmp(argv[1], "trace")) {
		must(ptrace(PTRACE_SEIZE, pid, 0, 0), "PTRACE_SEIZE");
	} else if (!strcmp(argv[1], "write")) {
		rewrite(pid);
	} else if (!strcmp(argv[1], "memory")) {
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		must(open(path, O_RDWR), path);
	} else if (!strcmp(argv[1], "descriptor")) {
		must(syscall(SYS_pidfd_getfd, must(syscall(SYS_pidfd_open, pid, 0), "pidfd_open"), 2, 0),
		     "pidfd_getfd");
	} else if (!strcmp(argv[1], "fchmod")) {
		must(fchmod(reading(argv[2]), 0600), "fchmod");
	} else if (!strcmp(argv[1], "fchmodat2")) {
		must(syscall(CALL_FCHMODAT2, reading(argv[2]), "", 0600, AT_EMPTY_PATH), "fchmodat2");
	} else if (!strcmp(argv[1], "fchown")) {
		must(fchown(reading(argv[2]), 0, 0), "fchown");
	} else if (!strcmp(argv[1], "fchownat")) {
		must(fchownat(reading(argv[2]), "", 0, 0, AT_EMPTY_PATH), "fchownat");
	} else {
		usage_unless(0, "interfere WAY TARGET");
	}
	report(1, started);
	return 0;
}
