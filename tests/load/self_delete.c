/* Removes its own image and ends; with FIFO, leaves a FIFO in its place. */
#include "report.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	char path[4096];
	long long started = now_ns();
	long length = must(readlink("/proc/self/exe", path, sizeof(path) - 1), "readlink");

	usage_unless(argc == 1 || (argc == 2 && strcmp(argv[1], "fifo") == 0), "self_delete [fifo]");
	path[length] = 0;
	must(unlink(path), path);
	if (argc == 2)
		must(mkfifo(path, 0666), path);
	report(1, started);
	return 0;
}
