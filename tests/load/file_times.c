/* Sets PATH's times to 1,000,000,000 seconds since 1970, in the way that WAY names. */
#include "report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

#define SECONDS 1000000000

static int is(const char *way, const char *name)
{
	return strcmp(way, name) == 0;
}

int main(int argc, char **argv)
{
	const struct timespec times[2] = { { SECONDS, 0 }, { SECONDS, 250000000 } };
	const struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	const struct timespec access_only[2] = { { SECONDS, 0 }, { 0, UTIME_OMIT } };
	const struct timeval coarse[2] = { { SECONDS, 0 }, { SECONDS, 250000 } };
	const struct utimbuf coarsest = { SECONDS, SECONDS };
	long long started = now_ns();
	const char *way, *path;
	long result = -1;
	int file;

	usage_unless(argc == 3, "file_times WAY PATH");
	way = argv[1];
	path = argv[2];
	file = must(open(path, O_RDONLY | O_CLOEXEC), path);
	if (is(way, "utime"))
		result = syscall(SYS_utime, path, &coarsest);
	else if (is(way, "utimes"))
		result = syscall(SYS_utimes, path, coarse);
	else if (is(way, "futimesat"))
		result = syscall(SYS_futimesat, AT_FDCWD, path, coarse);
	else if (is(way, "futimesat-descriptor"))
		result = syscall(SYS_futimesat, file, NULL, coarse);
	else if (is(way, "utimensat"))
		result = syscall(SYS_utimensat, AT_FDCWD, path, times, 0);
	else if (is(way, "utimensat-link"))
		result = syscall(SYS_utimensat, AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
	else if (is(way, "utimensat-descriptor"))
		result = syscall(SYS_utimensat, file, NULL, times, 0);
	else if (is(way, "utimensat-empty"))
		result = syscall(SYS_utimensat, file, "", times, AT_EMPTY_PATH);
	else if (is(way, "now"))
		result = syscall(SYS_utimensat, AT_FDCWD, path, now, 0);
	else if (is(way, "null"))
		result = syscall(SYS_utimensat, AT_FDCWD, path, NULL, 0);
	else if (is(way, "access-time"))
		result = syscall(SYS_utimensat, AT_FDCWD, path, access_only, 0);
	else
		usage_unless(0, "file_times WAY PATH");
	must(result, way);
	report(1, started);
	return 0;
}
