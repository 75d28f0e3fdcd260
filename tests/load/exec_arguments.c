/* Executes the NUL-terminated arguments in FILE, whatever bytes they hold; the first is the path. */
#include "report.h"

#include <fcntl.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	char *nothing[] = { NULL };
	struct stat status;
	char **child, *text;
	long count = 0;
	int file;

	usage_unless(argc == 2, "exec_arguments FILE");
	file = must(open(argv[1], O_RDONLY | O_CLOEXEC), argv[1]);
	must(fstat(file, &status), argv[1]);
	text = malloc(status.st_size + 1);
	if (read(file, text, status.st_size) != status.st_size)
		must(-1, argv[1]);
	text[status.st_size] = 0;
	for (long i = 0; i < status.st_size; i++)
		count += text[i] == 0;
	usage_unless(count > 0, "exec_arguments FILE");
	child = calloc(count + 1, sizeof(*child));
	for (long i = 0; i < count; i++) {
		child[i] = text;
		text += strlen(text) + 1;
	}
	report(1, now_ns());
	execve(child[0], child, nothing);
	must(-1, child[0]);
	return 1;
}
