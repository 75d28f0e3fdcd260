/* Creates the file PARENT, and FILE… each in a child of its own that was forked without exec. */
#include "report.h"

#include <fcntl.h>
#include <sys/wait.h>

static void create(const char *path)
{
	close(must(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600), path));
}

int main(int argc, char **argv)
{
	long long started = now_ns();

	usage_unless(argc >= 3, "fork_only PARENT FILE...");
	create(argv[1]);
	for (int i = 2; i < argc; i++) {
		pid_t child = must(fork(), "fork");

		if (child == 0) {
			create(argv[i]);
			_exit(i);
		}
		must(waitpid(child, NULL, 0), "waitpid");
	}
	report(argc - 2, started);
	return 0;
}
