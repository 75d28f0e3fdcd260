/*
 * Makes LEVELS nested directories below BASE, each name LENGTH letters long, then at the bottom
 * creates and removes the file "leaf", and runs a copy of PROGRAM there; at last removes everything.
 * Works with paths that are longer than any system call takes.
 */
#include "report.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void copy_program(const char *path)
{
	int from = must(open(path, O_RDONLY | O_CLOEXEC), path);
	int to = must(open("program", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0700), "program");
	char buffer[65536];
	long length;

	while ((length = must(read(from, buffer, sizeof(buffer)), path)) > 0)
		must(write(to, buffer, length), "program");
	close(from);
	close(to);
}

int main(int argc, char **argv)
{
	char *child[] = { "./program", "at the bottom", NULL };
	char *nothing[] = { NULL };
	long long started = now_ns();
	char name[256];
	long levels, length;
	pid_t pid;
	int status;

	usage_unless(argc == 5, "deep_directories BASE LEVELS LENGTH PROGRAM");
	levels = atol(argv[2]);
	length = atol(argv[3]);
	usage_unless(length > 0 && length < 256, "LENGTH from 1 to 255");
	memset(name, 'd', length);
	name[length] = 0;
	must(chdir(argv[1]), argv[1]);
	for (long i = 0; i < levels; i++) {
		must(mkdir(name, 0700), "mkdir");
		must(chdir(name), "chdir");
	}
	close(must(open("leaf", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600), "leaf"));
	must(unlink("leaf"), "unlink");
	copy_program(argv[4]);
	errno = posix_spawn(&pid, child[0], NULL, NULL, child, nothing);
	must(-errno, "posix_spawn");
	must(waitpid(pid, &status, 0), "waitpid");
	must(unlink("program"), "unlink");
	for (long i = 0; i < levels; i++) {
		must(chdir(".."), "chdir");
		must(rmdir(name), "rmdir");
	}
	report(levels, started);
	return status != 0;
}
