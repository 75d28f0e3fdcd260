/*
 * Two workers that do a mixture of what the sensor tells of, for SECONDS and at least ROUNDS, if given, in
 * DIRECTORY. Prints one
 * line for each worker's process id, `worker ID`, and for each kind how often it was done by all,
 * `EVENT COUNT`, in front of its report. What is counted twice on purpose (both ends of a
 * connection) is written so. Its program without a file has the directory's name.
 */
#include "report.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define WORKERS 2
#define EVENTS 101
/* An ELF header's first bytes make a program. */
#define PROGRAM "\x7f" "ELF"

struct worker {
	pid_t pid;
	long done[EVENTS];
};
static struct worker *workers, *me;
static const char *directory, *self;
static int name_server, asker, listener, image;
static struct sockaddr_in server_address, listener_address;
static long word = 1;

static void did(int event)
{
	me->done[event]++;
}

static char *named(const char *what, long number)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s-%d-%ld", directory, what, (int)(me - workers), number);
	return path;
}

static void files(long round)
{
	char *path = named("file", round);
	struct timespec past[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	int file = must(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600), path);

	did(11);
	must(fsetxattr(file, "user.storm", "value", 5, 0), "fsetxattr");
	did(15);
	must(futimens(file, past), "futimens");
	did(2);
	close(file);
	must(unlink(path), path);
	did(26);
}

static void pipes(long round)
{
	char *path = named("pipe", round);

	must(mkfifo(path, 0600), path);
	did(17);
	did(11);
	close(must(open(path, O_RDWR | O_CLOEXEC), path));
	did(18);
	must(unlink(path), path);
	did(26);
}

static void connections(void)
{
	int client = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"), taken;

	must(connect(client, (void *)&listener_address, sizeof(listener_address)), "connect");
	did(3);
	taken = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC), "accept");
	did(3);
	/* A reset, so that no port is left waiting. */
	must(setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 },
			sizeof(struct linger)), "SO_LINGER");
	close(client);
	close(taken);
}

static void queries(long round)
{
	unsigned char message[512] = "..\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05storm\x00\x00\x01\x00\x01";
	int length = 12 + 7 + 4;
	struct sockaddr_in from;
	socklen_t size = sizeof(from);

	message[0] = round >> 8;
	message[1] = round;
	must(send(asker, message, length, 0), "ask");
	must(recvfrom(name_server, message, sizeof(message), 0, (void *)&from, &size), "hear");
	message[2] |= 0x80;
	must(sendto(name_server, message, length, 0, (void *)&from, size), "answer");
	must(recv(asker, message, sizeof(message), 0), "answer");
	did(22);
}

static void run(int file, const char *path)
{
	char *arguments[] = { "storm", "child", NULL };
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		syscall(SYS_execveat, file, path, arguments, environ, file >= 0 ? AT_EMPTY_PATH : 0);
		_exit(127);
	}
	must(waitpid(pid, NULL, 0), "waitpid");
	did(1);
	did(5);
	did(7);
}

static void others_memory(void)
{
	struct iovec here = { &word, sizeof(word) }, there = { &word, sizeof(word) };
	pid_t pid = must(fork(), "fork");

	if (pid == 0)
		for (;;)
			pause();
	must(process_vm_readv(pid, &here, 1, &there, 1, 0), "process_vm_readv");
	did(10);
	must(process_vm_writev(pid, &here, 1, &there, 1, 0), "process_vm_writev");
	did(8);
	kill(pid, SIGKILL);
	must(waitpid(pid, NULL, 0), "waitpid");
	did(5);
}

static void programs(long round)
{
	char *path = named("program", round);
	int file = must(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600), path);

	did(11);
	must(write(file, PROGRAM, sizeof(PROGRAM) - 1), path);
	close(file);
	did(29);
}

static void bpf_programs(void)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attributes = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
				      .insns = (unsigned long)nothing,
				      .license = (unsigned long)"MIT" };

	close(must(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)), "bpf"));
	did(100);
}

static int bound(int type, unsigned address, int port, struct sockaddr_in *out)
{
	int file = must(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
	socklen_t size = sizeof(*out);

	*out = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(address) };
	must(bind(file, (void *)out, size), "bind");
	must(getsockname(file, (void *)out, &size), "getsockname");
	return file;
}

static void work(long long end, long rounds)
{
	unsigned address = 0x7f4d0001 + (me - workers);
	char *device;
	int copy, count;
	char buffer[65536];

	me->pid = getpid();
	name_server = bound(SOCK_DGRAM, address, 53, &server_address);
	asker = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	must(connect(asker, (void *)&server_address, sizeof(server_address)), "connect");
	listener = bound(SOCK_STREAM, address, 0, &listener_address);
	must(listen(listener, 1), "listen");
	image = must(memfd_create(strrchr(directory, '/') + 1, MFD_CLOEXEC), "memfd_create");
	copy = must(open(self, O_RDONLY | O_CLOEXEC), self);
	while ((count = must(read(copy, buffer, sizeof(buffer)), self)) > 0)
		must(write(image, buffer, count), "memfd");
	device = strdup(named("device", 0));
	must(mknod(device, S_IFBLK | 0600, makedev(7, 0)), device);
	did(11);
	for (long round = 0; round < rounds || now_ns() < end; round++) {
		files(round);
		pipes(round);
		connections();
		queries(round);
		if (round % 4 == 0)
			run(-1, self);
		if (round % 16 == 1) {
			run(image, "");
			did(25);
		}
		if (round % 4 == 2)
			others_memory();
		if (round % 8 == 3)
			programs(round);
		if (round % 8 == 5)
			bpf_programs();
		if (round % 8 == 7) {
			close(must(open(device, O_RDONLY | O_CLOEXEC), device));
			did(9);
		}
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	long all = 0;
	int failed = 0;

	if (argc == 2 && strcmp(argv[1], "child") == 0)
		return 0;
	usage_unless(argc == 3 || argc == 4, "mixed_storm SECONDS DIRECTORY [ROUNDS]");
	self = argv[0];
	directory = argv[2];
	workers = mmap(NULL, WORKERS * sizeof(*workers), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (workers == MAP_FAILED)
		must(-1, "mmap");
	for (me = workers; me < workers + WORKERS; me++) {
		if (must(fork(), "fork") == 0)
			work(started + atoll(argv[1]) * 1000000000LL,
			     argc == 4 ? atol(argv[3]) : 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		int status;

		must(wait(&status), "wait");
		failed |= status;
	}
	if (failed)
		return 1;
	for (me = workers; me < workers + WORKERS; me++)
		printf("worker %d\n", me->pid);
	for (int event = 0; event < EVENTS; event++) {
		long done = 0;

		for (int i = 0; i < WORKERS; i++)
			done += workers[i].done[event];
		all += done;
		if (done > 0)
			printf("%d %ld\n", event, done);
	}
	report(all, started);
	return 0;
}
