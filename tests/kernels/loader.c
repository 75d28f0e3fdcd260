/* Loads a kernel module and unloads it: `loader file|memory PATH NAME`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LARGEST (1 << 20)

static int failed(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int file;

	if (argc != 4)
		return 2;
	file = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return failed(argv[2]);
	if (strcmp(argv[1], "file") == 0) {
		if (syscall(SYS_finit_module, file, "", 0))
			return failed("finit_module");
	} else {
		char *memory = malloc(LARGEST);
		ssize_t length = read(file, memory, LARGEST);

		if (length <= 0 || syscall(SYS_init_module, memory, length, ""))
			return failed("init_module");
	}
	return syscall(SYS_delete_module, argv[3], O_NONBLOCK) ? failed("delete_module") : 0;
}
