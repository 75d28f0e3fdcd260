/*
 * Makes one 32-bit system call (int 0x80), whose pointers have 32 bits, too: CALL PATH OTHER. With
 * the call "nothing" it makes PATH 64-bit calls that do next to nothing.
 */
#include "report.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static long make_call(long number, long first, long second, long third, long fourth)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	long path, other, result = -1;
	char *low;

	usage_unless(argc == 4, "compat_calls CALL PATH OTHER");
	low = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	must(low == MAP_FAILED ? -1 : 0, "mmap");
	path = (long)strcpy(low, argv[2]);
	other = (long)strcpy(low + 8192, argv[3]);
	if (strcmp(argv[1], "nothing") == 0) {
		long count = atol(argv[2]);

		for (long i = 0; i < count; i++)
			syscall(SYS_getppid);
		report(count, started);
		return 0;
	}
	if (strcmp(argv[1], "open") == 0)
		result = make_call(5, path, O_CREAT | O_WRONLY, 0600, 0);
	else if (strcmp(argv[1], "creat") == 0)
		result = make_call(8, path, 0600, 0, 0);
	else if (strcmp(argv[1], "openat") == 0)
		result = make_call(295, AT_FDCWD, path, O_CREAT | O_WRONLY, 0600);
	else if (strcmp(argv[1], "read") == 0)
		result = make_call(5, path, O_RDONLY, 0, 0);
	else if (strcmp(argv[1], "link") == 0)
		result = make_call(9, path, other, 0, 0);
	else if (strcmp(argv[1], "unlink") == 0)
		result = make_call(10, path, 0, 0, 0);
	else if (strcmp(argv[1], "mknod") == 0)
		result = make_call(14, path, 0100600, 0, 0);
	else if (strcmp(argv[1], "rename") == 0)
		result = make_call(38, path, other, 0, 0);
	else if (strcmp(argv[1], "symlink") == 0)
		result = make_call(83, path, other, 0, 0);
	else if (strcmp(argv[1], "unlinkat") == 0)
		result = make_call(301, AT_FDCWD, path, 0, 0);
	else if (strcmp(argv[1], "renameat") == 0)
		result = make_call(302, AT_FDCWD, path, AT_FDCWD, other);
	else if (strcmp(argv[1], "linkat") == 0)
		result = make_call(303, AT_FDCWD, path, AT_FDCWD, other);
	else if (strcmp(argv[1], "symlinkat") == 0)
		result = make_call(304, path, AT_FDCWD, other, 0);
	else
		usage_unless(0, "compat_calls CALL PATH OTHER");
	errno = -result;
	must(result < 0 ? -1 : 0, argv[1]);
	report(1, started);
	return 0;
}
