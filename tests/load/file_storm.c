/* Creates, closes and removes N files in a directory, each with a name of its own. */
#include "report.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
	char path[4096];
	long long started;
	long count;

	usage_unless(argc == 3, "file_storm COUNT DIRECTORY");
	count = atol(argv[1]);
	started = now_ns();
	for (long i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/file%ld", argv[2], i);
		close(must(openat(AT_FDCWD, path, O_CREAT | O_EXCL | O_WRONLY, 0600), path));
		must(unlink(path), path);
	}
	report(count, started);
	return 0;
}
