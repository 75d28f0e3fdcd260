/* System calls of 32-bit programs, made by a 64-bit one through int 0x80. */
#include "evasion.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Numbers of the i386 table. */
enum {
	OPEN32 = 5,
	CREAT32 = 8,
	LINK32 = 9,
	UNLINK32 = 10,
	EXECVE32 = 11,
	RENAME32 = 38,
	SOCKET32 = 359,
	CONNECT32 = 362,
	SENDTO32 = 369,
	OPENAT32 = 295,
};

/* Pointers must lie below 4 GB. */
static char *low;
static size_t used;

static void *below(const void *data, size_t size)
{
	char *place;

	if (low == NULL) {
		low = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (low == MAP_FAILED)
			must(-1, "MAP_32BIT");
	}
	place = low + used;
	used += (size + 15) & ~15UL;
	return memcpy(place, data, size);
}

static void *text(const char *string)
{
	return below(string, strlen(string) + 1);
}

static void no_entry(int signal)
{
	static const char reason[] = "this kernel has no 32-bit system calls\n";

	(void)signal;
	(void)!write(2, reason, sizeof(reason) - 1);
	_exit(CANNOT);
}

static long call32(int number, const void *a, long b, long c, long d, const void *e, long f)
{
	register long result __asm__("rax") = number;

	/* The sixth argument is in ebp, which the compiler keeps for itself. */
	__asm__ volatile("push %%rbp\n\tmov %[sixth], %%rbp\n\tint $0x80\n\tpop %%rbp"
			 : "+r"(result)
			 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [sixth] "r"(f)
			 : "memory", "r8", "r9", "r10", "r11");
	result = (int)result;
	if (result < 0) {
		errno = -result;
		return -1;
	}
	return result;
}

static void create32(const char *directory)
{
	char *path = in(directory, "creat32");

	must(call32(CREAT32, text(path), 0600, 0, 0, NULL, 0), path);
	fact("path", "%s", path);
}

static void openat32(const char *directory)
{
	char *path = in(directory, "openat32");

	must(call32(OPENAT32, (void *)(long)AT_FDCWD, (long)text(path), O_WRONLY | O_CREAT, 0600,
		    NULL, 0), path);
	fact("path", "%s", path);
}

static void unlink32(const char *directory)
{
	char *path = in(directory, "unlink32");

	must(open(path, O_WRONLY | O_CREAT, 0600), path);
	must(call32(UNLINK32, text(path), 0, 0, 0, NULL, 0), path);
	fact("path", "%s", path);
}

static void rename32(const char *directory)
{
	char *from = in(directory, "before32");
	char *to = in(directory, "after32");

	must(open(from, O_WRONLY | O_CREAT, 0600), from);
	must(call32(RENAME32, text(from), (long)text(to), 0, 0, NULL, 0), to);
	fact("path", "%s", to);
}

static void execute32(const char *directory)
{
	char *path = in(directory, "execve32");
	unsigned arguments[2] = { 0, 0 };

	copy_file("/bin/true", path);
	char *low_path = text(path);

	arguments[0] = (unsigned)(unsigned long)low_path;
	fact("image", "%s", path);
	void *low_arguments = below(arguments, sizeof(arguments));
	unsigned none = 0;

	must(call32(EXECVE32, low_path, (long)low_arguments, (long)below(&none, sizeof(none)), 0,
		    NULL, 0), path);
}

static int listening(struct sockaddr_in *address, int type)
{
	socklen_t size = sizeof(*address);
	int file = must(socket(AF_INET, type, 0), "socket");

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(file, (struct sockaddr *)address, size), "bind");
	if (type == SOCK_STREAM)
		must(listen(file, 1), "listen");
	must(getsockname(file, (struct sockaddr *)address, &size), "getsockname");
	fact("port", "%d", ntohs(address->sin_port));
	return file;
}

static void connect32(const char *directory)
{
	struct sockaddr_in address;

	(void)directory;
	listening(&address, SOCK_STREAM);
	long file = must(call32(SOCKET32, (void *)AF_INET, SOCK_STREAM, 0, 0, NULL, 0), "socket");

	must(call32(CONNECT32, (void *)file, (long)below(&address, sizeof(address)),
		    sizeof(address), 0, NULL, 0), "connect");
}

static void send32(const char *directory)
{
	struct sockaddr_in address;

	(void)directory;
	listening(&address, SOCK_DGRAM);
	long file = must(call32(SOCKET32, (void *)AF_INET, SOCK_DGRAM, 0, 0, NULL, 0), "socket");

	must(call32(SENDTO32, (void *)file, (long)text("x"), 1, 0,
		    below(&address, sizeof(address)), sizeof(address)), "sendto");
}

static const struct evasion cases[] = {
	{ "create", create32 },
	{ "openat", openat32 },
	{ "unlink", unlink32 },
	{ "rename", rename32 },
	{ "execute", execute32 },
	{ "connect", connect32 },
	{ "send", send32 },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	signal(SIGSEGV, no_entry);
	return run_evasion(cases, argc, argv);
}
