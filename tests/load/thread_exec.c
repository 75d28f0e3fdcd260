/* Executes PROGRAM from a thread that is not the leader, while two more threads live. */
#include "report.h"

#include <pthread.h>

static void *idle(void *nothing)
{
	pause();
	return nothing;
}

static void *execute(void *arguments)
{
	char **child = arguments;

	execv(child[0], child);
	must(-1, child[0]);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[3];

	usage_unless(argc >= 2, "thread_exec PROGRAM [ARGUMENTS]");
	report(1, now_ns());
	errno = pthread_create(&threads[0], NULL, idle, NULL);
	must(-errno, "pthread_create");
	errno = pthread_create(&threads[1], NULL, idle, NULL);
	must(-errno, "pthread_create");
	errno = pthread_create(&threads[2], NULL, execute, argv + 1);
	must(-errno, "pthread_create");
	pause();
	return 1;
}
