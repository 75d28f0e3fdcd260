/* Executes PROGRAM without naming it: by its descriptor, from a memfd, or from a removed copy. */
#include "report.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void copy(int to, const char *path)
{
	int from = must(open(path, O_RDONLY | O_CLOEXEC), path);
	char buffer[65536];
	long length;

	while ((length = must(read(from, buffer, sizeof(buffer)), path)) > 0)
		must(write(to, buffer, length), "write");
	close(from);
}

static void execute(int descriptor, char **arguments)
{
	char *nothing[] = { NULL };

	must(syscall(SYS_execveat, descriptor, "", arguments, nothing, AT_EMPTY_PATH), "execveat");
}

int main(int argc, char **argv)
{
	const char *usage = "exec_by_descriptor (execveat|memfd|removed COPY) PROGRAM [ARGUMENTS]";

	usage_unless(argc >= 3, usage);
	report(1, now_ns());
	if (strcmp(argv[1], "execveat") == 0) {
		execute(must(open(argv[2], O_PATH | O_CLOEXEC), argv[2]), argv + 2);
	} else if (strcmp(argv[1], "memfd") == 0) {
		int memory = must(memfd_create("odd image", MFD_CLOEXEC), "memfd_create");
		copy(memory, argv[2]);
		execute(memory, argv + 2);
	} else if (strcmp(argv[1], "removed") == 0 && argc >= 4) {
		int file = must(open(argv[2], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0700), argv[2]);
		copy(file, argv[3]);
		close(file);
		file = must(open(argv[2], O_PATH | O_CLOEXEC), argv[2]);
		must(unlink(argv[2]), argv[2]);
		execute(file, argv + 3);
	}
	usage_unless(0, usage);
	return 2;
}
