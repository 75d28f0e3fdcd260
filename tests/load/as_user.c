/* Becomes user and group ID, without any further group, and executes PROGRAM. */
#include "report.h"

#include <grp.h>

int main(int argc, char **argv)
{
	char *nothing[] = { NULL };
	long id;

	usage_unless(argc >= 3, "as_user ID PROGRAM [ARGUMENTS]");
	id = atol(argv[1]);
	must(setgroups(0, NULL), "setgroups");
	must(setgid(id), "setgid");
	must(setuid(id), "setuid");
	execve(argv[2], argv + 2, nothing);
	must(-1, argv[2]);
	return 1;
}
