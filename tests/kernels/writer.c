/* Writes files in the ways that no small tool offers: `writer HOW TARGET [SOURCE]`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char header[64] = "\177ELF\2\1\1";

static int failed(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	return 1;
}

static int opened(const char *path, int flags)
{
	return open(path, O_RDWR | O_CLOEXEC | flags, 0666);
}

/* As a linker does: an ordinary file first, its header last, then executable. */
static int link_program(const char *path)
{
	int file = opened(path, O_CREAT | O_TRUNC);

	if (file < 0)
		return failed("open");
	if (pwrite(file, header, sizeof(header), 64) < 0 || pwrite(file, header, sizeof(header), 0) < 0)
		return failed("write");
	return fchmod(file, 0755) ? failed("chmod") : 0;
}

static int write_vector(const char *path)
{
	struct iovec vector = { header, sizeof(header) };
	int file = opened(path, O_CREAT | O_TRUNC);

	return writev(file, &vector, 1) < 0 ? failed("writev") : 0;
}

static int send(const char *path, const char *source)
{
	int from = open(source, O_RDONLY), file = opened(path, O_CREAT | O_TRUNC);

	return sendfile(file, from, NULL, 4096) < 0 ? failed("sendfile") : 0;
}

static int copy_range(const char *path, const char *source)
{
	int from = open(source, O_RDONLY), file = opened(path, O_CREAT | O_TRUNC);

	return copy_file_range(from, NULL, file, NULL, 4096, 0) < 0 ? failed("copy_file_range") : 0;
}

static int map(const char *path)
{
	int file = opened(path, 0);
	void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	return mapped == MAP_FAILED ? failed("mmap") : 0;
}

static int map_then_protect(const char *path)
{
	int file = opened(path, 0);
	void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);

	return mapped == MAP_FAILED || mprotect(mapped, 4096, PROT_READ | PROT_WRITE) ?
		       failed("mprotect") :
		       0;
}

static int overwrite_at(const char *path, long position)
{
	int file = opened(path, 0);

	return pwrite(file, "xxxx", 4, position) < 0 ? failed("pwrite") : 0;
}

/* write(2) of 32-bit programs; their pointers have 32 bits. */
static int overwrite_as_32_bit(const char *path)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int file = opened(path, 0);
	long result;

	memcpy(low, "xxxx", 4);
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(4L), "b"((long)file), "c"(low), "d"(4L) : "memory", "r8", "r9", "r10", "r11");
	errno = -(int)result;
	return (int)result < 0 ? failed("write") : 0;
}

static int punch(const char *path)
{
	int file = opened(path, 0);

	return fallocate(file, 1 | 2, 0, 4096) ? failed("fallocate") : 0;
}

/* As editors do: cut off and write anew; afterwards the beginning once more. */
static int edit(const char *path)
{
	int file = opened(path, O_TRUNC);

	if (write(file, "one\ntwo\n", 8) < 0 || pwrite(file, "ONE", 3, 0) < 0)
		return failed("write");
	return 0;
}

static int append(const char *path)
{
	int file = opened(path, O_APPEND);

	return write(file, "more\n", 5) < 0 ? failed("write") : 0;
}

static int exchange(const char *path, const char *source)
{
	return syscall(SYS_renameat2, AT_FDCWD, source, AT_FDCWD, path, 2) ? failed("rename") : 0;
}

int main(int count, char **words)
{
	const char *how = count > 2 ? words[1] : "", *path = words[2];
	const char *source = count > 3 ? words[3] : "";

	if (!strcmp(how, "link"))
		return link_program(path);
	if (!strcmp(how, "writev"))
		return write_vector(path);
	if (!strcmp(how, "sendfile"))
		return send(path, source);
	if (!strcmp(how, "copy-range"))
		return copy_range(path, source);
	if (!strcmp(how, "map"))
		return map(path);
	if (!strcmp(how, "map-protect"))
		return map_then_protect(path);
	if (!strcmp(how, "overwrite"))
		return overwrite_at(path, 0);
	if (!strcmp(how, "overwrite-middle"))
		return overwrite_at(path, 100);
	if (!strcmp(how, "overwrite-32"))
		return overwrite_as_32_bit(path);
	if (!strcmp(how, "punch"))
		return punch(path);
	if (!strcmp(how, "edit"))
		return edit(path);
	if (!strcmp(how, "append"))
		return append(path);
	if (!strcmp(how, "exchange"))
		return exchange(path, source);
	return 2;
}
