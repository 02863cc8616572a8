/* One thread writes. It takes the functions of all callers that wait, runs each in a savepoint, and commits
 * them together: one sync of the disk for the group. A caller sleeps on a semaphore of its own until its
 * group is durable. */
#include "store/sqlite.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { GROUP_MAX = 128, ROOTS = 4, CAREFUL_GROUPS = 16 };

struct request {
	struct ctx *c;
	tx_fn fn;
	void *arg;
	err result;
	sem_t done;
	struct request *next;	 /* in the queue, or in its group */
	struct request *wake[2]; /* who is woken by this one */
};

struct lite_writer {
	struct lite_conn *conn;
	pthread_t thread;
	_Atomic(struct request *) newest; /* what callers pushed; the writer takes all at once */
	struct request *first;		  /* taken, in the order in which they came */
	sem_t work;			  /* posted by whoever pushes onto nothing, and by the end */
	atomic_bool stopping;
	int careful; /* so many groups more run in savepoints */
};

static void wake(struct request *r)
{
	if (r)
		sem_post(&r->done);
}

/* A finished request belongs to its caller again: nothing of it may be touched after this. */
static void request_finish(struct request *r, err result)
{
	r->result = result;
	wake(r);
}

/* Wakes a group as a few trees: the writer wakes the roots and goes on writing, each caller wakes two others.
 */
static void finish_group(struct request *first)
{
	struct request *all[GROUP_MAX];
	int count = 0;

	for (struct request *r = first; r; r = r->next)
		all[count++] = r;
	for (int i = ROOTS; i < count; i++)
		all[(i - ROOTS) / 2]->wake[(i - ROOTS) % 2] = all[i];
	for (int i = 0; i < count && i < ROOTS; i++)
		wake(all[i]);
}

/* True when SQLite gave the whole transaction up by itself (disk full, I/O error). */
static bool transaction_lost(struct lite_writer *w)
{
	return sqlite3_get_autocommit(w->conn->db);
}

static err run_function(struct lite_writer *w, struct request *r)
{
	struct tx tx = {.store = w->conn->store, .conn = w->conn, .writes = true};

	return tx_run(r->c, &tx, r->fn, r->arg);
}

static void roll_back(struct lite_writer *w)
{
	if (transaction_lost(w))
		return;
	sqlite3_step(w->conn->rollback);
	sqlite3_reset(w->conn->rollback);
}

/* A write on its own: a group of one, or one of a group that could not commit. */
static void run_single(struct lite_writer *w, struct request *r)
{
	err e = lite_step(r->c, w->conn, w->conn->begin);

	if (!failed(e))
		e = run_function(w, r);
	if (!failed(e) && transaction_lost(w))
		e = fail(r->c, ERR_STORE, "存储放弃了这次写入");
	if (!failed(e))
		e = lite_step(r->c, w->conn, w->conn->commit);
	if (failed(e))
		roll_back(w);
	request_finish(r, e);
}

static void run_in_savepoint(struct lite_writer *w, struct request *r)
{
	struct lite_conn *k = w->conn;

	r->result = lite_step(r->c, k, k->savepoint);
	if (failed(r->result))
		return;
	r->result = run_function(w, r);
	if (transaction_lost(w))
		return;
	if (failed(r->result)) {
		sqlite3_step(k->rollback_to);
		sqlite3_reset(k->rollback_to);
	}
	sqlite3_step(k->release);
	sqlite3_reset(k->release);
}

/* Without a savepoint, which costs about as much as an insert. False when the function failed after it
 * changed something: then only the whole transaction can be taken back. */
static bool run_in_trust(struct lite_writer *w, struct request *r)
{
	int64_t changes = sqlite3_total_changes64(w->conn->db);

	r->result = run_function(w, r);
	return !failed(r->result) || sqlite3_total_changes64(w->conn->db) == changes;
}

/* False when nothing of the group is in the store. */
static bool try_group(struct lite_writer *w, struct request *first, bool careful)
{
	sqlite3_stmt *begin = w->conn->begin, *commit = w->conn->commit;
	bool well = sqlite3_step(begin) == SQLITE_DONE;

	sqlite3_reset(begin);
	for (struct request *r = first; well && r; r = r->next) {
		if (careful)
			run_in_savepoint(w, r);
		else
			well = run_in_trust(w, r);
		well = well && !transaction_lost(w);
	}
	bool committed = well && sqlite3_step(commit) == SQLITE_DONE;
	sqlite3_reset(commit);
	if (!committed)
		roll_back(w);
	return committed;
}

/* Failures that changed something are rare, or come in heaps: after one, the next groups run in savepoints.
 */
static bool commit_group(struct lite_writer *w, struct request *first)
{
	if (w->careful == 0) {
		if (try_group(w, first, false))
			return true;
		w->careful = CAREFUL_GROUPS;
		for (struct request *r = first; r; r = r->next)
			failure_clear(r->c);
	}
	w->careful--;
	return try_group(w, first, true);
}

static void run_group(struct lite_writer *w, struct request *first)
{
	struct request *next;

	if (!first->next) {
		run_single(w, first);
	} else if (commit_group(w, first)) {
		finish_group(first);
	} else {
		for (struct request *r = first; r; r = next) {
			next = r->next;
			failure_clear(r->c);
			run_single(w, r);
		}
	}
}

/* Appends what came meanwhile; the newest is first in the list that is taken. */
static void take_new(struct lite_writer *w, struct request **end)
{
	struct request *r = atomic_exchange(&w->newest, NULL), *next, *oldest = NULL;

	for (; r; r = next) {
		next = r->next;
		r->next = oldest;
		oldest = r;
	}
	*end = oldest;
}

/* Takes up to GROUP_MAX waiting requests, as a list; NULL at the end. */
static struct request *take_group(struct lite_writer *w)
{
	struct request **end = &w->first;
	int n = 0;

	for (; *end && n < GROUP_MAX; n++)
		end = &(*end)->next;
	if (!*end)
		take_new(w, end);
	while (!w->first) {
		if (atomic_load(&w->stopping))
			return NULL;
		sem_wait(&w->work);
		take_new(w, &w->first);
	}
	for (; *end && n < GROUP_MAX; n++)
		end = &(*end)->next;
	struct request *group = w->first;
	w->first = *end;
	*end = NULL;
	return group;
}

static void *writer_main(void *arg)
{
	struct lite_writer *w = arg;
	struct request *group;

	while ((group = take_group(w)))
		run_group(w, group);
	return NULL;
}

static void push(struct lite_writer *w, struct request *r)
{
	struct request *newest = atomic_load(&w->newest);

	do
		r->next = newest;
	while (!atomic_compare_exchange_weak(&w->newest, &newest, r));
	if (!newest)
		sem_post(&w->work);
}

err lite_writer_run(struct ctx *c, struct lite_writer *w, tx_fn fn, void *arg)
{
	struct request r = {.c = c, .fn = fn, .arg = arg};

	sem_init(&r.done, 0, 0);
	push(w, &r);
	while (sem_wait(&r.done) != 0 && errno == EINTR)
		;
	wake(r.wake[0]);
	wake(r.wake[1]);
	sem_destroy(&r.done);
	return r.result;
}

err lite_writer_start(struct ctx *c, struct lite_conn *k, struct lite_writer **ret)
{
	struct lite_writer *w = calloc(1, sizeof *w);

	if (!w)
		FAIL(c, ERR_STORE, "内存不足");
	w->conn = k;
	sem_init(&w->work, 0, 0);
	if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
		free(w);
		FAIL(c, ERR_STORE, "无法启动写入线程");
	}
	*ret = w;
	return OK;
}

void lite_writer_stop(struct lite_writer *w)
{
	if (!w)
		return;
	atomic_store(&w->stopping, true);
	sem_post(&w->work);
	pthread_join(w->thread, NULL);
	sem_destroy(&w->work);
	free(w);
}
