/*
 * Joins the control groups whose cgroup.procs files are named from the second argument on, and runs
 * the program of the same name in the root file system ROOT as a container would: with mounts and
 * process ids of its own. There it makes and removes a file, and so does a child that never
 * executes anything.
 */
#include "report.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const char *const shared[] = { "usr", "lib", "lib64" };

static void join(const char *procs)
{
	int file = must(open(procs, O_WRONLY), "open cgroup.procs");

	must(write(file, "0", 1), "join the control group");
	close(file);
}

static void share_host_folder(const char *root, const char *name)
{
	char from[64], to[4096];

	snprintf(from, sizeof(from), "/%s", name);
	snprintf(to, sizeof(to), "%s/%s", root, name);
	if (access(from, F_OK) != 0)
		return;
	must(mkdir(to, 0755), "mkdir");
	must(mount(from, to, NULL, MS_BIND | MS_REC, NULL), "bind");
}

static void make_and_remove(const char *name)
{
	must(close(must(open(name, O_CREAT | O_WRONLY, 0600), "create")), "close");
	must(unlink(name), "unlink");
}

static void wait_for(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0), "waitpid");
	if (status != 0)
		must(-1, "a child failed");
}

static int inside(void)
{
	pid_t pid;

	make_and_remove("/by-program");
	pid = must(fork(), "fork");
	if (pid == 0) {
		make_and_remove("/by-child");
		_exit(0);
	}
	wait_for(pid);
	return 0;
}

int main(int count, char **arguments)
{
	const char *root = arguments[1];
	long long started = now_ns();
	pid_t pid;

	usage_unless(count >= 2, "in_container ROOT PROCS... | in_container inside");
	if (count == 2)
		return inside();
	for (int i = 2; i < count; i++)
		join(arguments[i]);
	must(unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare");
	must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "make mounts private");
	for (unsigned i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		share_host_folder(root, shared[i]);
	must(chdir(root), "chdir");
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount");
	pid = must(fork(), "fork");
	if (pid == 0) {
		execl("/in_container", "in_container", "inside", NULL);
		_exit(1);
	}
	wait_for(pid);
	report(2, started);
	return 0;
}
