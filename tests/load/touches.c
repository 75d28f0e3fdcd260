/*
 * Does to PATH what WAY says: attributes, modes, mappings, FIFOs, local sockets, its own image. A
 * second path is where a link, a copy or a peer is.
 */
#include "report.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define ATTRIBUTE "user.xdg.origin.url"
#define VALUE "https://example.org/tool"

static const char *way;
static const char *program;

static int is(const char *name)
{
	return strcmp(way, name) == 0;
}

static int bound(const char *path, int type, int listening)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(address);
	int descriptor = must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");

	if (path[0] == '@') {
		length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
		memcpy(address.sun_path + 1, path + 1, strlen(path) - 1);
	} else {
		strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	}
	must(bind(descriptor, (struct sockaddr *)&address, length), "bind");
	if (listening)
		must(listen(descriptor, 1), "listen");
	must(connect(must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket"),
		     (struct sockaddr *)&address, length),
	     "connect");
	return descriptor;
}

static void *mapped(const char *path, int protection)
{
	int file = must(open(path, O_RDONLY | O_CLOEXEC), path);
	void *start = mmap(NULL, 4096, protection, MAP_PRIVATE, file, 0);

	must(start == MAP_FAILED ? -1 : 0, "mmap");
	close(file);
	return start;
}

static void write_file(const char *path, const char *text, int flags)
{
	int file = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600), path);

	must(write(file, text, strlen(text)), path);
	must(close(file), path);
}

static void *page_of(const void *address)
{
	return (void *)((unsigned long)address & ~4095ul);
}

static char data[8192] = { 1 };

static void load_program(void)
{
	struct bpf_insn nothing[] = { { .code = 0xb7 }, { .code = 0x95 } };
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insn_cnt = 2,
		.insns = (unsigned long)nothing,
		.license = (unsigned long)"GPL",
		.prog_name = "touched",
	};

	must(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)), "BPF_PROG_LOAD");
}

/* Runs a copy of this program from a file that has no name. */
static void run_from_memory(void)
{
	char *arguments[] = { "nameless", "nothing", "nowhere", NULL }, *nothing[] = { NULL };
	int from = must(open(program, O_RDONLY | O_CLOEXEC), program);
	int to = must(memfd_create("touched", MFD_CLOEXEC), "memfd_create");
	char buffer[65536];
	long length;
	int status;
	pid_t pid;

	while ((length = must(read(from, buffer, sizeof(buffer)), program)) > 0)
		must(write(to, buffer, length), "memfd");
	pid = must(fork(), "fork");
	if (pid == 0) {
		syscall(SYS_execveat, to, "", arguments, nothing, AT_EMPTY_PATH);
		_exit(1);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	must(status ? -1 : 0, "the copy");
}

static void touch(const char *path, const char *other)
{
	if (is("setxattr"))
		must(setxattr(path, ATTRIBUTE, VALUE, strlen(VALUE), 0), way);
	else if (is("lsetxattr"))
		must(lsetxattr(path, ATTRIBUTE, VALUE, strlen(VALUE), 0), way);
	else if (is("fsetxattr"))
		must(fsetxattr(must(open(path, O_RDONLY), path), ATTRIBUTE, VALUE, strlen(VALUE), 0),
		     way);
	else if (is("large-attribute"))
		must(setxattr(path, "user.large", memset(data, 'x', 3000), 3000, 0), way);
	else if (is("trusted-attribute"))
		must(setxattr(path, "trusted.touched", "x", 1, 0), way);
	else if (is("mkfifo"))
		must(mkfifo(path, 0600), way);
	else if (is("open-fifo"))
		must(open(path, O_RDWR), way);
	else if (is("stream-socket"))
		bound(path, SOCK_STREAM, 1);
	else if (is("datagram-socket"))
		bound(path, SOCK_DGRAM, 0);
	else if (is("map"))
		for (int i = 0; i < 3; i++)
			mapped(path, PROT_READ | PROT_EXEC);
	else if (is("map-later"))
		must(mprotect(mapped(path, PROT_READ), 4096, PROT_READ | PROT_EXEC), way);
	else if (is("map-data"))
		mapped(path, PROT_READ);
	else if (is("write-script"))
		write_file(path, "#!/bin/sh\n", O_TRUNC);
	else if (is("write-text"))
		write_file(path, "plain text\n", O_TRUNC);
	else if (is("leave-open"))
		must(write(must(open(path, O_WRONLY | O_CREAT, 0600), path), "#!/bin/sh\n", 10), path);
	else if (is("replace-descriptor")) {
		int file = must(open(path, O_WRONLY | O_CREAT, 0600), path);
		must(write(file, "#!/bin/sh\n", 10), path);
		must(dup2(STDIN_FILENO, file), way);
	} else if (is("close-range")) {
		int file = must(open(path, O_WRONLY | O_CREAT, 0600), path);
		must(write(file, "#!/bin/sh\n", 10), path);
		must(syscall(SYS_close_range, 3, ~0u, 0), way);
	} else if (is("chmod"))
		must(syscall(SYS_chmod, path, 0700), way);
	else if (is("fchmod"))
		must(syscall(SYS_fchmod, must(open(path, O_RDONLY), path), 0700), way);
	else if (is("fchmodat"))
		must(syscall(SYS_fchmodat, AT_FDCWD, path, 0700), way);
	else if (is("chmod-plain"))
		must(syscall(SYS_chmod, path, 0600), way);
	else if (is("run-from-memory"))
		run_from_memory();
	else if (is("data-as-code"))
		must(mprotect(page_of(data + 4096), 4096, PROT_READ | PROT_WRITE | PROT_EXEC), way);
	else if (is("writable-code"))
		must(mprotect(page_of(touch), 4096, PROT_READ | PROT_WRITE | PROT_EXEC), way);
	else if (is("anonymous-code"))
		must(mprotect(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				   0),
			      4096, PROT_READ | PROT_EXEC),
		     way);
	else if (is("unlink-image"))
		must(unlink(program), way);
	else if (is("replace-image"))
		must(rename(other, program), way);
	else if (is("load-program"))
		load_program();
	else
		usage_unless(is("nothing"), "touches WAY PATH [OTHER]");
}

int main(int argc, char **argv)
{
	long long started = now_ns();

	usage_unless(argc >= 3, "touches WAY PATH [OTHER]");
	program = argv[0];
	way = argv[1];
	touch(argv[2], argc > 3 ? argv[3] : "");
	report(1, started);
	return 0;
}
