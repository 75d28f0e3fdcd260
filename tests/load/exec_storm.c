/* Starts a program N times, one after the other, as fast as the machine can. */
#include "report.h"

#include <spawn.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	char *child[] = { argc == 3 ? argv[2] : "/bin/true", NULL };
	char *nothing[] = { NULL };
	long long started;
	long count;

	usage_unless(argc == 2 || argc == 3, "exec_storm COUNT [PROGRAM]");
	count = atol(argv[1]);
	started = now_ns();
	for (long i = 0; i < count; i++) {
		pid_t pid;
		int status;

		errno = posix_spawn(&pid, child[0], NULL, NULL, child, nothing);
		must(-errno, "posix_spawn");
		must(waitpid(pid, &status, 0), "waitpid");
		if (status != 0) {
			fprintf(stderr, "%s ended with status %d\n", child[0], status);
			return 1;
		}
	}
	report(count, started);
	return 0;
}
