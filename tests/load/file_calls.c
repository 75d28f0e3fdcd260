/*
 * Makes one file system call by name, so that each way to create or remove a name can be looked at
 * alone. DIRECTORY is opened and handed on as the call's directory descriptor. Before the call,
 * `-C DIRECTORY` changes the working directory and `-R DIRECTORY` the root.
 */
#include "report.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int directory(const char *path)
{
	return must(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), path);
}

static int is_call(char **call, int given, const char *name, int wanted)
{
	return given == wanted + 1 && strcmp(call[0], name) == 0;
}

#define CREATE (O_CREAT | O_WRONLY)

static long make_call(char **call, int given)
{
	if (is_call(call, given, "open", 1))
		return syscall(SYS_open, call[1], CREATE, 0600);
	if (is_call(call, given, "openat", 2))
		return syscall(SYS_openat, directory(call[1]), call[2], CREATE, 0600);
	if (is_call(call, given, "openat2", 2)) {
		struct open_how how = { .flags = CREATE, .mode = 0600 };
		return syscall(SYS_openat2, directory(call[1]), call[2], &how, sizeof(how));
	}
	if (is_call(call, given, "open-existing", 1))
		return syscall(SYS_open, call[1], CREATE | O_TRUNC, 0600);
	if (is_call(call, given, "creat", 1))
		return syscall(SYS_creat, call[1], 0600);
	if (is_call(call, given, "mknod", 1))
		return syscall(SYS_mknod, call[1], S_IFREG | 0600, 0);
	if (is_call(call, given, "mknod-fifo", 1))
		return syscall(SYS_mknod, call[1], S_IFIFO | 0600, 0);
	if (is_call(call, given, "mknodat", 2))
		return syscall(SYS_mknodat, directory(call[1]), call[2], S_IFREG | 0600, 0);
	if (is_call(call, given, "link", 2))
		return syscall(SYS_link, call[1], call[2]);
	if (is_call(call, given, "linkat", 4))
		return syscall(SYS_linkat, directory(call[1]), call[2], directory(call[3]), call[4],
			       0);
	if (is_call(call, given, "symlink", 2))
		return syscall(SYS_symlink, call[1], call[2]);
	if (is_call(call, given, "symlinkat", 3))
		return syscall(SYS_symlinkat, call[1], directory(call[2]), call[3]);
	if (is_call(call, given, "rename", 2))
		return syscall(SYS_rename, call[1], call[2]);
	if (is_call(call, given, "renameat", 4))
		return syscall(SYS_renameat, directory(call[1]), call[2], directory(call[3]),
			       call[4]);
	if (is_call(call, given, "renameat2", 4))
		return syscall(SYS_renameat2, directory(call[1]), call[2], directory(call[3]),
			       call[4], 0);
	if (is_call(call, given, "unlink", 1))
		return syscall(SYS_unlink, call[1]);
	if (is_call(call, given, "unlinkat", 2))
		return syscall(SYS_unlinkat, directory(call[1]), call[2], 0);
	if (is_call(call, given, "mkdir", 1))
		return syscall(SYS_mkdir, call[1], 0700);
	if (is_call(call, given, "rmdir", 1))
		return syscall(SYS_rmdir, call[1]);
	usage_unless(0, "file_calls [-C DIRECTORY] [-R DIRECTORY] CALL ARGUMENTS");
	return -1;
}

int main(int argc, char **argv)
{
	long long started = now_ns();
	int option;

	while ((option = getopt(argc, argv, "+C:R:")) != -1) {
		usage_unless(option != '?', "file_calls [-C DIRECTORY] [-R DIRECTORY] CALL ...");
		if (option == 'R')
			must(chroot(optarg), optarg);
		must(chdir(option == 'R' ? "/" : optarg), optarg);
	}
	usage_unless(optind < argc, "file_calls [-C DIRECTORY] [-R DIRECTORY] CALL ARGUMENTS");
	must(make_call(argv + optind, argc - optind), argv[optind]);
	report(1, started);
	return 0;
}
