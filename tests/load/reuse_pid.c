/*
 * Runs PROGRAM twice under the same process id, by telling the kernel which id it gave last; tries
 * again while somebody else takes the id first. Prints the id.
 */
#include "report.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#define ATTEMPTS 200

static pid_t run(char *program)
{
	char *child[] = { program, NULL };
	char *nothing[] = { NULL };
	pid_t pid;

	errno = posix_spawn(&pid, program, NULL, NULL, child, nothing);
	must(-errno, "posix_spawn");
	must(waitpid(pid, NULL, 0), "waitpid");
	return pid;
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	int last;

	usage_unless(argc == 2, "reuse_pid PROGRAM");
	last = must(open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC), "ns_last_pid");
	for (int i = 0; i < ATTEMPTS; i++) {
		pid_t first = run(argv[1]);
		char text[16];
		int length = snprintf(text, sizeof(text), "%d", first - 1);

		must(pwrite(last, text, length, 0), "ns_last_pid");
		if (run(argv[1]) == first) {
			printf("%d\n", first);
			report(2, started);
			return 0;
		}
	}
	fprintf(stderr, "no process id came twice\n");
	return 1;
}
