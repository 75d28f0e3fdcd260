/* Programs that run on unusual ways, or pretend to be others. */
#include "evasion.h"

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

extern char **environ;

static char *const TRUE_ARGUMENTS[] = { "true", NULL };

static char *own_true(const char *directory, const char *name)
{
	char *path = in(directory, name);

	copy_file("/bin/true", path);
	return path;
}

static void run(const char *path, char *const *arguments)
{
	pid_t pid;

	errno = posix_spawn(&pid, path, NULL, NULL, arguments, environ);
	must(-errno, path);
	fact("child", "%d", pid);
	wait_for(pid);
}

static void by_descriptor(const char *directory)
{
	char *path = own_true(directory, "by-descriptor");
	int file = must(open(path, O_RDONLY), path);

	fact("image", "%s", path);
	must(syscall(SYS_execveat, file, "", TRUE_ARGUMENTS, environ, AT_EMPTY_PATH), "execveat");
}

static void from_memory(const char *directory)
{
	char descriptor[64];
	int file = must(memfd_create("kworker", 0), "memfd_create");

	(void)directory;
	snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", file);
	int source = must(open("/bin/true", O_RDONLY), "/bin/true");
	struct stat status;

	must(fstat(source, &status), "fstat");
	char *content = malloc(status.st_size);
	must(read(source, content, status.st_size), "read");
	must(write(file, content, status.st_size), "write");
	fexecve(file, TRUE_ARGUMENTS, environ);
	must(-1, "fexecve");
}

static void deleted_image(const char *directory)
{
	char *path = own_true(directory, "deleted-image");
	int file = must(open(path, O_RDONLY), path);

	must(unlink(path), path);
	fact("image", "%s", path);
	fexecve(file, TRUE_ARGUMENTS, environ);
	must(-1, "fexecve");
}

static void vforked(const char *directory)
{
	char *path = own_true(directory, "vforked");
	pid_t pid = vfork();

	if (pid == 0) {
		execv(path, TRUE_ARGUMENTS);
		_exit(1);
	}
	fact("child", "%d", (int)must(pid, "vfork"));
	fact("image", "%s", path);
	wait_for(pid);
}

static char *swapped[] = { "program", "--harmless", NULL };
static volatile int swapping = 1;

static void *swap_arguments(void *nothing)
{
	static char lie[] = "--harmless";
	static char truth[] = "--evil....";

	while (swapping) {
		swapped[1] = truth;
		swapped[1] = lie;
	}
	return nothing;
}

/* What the new program was really given is what it says itself. */
static void arguments_swapped(const char *directory)
{
	char *script = in(directory, "tell");
	pthread_t thread;
	FILE *file = fopen(script, "w");

	fputs("#!/bin/sh\necho \"argument $1\"\n", file);
	fchmod(fileno(file), 0700);
	fclose(file);
	fact("image", "%s", script);
	errno = pthread_create(&thread, NULL, swap_arguments, NULL);
	must(-errno, "pthread_create");
	execv(script, swapped);
	must(-1, script);
}

static void *execute_in_thread(void *path)
{
	execv(path, TRUE_ARGUMENTS);
	must(-1, path);
	return NULL;
}

static void from_thread(const char *directory)
{
	char *path = own_true(directory, "from-thread");
	pthread_t thread;

	fact("image", "%s", path);
	errno = pthread_create(&thread, NULL, execute_in_thread, path);
	must(-errno, "pthread_create");
	pause();
}

static void renamed(const char *directory)
{
	must(prctl(PR_SET_NAME, "kworker/0:1"), "PR_SET_NAME");
	char *path = own_true(directory, "renamed");
	char *lie[] = { "[kworker/0:1]", NULL };

	fact("image", "%s", path);
	run(path, lie);
}

static void double_forked(const char *directory)
{
	char *path = own_true(directory, "double-forked");
	int ends[2];
	pid_t grandchild = 0;

	must(pipe(ends), "pipe");
	pid_t child = must(fork(), "fork");
	if (child == 0) {
		grandchild = must(fork(), "fork");
		if (grandchild == 0) {
			char byte;

			close(ends[1]);
			/* Until the parent has ended. */
			must(read(ends[0], &byte, 1), "read");
			execv(path, TRUE_ARGUMENTS);
			_exit(1);
		}
		fact("child", "%d", grandchild);
		fact("parent", "%d", getpid());
		fact("image", "%s", path);
		_exit(0);
	}
	wait_for(child);
	close(ends[1]);
	/* The orphan runs on; wait until it is gone. */
	close(ends[0]);
}

static void claimed_parent(const char *directory)
{
	char *path = own_true(directory, "claimed-parent");
	pid_t middle = must(fork(), "fork");

	if (middle == 0) {
		struct clone_args arguments = { .flags = CLONE_PARENT };
		long pid = must(syscall(SYS_clone3, &arguments, sizeof(arguments)), "clone3");

		if (pid == 0) {
			execv(path, TRUE_ARGUMENTS);
			_exit(1);
		}
		fact("child", "%ld", pid);
		fact("maker", "%d", getpid());
		fact("image", "%s", path);
		_exit(0);
	}
	wait_for(middle);
	while (wait(NULL) > 0)
		;
}

static void in_chroot(const char *directory)
{
	/* A program without libraries: the chroot has none. */
	copy_file(in(directory, "static-true"), in(directory, "jailed"));
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		must(chroot(directory), "chroot");
		must(chdir("/"), "chdir");
		execv("/jailed", TRUE_ARGUMENTS);
		_exit(1);
	}
	fact("child", "%d", pid);
	fact("image", "%s", in(directory, "jailed"));
	wait_for(pid);
}

static void in_mount_namespace(const char *directory)
{
	must(unshare(CLONE_NEWNS), "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make private");
	must(mkdir(in(directory, "space"), 0700), "space");
	must(mount("tmpfs", in(directory, "space"), "tmpfs", 0, NULL), "tmpfs");
	char *path = own_true(directory, "space/only-here");

	fact("image", "%s", path);
	run(path, TRUE_ARGUMENTS);
}

static void in_pid_namespace(const char *directory)
{
	char *path = own_true(directory, "in-pid-namespace");

	must(unshare(CLONE_NEWPID), "unshare");
	fact("image", "%s", path);
	/* The id that this process sees is the host's. */
	run(path, TRUE_ARGUMENTS);
}

static void on_overlay(const char *directory)
{
	char options[16384];

	must(unshare(CLONE_NEWNS), "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make private");
	must(mkdir(in(directory, "layers"), 0700), "layers");
	must(mount("tmpfs", in(directory, "layers"), "tmpfs", 0, NULL), "tmpfs");
	must(mkdir(in(directory, "layers/lower"), 0700), "lower");
	must(mkdir(in(directory, "layers/upper"), 0700), "upper");
	must(mkdir(in(directory, "layers/work"), 0700), "work");
	must(mkdir(in(directory, "merged"), 0700), "merged");
	copy_file("/bin/true", in(directory, "layers/lower/program"));
	snprintf(options, sizeof(options),
		 "lowerdir=%s/layers/lower,upperdir=%s/layers/upper,workdir=%s/layers/work",
		 directory, directory, directory);
	if (mount("overlay", in(directory, "merged"), "overlay", 0, options) < 0)
		cannot("no overlayfs here");
	fact("image", "%s", in(directory, "merged/program"));
	run(in(directory, "merged/program"), TRUE_ARGUMENTS);
}

static void entered_namespace(const char *directory)
{
	int ready[2], done[2];
	char byte;
	char name[64];

	must(pipe(ready), "pipe");
	must(pipe(done), "pipe");
	must(mkdir(in(directory, "inner"), 0700), "inner");
	pid_t owner = must(fork(), "fork");
	if (owner == 0) {
		must(unshare(CLONE_NEWNS), "unshare");
		must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make private");
		must(mount("tmpfs", in(directory, "inner"), "tmpfs", 0, NULL), "tmpfs");
		own_true(directory, "inner/entered");
		must(write(ready[1], "x", 1), "write");
		close(done[1]);
		must(read(done[0], &byte, 1), "read");
		_exit(0);
	}
	must(read(ready[0], &byte, 1), "read");
	snprintf(name, sizeof(name), "/proc/%d/ns/mnt", owner);
	must(setns(must(open(name, O_RDONLY | O_CLOEXEC), name), CLONE_NEWNS), "setns");
	fact("image", "%s", in(directory, "inner/entered"));
	run(in(directory, "inner/entered"), TRUE_ARGUMENTS);
	close(done[0]);
	close(done[1]);
	wait_for(owner);
}

static void by_symlink(const char *directory)
{
	char *path = own_true(directory, "behind-symlink");

	must(symlink(path, in(directory, "innocent")), "symlink");
	fact("image", "%s", path);
	run(in(directory, "innocent"), TRUE_ARGUMENTS);
}

static void by_hard_link(const char *directory)
{
	own_true(directory, "first-name");
	must(link(in(directory, "first-name"), in(directory, "other-name")), "link");
	fact("image", "%s", in(directory, "other-name"));
	run(in(directory, "other-name"), TRUE_ARGUMENTS);
}

static void by_proc_root(const char *directory)
{
	char path[8192];

	snprintf(path, sizeof(path), "/proc/self/root%s", own_true(directory, "by-proc-root"));
	fact("image", "%s", in(directory, "by-proc-root"));
	run(path, TRUE_ARGUMENTS);
}

static void by_proc_descriptor(const char *directory)
{
	char *path = own_true(directory, "by-proc-fd");
	char descriptor[64];
	int file = must(open(path, O_RDONLY), path);

	snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", file);
	fact("image", "%s", path);
	run(descriptor, TRUE_ARGUMENTS);
}

static void by_loader(const char *directory)
{
	char *path = own_true(directory, "by-loader");
	char *arguments[] = { "ld.so", path, NULL };

	fact("argument", "%s", path);
	run("/lib64/ld-linux-x86-64.so.2", arguments);
}

static void gone_at_once(const char *directory)
{
	char *path = own_true(directory, "gone-at-once");
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		execv(path, TRUE_ARGUMENTS);
		_exit(1);
	}
	fact("child", "%d", pid);
	fact("image", "%s", path);
	wait_for(pid);
	must(unlink(path), path);
}

static void without_arguments(const char *directory)
{
	char *path = own_true(directory, "without-arguments");
	char *none[] = { NULL };

	fact("image", "%s", path);
	run(path, none);
}

static const struct evasion cases[] = {
	{ "by-descriptor", by_descriptor },
	{ "from-memory", from_memory },
	{ "deleted-image", deleted_image },
	{ "vforked", vforked },
	{ "arguments-swapped", arguments_swapped },
	{ "from-thread", from_thread },
	{ "renamed", renamed },
	{ "double-forked", double_forked },
	{ "claimed-parent", claimed_parent },
	{ "in-chroot", in_chroot },
	{ "in-mount-namespace", in_mount_namespace },
	{ "in-pid-namespace", in_pid_namespace },
	{ "on-overlay", on_overlay },
	{ "entered-namespace", entered_namespace },
	{ "by-symlink", by_symlink },
	{ "by-hard-link", by_hard_link },
	{ "by-proc-root", by_proc_root },
	{ "by-proc-descriptor", by_proc_descriptor },
	{ "by-loader", by_loader },
	{ "gone-at-once", gone_at_once },
	{ "without-arguments", without_arguments },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_evasion(cases, argc, argv);
}
