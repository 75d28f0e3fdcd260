/*
 * Holds the datagram socket PATH open as systemd does, and runs PROGRAM on it (LISTEN_FDS) once for each
 * line on standard input; says the process id. Ends it and itself at the end of the input.
 */
#include "report.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

/* Where sd_listen_fds(3) looks for the first one. */
#define FIRST 3

/* As in systemd-journald.socket. */
static const int RECEIVE_BYTES = 8 << 20;

static void bind_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int one = 1;
	int fd = must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");

	usage_unless(strlen(path) < sizeof(address.sun_path), "a shorter PATH");
	strcpy(address.sun_path, path);
	unlink(path);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &RECEIVE_BYTES, sizeof(RECEIVE_BYTES)),
	     "SO_RCVBUFFORCE");
	must(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)), "SO_PASSCRED");
	if (fd != FIRST) {
		must(dup2(fd, FIRST), "dup2");
		close(fd);
	}
}

static pid_t start(char **program)
{
	pid_t pid = must(fork(), "fork");
	char text[16];
	int null;

	if (pid > 0)
		return pid;
	null = must(open("/dev/null", O_RDWR), "/dev/null");
	for (int fd = 0; fd < FIRST; fd++)
		dup2(null, fd);
	close(null);
	snprintf(text, sizeof(text), "%d", getpid());
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", "1", 1);
	execv(program[0], program);
	_exit(127);
}

int main(int argc, char **argv)
{
	char line[16];
	pid_t pid = 0;

	usage_unless(argc >= 3, "hold_socket PATH PROGRAM [ARGUMENT]...");
	bind_socket(argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		pid = start(argv + 2);
		printf("%d\n", pid);
		fflush(stdout);
	}
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return 0;
}
