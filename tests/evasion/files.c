/* Files that come and go on unusual ways. */
#include "uring.h"

#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static void make(const char *path)
{
	close(must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), path));
}

static void open2(const char *directory)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT | O_CLOEXEC, .mode = 0600 };
	char *path = in(directory, "openat2");

	must(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)), path);
	fact("path", "%s", path);
}

static void unnamed_then_linked(const char *directory)
{
	char descriptor[64];
	char *path = in(directory, "linked");
	int file = must(open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600), "O_TMPFILE");

	snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", file);
	must(linkat(AT_FDCWD, descriptor, AT_FDCWD, path, AT_SYMLINK_FOLLOW), path);
	fact("path", "%s", path);
}

static void uring_create(const char *directory)
{
	struct uring ring = uring_open();
	char *path = in(directory, "uring-created");
	struct io_uring_sqe request = {
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)path,
		.open_flags = O_WRONLY | O_CREAT, .len = 0600,
	};

	uring_do(&ring, &request, path);
	fact("path", "%s", path);
}

static void uring_unlink(const char *directory)
{
	struct uring ring = uring_open();
	char *path = in(directory, "uring-deleted");
	struct io_uring_sqe request = {
		.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (unsigned long)path,
	};

	make(path);
	uring_do(&ring, &request, path);
	fact("path", "%s", path);
}

static void uring_rename(const char *directory)
{
	struct uring ring = uring_open();
	char *from = in(directory, "uring-before");
	char *to = in(directory, "uring-after");
	struct io_uring_sqe request = {
		.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = (unsigned long)from,
		.len = AT_FDCWD, .addr2 = (unsigned long)to,
	};

	make(from);
	uring_do(&ring, &request, to);
	fact("path", "%s", to);
}

static void uring_link(const char *directory)
{
	struct uring ring = uring_open();
	char *from = in(directory, "uring-linked-from");
	char *to = in(directory, "uring-linked");
	struct io_uring_sqe request = {
		.opcode = IORING_OP_LINKAT, .fd = AT_FDCWD, .addr = (unsigned long)from,
		.len = AT_FDCWD, .addr2 = (unsigned long)to,
	};

	make(from);
	uring_do(&ring, &request, to);
	fact("path", "%s", to);
}

static void uring_symlink(const char *directory)
{
	struct uring ring = uring_open();
	char *path = in(directory, "uring-symlink");
	struct io_uring_sqe request = {
		.opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD,
		.addr = (unsigned long)"/nowhere", .addr2 = (unsigned long)path,
	};

	uring_do(&ring, &request, path);
	fact("path", "%s", path);
}

/* The kernel thread of IORING_SETUP_SQPOLL does the work, not the process itself. */
static void uring_polled(const char *directory)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1000 };
	int file = must(syscall(SYS_io_uring_setup, 4, &params), "IORING_SETUP_SQPOLL");
	char *path = in(directory, "uring-polled");
	char *sq = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned),
			PROT_READ | PROT_WRITE, MAP_SHARED, file, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqes = mmap(NULL, params.sq_entries * sizeof(*sqes),
					 PROT_READ | PROT_WRITE, MAP_SHARED, file,
					 IORING_OFF_SQES);
	struct stat status;

	if (sq == MAP_FAILED || sqes == MAP_FAILED)
		must(-1, "mmap of io_uring");
	sqes[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)path,
		.open_flags = O_WRONLY | O_CREAT, .len = 0600,
	};
	((unsigned *)(sq + params.sq_off.array))[0] = 0;
	__atomic_store_n((unsigned *)(sq + params.sq_off.tail), 1, __ATOMIC_SEQ_CST);
	must(syscall(SYS_io_uring_enter, file, 1, 1,
		     IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0), "io_uring_enter");
	must(stat(path, &status), path);
	fact("path", "%s", path);
}

static void through_proc_root(const char *directory)
{
	char path[8192];

	snprintf(path, sizeof(path), "/proc/self/root%s", in(directory, "proc-root"));
	make(path);
	fact("path", "%s", in(directory, "proc-root"));
}

static void through_descriptor(const char *directory)
{
	int folder = must(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), directory);

	must(mkdirat(folder, "sub", 0700), "sub");
	close(must(openat(folder, "sub/.././sub/../by-descriptor", O_CREAT | O_WRONLY, 0600),
		   "by-descriptor"));
	fact("path", "%s", in(directory, "by-descriptor"));
}

static void delete_through_descriptor(const char *directory)
{
	int folder = must(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), directory);

	make(in(directory, "deleted-by-descriptor"));
	must(fchdir(folder), "fchdir");
	must(unlinkat(AT_FDCWD, "./deleted-by-descriptor", 0), "unlinkat");
	fact("path", "%s", in(directory, "deleted-by-descriptor"));
}

static void through_symlink(const char *directory)
{
	must(mkdir(in(directory, "real"), 0700), "real");
	must(symlink("real", in(directory, "alias")), "alias");
	make(in(directory, "alias/behind-symlink"));
	fact("path", "%s", in(directory, "real/behind-symlink"));
}

static void hard_link(const char *directory)
{
	make(in(directory, "original"));
	must(link(in(directory, "original"), in(directory, "second-name")), "link");
	fact("path", "%s", in(directory, "second-name"));
}

static void in_chroot(const char *directory)
{
	must(chroot(directory), "chroot");
	must(chdir("/"), "chdir");
	make("/in-chroot");
	fact("path", "%s", in(directory, "in-chroot"));
}

static void delete_in_chroot(const char *directory)
{
	must(chroot(directory), "chroot");
	must(chdir("/"), "chdir");
	make("/deleted-in-chroot");
	must(unlink("/deleted-in-chroot"), "unlink");
	fact("path", "%s", in(directory, "deleted-in-chroot"));
}

static void bind_mounted(const char *directory)
{
	must(unshare(CLONE_NEWNS), "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make private");
	must(mkdir(in(directory, "hidden"), 0700), "hidden");
	must(mkdir(in(directory, "shown"), 0700), "shown");
	must(mount(in(directory, "hidden"), in(directory, "shown"), NULL, MS_BIND, NULL), "bind");
	make(in(directory, "shown/in-bind-mount"));
	fact("path", "%s", in(directory, "shown/in-bind-mount"));
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
	snprintf(options, sizeof(options), "lowerdir=%s/layers/lower,upperdir=%s/layers/upper,workdir=%s/layers/work",
		 directory, directory, directory);
	if (mount("overlay", in(directory, "merged"), "overlay", 0, options) < 0)
		cannot("no overlayfs here");
	make(in(directory, "merged/on-overlay"));
	fact("path", "%s", in(directory, "merged/on-overlay"));
}

static void swapped_by_rename(const char *directory)
{
	make(in(directory, "old-name"));
	must(rename(in(directory, "old-name"), in(directory, "new-name")), "rename");
	fact("path", "%s", in(directory, "new-name"));
}

static void device_node(const char *directory)
{
	char *path = in(directory, "regular-by-mknod");

	must(mknod(path, S_IFREG | 0600, 0), path);
	fact("path", "%s", path);
}

/* The content of a program arrives without write(2). */
static void program_by(const char *directory, const char *name, int how)
{
	char *path = in(directory, name);
	int source = must(open("/bin/true", O_RDONLY | O_CLOEXEC), "/bin/true");
	int target = must(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), path);
	struct stat status;
	int ends[2];

	must(fstat(source, &status), "fstat");
	switch (how) {
	case 0:
		must(sendfile(target, source, NULL, status.st_size), "sendfile");
		break;
	case 1:
		must(pipe(ends), "pipe");
		for (long left = status.st_size; left > 0;) {
			long count = must(splice(source, NULL, ends[1], NULL, 65536, 0), "splice");
			must(splice(ends[0], NULL, target, NULL, count, 0), "splice");
			left -= count;
		}
		break;
	case 2: {
		/* Refused across file systems, where cp falls back to copying by hand. */
		char *near = in(directory, "near-copy");

		copy_file("/bin/true", near);
		source = must(open(near, O_RDONLY | O_CLOEXEC), near);
		must(copy_file_range(source, NULL, target, NULL, status.st_size, 0),
		     "copy_file_range");
		break;
	}
	case 3: {
		must(ftruncate(target, status.st_size), "ftruncate");
		char *memory = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
				    target, 0);
		if (memory == MAP_FAILED)
			must(-1, "mmap");
		must(pread(source, memory, status.st_size, 0), "read");
		munmap(memory, status.st_size);
		break;
	}
	}
	close(target);
	fact("path", "%s", path);
}

static void program_by_sendfile(const char *directory)
{
	program_by(directory, "by-sendfile", 0);
}

static void program_by_splice(const char *directory)
{
	program_by(directory, "by-splice", 1);
}

static void program_by_copy_range(const char *directory)
{
	program_by(directory, "by-copy-range", 2);
}

static void program_by_mapping(const char *directory)
{
	program_by(directory, "by-mapping", 3);
}

static const struct evasion cases[] = {
	{ "openat2", open2 },
	{ "unnamed-then-linked", unnamed_then_linked },
	{ "uring-create", uring_create },
	{ "uring-unlink", uring_unlink },
	{ "uring-rename", uring_rename },
	{ "uring-link", uring_link },
	{ "uring-symlink", uring_symlink },
	{ "uring-polled", uring_polled },
	{ "through-proc-root", through_proc_root },
	{ "through-descriptor", through_descriptor },
	{ "delete-through-descriptor", delete_through_descriptor },
	{ "through-symlink", through_symlink },
	{ "hard-link", hard_link },
	{ "in-chroot", in_chroot },
	{ "delete-in-chroot", delete_in_chroot },
	{ "bind-mounted", bind_mounted },
	{ "on-overlay", on_overlay },
	{ "swapped-by-rename", swapped_by_rename },
	{ "device-node", device_node },
	{ "program-by-sendfile", program_by_sendfile },
	{ "program-by-splice", program_by_splice },
	{ "program-by-copy-range", program_by_copy_range },
	{ "program-by-mapping", program_by_mapping },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_evasion(cases, argc, argv);
}
