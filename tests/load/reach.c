/*
 * Starts a copy of itself that waits, reaches into it in the way that WAY names, and prints the
 * target's process and thread id and, where there is one, the address, in front of its report.
 * The ways own-memory and own-maps reach into the program itself: nothing is to be seen.
 */
#include "report.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

static volatile long touched = 1;
/* Where the copy has its own; ours, where the way reaches into ourselves. */
static volatile long *there_touched = &touched;

static pid_t start_target(const char *program)
{
	int ready[2], hold[2];
	pid_t pid;

	must(pipe(ready), "pipe");
	must(pipe(hold), "pipe");
	pid = must(fork(), "fork");
	if (pid == 0) {
		must(dup2(ready[1], 1), "dup2");
		must(dup2(hold[0], 0), "dup2");
		for (int i = 3; i < 10; i++)
			close(i);
		execl(program, program, "target", NULL);
		_exit(127);
	}
	must(read(ready[0], &there_touched, sizeof(there_touched)), "the target's start");
	return pid;
}

static int proc_file(pid_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return must(open(path, flags | O_CLOEXEC), path);
}

static void attach(pid_t pid)
{
	int status;

	must(ptrace(PTRACE_ATTACH, pid, 0, 0), "PTRACE_ATTACH");
	must(waitpid(pid, &status, 0), "waitpid");
}

static int is(const char *way, const char *name)
{
	return strcmp(way, name) == 0;
}

static void reach(const char *way, pid_t pid)
{
	long value = 2;
	struct iovec here = { &value, sizeof(value) };
	struct iovec there = { (void *)there_touched, sizeof(touched) };
	struct user_regs_struct registers;
	struct iovec set = { &registers, sizeof(registers) };

	if (is(way, "attach")) {
		attach(pid);
	} else if (is(way, "seize")) {
		must(ptrace(PTRACE_SEIZE, pid, 0, 0), way);
	} else if (is(way, "poke")) {
		attach(pid);
		for (int i = 0; i < 3; i++)
			must(ptrace(PTRACE_POKEDATA, pid, (void *)there_touched, 2L), way);
		printf("%llx\n", (unsigned long long)there_touched);
	} else if (is(way, "setregs")) {
		attach(pid);
		must(ptrace(PTRACE_GETREGS, pid, 0, &registers), way);
		must(ptrace(PTRACE_SETREGS, pid, 0, &registers), way);
		printf("%llx\n", registers.rip);
	} else if (is(way, "setregset")) {
		attach(pid);
		must(ptrace(PTRACE_GETREGSET, pid, (void *)1, &set), way);
		must(ptrace(PTRACE_SETREGSET, pid, (void *)1, &set), way);
		printf("%llx\n", registers.rip);
	} else if (is(way, "readv")) {
		must(process_vm_readv(pid, &here, 1, &there, 1, 0), way);
	} else if (is(way, "writev")) {
		must(process_vm_writev(pid, &here, 1, &there, 1, 0), way);
		printf("%llx\n", (unsigned long long)there_touched);
	} else if (is(way, "getfd")) {
		must(syscall(SYS_pidfd_getfd, must(syscall(SYS_pidfd_open, pid, 0), way), 0, 0), way);
	} else if (is(way, "memory")) {
		must(pread(proc_file(pid, "mem", O_RDONLY), &value, 8, (off_t)there_touched), way);
	} else if (is(way, "pwrite")) {
		must(pwrite(proc_file(pid, "mem", O_RDWR), &value, 8, (off_t)there_touched), way);
		printf("%llx\n", (unsigned long long)there_touched);
	} else if (is(way, "write")) {
		int file = proc_file(pid, "mem", O_WRONLY);

		must(lseek(file, (off_t)there_touched, SEEK_SET), way);
		must(write(file, &value, 8), way);
		printf("%llx\n", (unsigned long long)there_touched);
	} else if (is(way, "maps") || is(way, "environ")) {
		must(read(proc_file(pid, way, O_RDONLY), &value, 8), way);
	} else if (is(way, "own-memory")) {
		there.iov_base = (void *)&touched;
		must(pwrite(proc_file(getpid(), "mem", O_RDWR), &value, 8, (off_t)&touched), way);
		must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), way);
		must(process_vm_writev(getpid(), &here, 1, &there, 1, 0), way);
	} else if (is(way, "own-maps")) {
		must(read(proc_file(getpid(), "maps", O_RDONLY), &value, 8), way);
	} else {
		usage_unless(0, "reach WAY");
	}
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	char byte = 0;
	int status;
	pid_t pid;

	usage_unless(argc == 2, "reach WAY");
	if (is(argv[1], "target")) {
		must(write(1, &there_touched, sizeof(there_touched)), "start");
		must(read(0, &byte, 1), "end");
		return 0;
	}
	pid = start_target(argv[0]);
	printf("%d\n", pid);
	reach(argv[1], pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	report(1, started);
	return 0;
}
