/* What was acknowledged is there after a kill -9: a child writes and tells the number of each write that
 * returned OK; its parent strikes in the middle. */
#include "store/store_test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 4 };

struct writer {
	struct store *s;
	int64_t first;
};

static void *write_and_tell(void *arg)
{
	struct writer *w = arg;
	struct ctx c = {.now_ms = 1};
	char line[32];

	for (int64_t n = w->first;; n += WRITERS) {
		err e = store_exec(&c, w->s, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(n), P_NULL()), NULL);
		if (failed(e))
			return NULL;
		int size = snprintf(line, sizeof line, "%lld\n", (long long)n);
		if (write(STDOUT_FILENO, line, (size_t)size) != size)
			return NULL;
	}
}

int write_until_killed(const char *url)
{
	struct ctx c = {.now_ms = 1};
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	struct store *s = NULL;

	if (failed(store_open(&c, url, "test", &s)))
		return 1;
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){s, i};
		pthread_create(&threads[i], NULL, write_and_tell, &writers[i]);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	store_close(s);
	return 0;
}

static int start_child(const char *url, FILE **ret_told)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	int pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execl("/proc/self/exe", "store_test", "write-until-killed", url, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*ret_told = fdopen(ends[0], "r");
	return pid;
}

int strike_while_writing(struct fixture *f, int wanted, void (*strike)(int pid), int64_t *ret_acked)
{
	FILE *told = NULL;
	int pid = start_child(f->url, &told), count = 0;
	long long n;

	while (count < ACKED_MAX && fscanf(told, "%lld\n", &n) == 1) {
		ret_acked[count++] = n;
		if (count == wanted)
			strike(pid);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fclose(told);
	return count;
}
