#include "base/clock.h"
#include "base/id.h"
#include "jobs/jobs_store.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

enum { REFS_MAX = 256, WAIT_MAX_MS = 8000 };

/* A city without anything but its queue, and an outside world that counts. */
static struct world {
	struct store *store;
	struct ctx c;
	_Atomic int64_t now_ms;
	_Atomic int runs[REFS_MAX], effects[REFS_MAX], at_once[REFS_MAX];
	_Atomic bool hold, ran_twice_at_once;
	_Atomic int failures_left;
	pthread_mutex_t lock;
	char keys[REFS_MAX][JOB_KEY_SIZE]; /* what the authority has already done */
	char dir[40];
} world;

static struct ctx *make_ctx(void *)
{
	struct ctx *c = calloc(1, sizeof *c);

	c->store = world.store;
	c->now_ms = atomic_load(&world.now_ms);
	return c;
}

static void done_ctx(void *, struct ctx *c)
{
	free(c);
}

static err count_run(struct ctx *, const struct job *j, int64_t *)
{
	if (atomic_fetch_add(&world.at_once[j->ref_id], 1) > 0)
		atomic_store(&world.ran_twice_at_once, true);
	atomic_fetch_add(&world.runs[j->ref_id], 1);
	while (atomic_load(&world.hold))
		usleep(1000);
	atomic_fetch_sub(&world.at_once[j->ref_id], 1);
	return OK;
}

/* The authority carries a key out once, however often it is sent. */
static void authority_does(const struct job *j)
{
	char key[JOB_KEY_SIZE];

	job_key(j, key);
	pthread_mutex_lock(&world.lock);
	if (strcmp(world.keys[j->ref_id], key) != 0) {
		strcpy(world.keys[j->ref_id], key);
		atomic_fetch_add(&world.effects[j->ref_id], 1);
	}
	pthread_mutex_unlock(&world.lock);
}

static err send_then_fail(struct ctx *c, const struct job *j, int64_t *)
{
	atomic_fetch_add(&world.runs[j->ref_id], 1);
	authority_does(j);
	if (atomic_fetch_sub(&world.failures_left, 1) > 0)
		FAIL(c, ERR_AUTHORITY, "the answer was lost");
	return OK;
}

static err refuse_job(struct ctx *c, const struct job *j, int64_t *)
{
	atomic_fetch_add(&world.runs[j->ref_id], 1);
	FAIL(c, ERR_REFUSED, "no");
}

static err break_inside(struct ctx *c, const struct job *j, int64_t *)
{
	atomic_fetch_add(&world.runs[j->ref_id], 1);
	FAIL(c, ERR_INTERNAL, "a bug");
}

static err come_back(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	atomic_fetch_add(&world.runs[j->ref_id], 1);
	*ret_again_at_ms = c->now_ms + 86400000;
	return OK;
}

static const struct job_kind kinds[] = {{"count", count_run},
					{"send", send_then_fail},
					{"refuse", refuse_job},
					{"bug", break_inside},
					{"daily", come_back}};

static struct jobs *start(int workers)
{
	return jobs_start(&(struct jobs_options){.kinds = kinds,
						 .kind_count = sizeof kinds / sizeof *kinds,
						 .workers = workers,
						 .make_ctx = make_ctx,
						 .done_ctx = done_ctx});
}

static void must(err e)
{
	if (failed(e))
		print_error("error %d: %s\n", (int)e.code, world.c.failure.detail);
	assert_false(failed(e));
}

/* NULL: SQLite. */
static const char *postgres_url;

static void empty_postgres(void)
{
	PGconn *pg = PQconnectdb(postgres_url);

	PQclear(PQexec(pg,
		       "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
	PQfinish(pg);
}

static int set_up(void **)
{
	char url[80];

	memset(&world, 0, sizeof world);
	pthread_mutex_init(&world.lock, NULL);
	strcpy(world.dir, "/tmp/tongban-jobs-XXXXXX");
	assert_non_null(mkdtemp(world.dir));
	snprintf(url, sizeof url, "sqlite:%s/city.db", world.dir);
	if (postgres_url)
		empty_postgres();
	atomic_store(&world.now_ms, 1790000000000);
	world.c.now_ms = 1790000000000;
	must(store_open(&world.c, postgres_url ? postgres_url : url, "city", &world.store));
	world.c.store = world.store;
	return 0;
}

static int tear_down(void **)
{
	char command[80];

	store_close(world.store);
	snprintf(command, sizeof command, "rm -r %s", world.dir);
	return system(command) == 0 ? 0 : -1;
}

static void advance_ms(int64_t by_ms)
{
	world.c.now_ms = atomic_fetch_add(&world.now_ms, by_ms) + by_ms;
}

struct added {
	const char *kind;
	int64_t ref_id, due_at_ms, id;
	enum err_code then;
};

static err add_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct added *a = arg;

	TRY(job_add(c, tx, a->kind, 0, a->ref_id, a->due_at_ms, &a->id));
	return (err){a->then};
}

static int64_t add(const char *kind, int64_t ref_id, int64_t in_ms)
{
	struct added a = {kind, ref_id, world.c.now_ms + in_ms, 0, ERR_OK};

	must(store_write(&world.c, world.store, add_rows, &a));
	return a.id;
}

static bool settled(struct jobs *j)
{
	bool yes = false;

	must(jobs_settled(&world.c, j, &yes));
	return yes;
}

static void wait_until_settled(struct jobs *j)
{
	for (int i = 0; i < WAIT_MAX_MS && !settled(j); i++)
		usleep(1000);
	assert_true(settled(j));
}

static struct job_counts counts(void)
{
	struct job_counts n;

	must(jobs_count(&world.c, world.store, &n));
	return n;
}

static void a_job_runs_when_it_is_due_and_not_before(void **)
{
	struct jobs *j = start(2);

	add("count", 1, 0);
	add("count", 2, 60000);
	wait_until_settled(j);
	assert_int_equal(world.runs[1], 1);
	assert_int_equal(world.runs[2], 0);
	assert_int_equal(counts().waiting, 1);
	advance_ms(60000);
	assert_false(settled(j));
	wait_until_settled(j);
	jobs_stop(j);
	assert_int_equal(world.runs[2], 1);
	assert_int_equal(counts().waiting, 0);
}

static void a_job_of_a_write_that_failed_never_runs(void **)
{
	struct added a = {"count", 1, 0, 0, ERR_CONFLICT};
	struct jobs *j = start(1);

	assert_int_equal(store_write(&world.c, world.store, add_rows, &a).code, ERR_CONFLICT);
	assert_true(settled(j));
	usleep(250000);
	jobs_stop(j);
	assert_int_equal(world.runs[1], 0);
}

static void a_job_that_fails_comes_again_later_and_later_and_is_done_once(void **)
{
	struct jobs *j = start(2);

	atomic_store(&world.failures_left, 3);
	add("send", 1, 0);
	wait_until_settled(j);
	assert_int_equal(world.runs[1], 1);
	advance_ms(400); /* less than half of the first pause */
	usleep(250000);
	assert_int_equal(world.runs[1], 1);
	for (int i = 2; i <= 4; i++) {
		advance_ms(1000 << (i - 2));
		wait_until_settled(j);
		assert_int_equal(world.runs[1], i);
	}
	jobs_stop(j);
	assert_int_equal(world.effects[1], 1);
	assert_int_equal(counts().waiting + counts().dead, 0);
}

static void a_job_that_is_refused_is_dead_and_counted(void **)
{
	struct jobs *j = start(1);

	add("refuse", 1, 0);
	wait_until_settled(j);
	advance_ms(86400000);
	usleep(250000);
	jobs_stop(j);
	assert_int_equal(world.runs[1], 1);
	assert_int_equal(counts().dead, 1);
	assert_int_equal(counts().waiting, 0);
}

static void a_poison_job_is_given_up(void **)
{
	struct jobs *j = start(1);

	add("bug", 1, 0);
	add("unknown", 2, 0);
	for (int i = 0; i < 14; i++) {
		wait_until_settled(j);
		advance_ms(3600000);
	}
	wait_until_settled(j);
	jobs_stop(j);
	assert_int_equal(world.runs[1], 10);
	assert_int_equal(counts().dead, 2);
}

static void a_handler_may_ask_to_come_back(void **)
{
	struct jobs *j = start(1);

	add("daily", 1, 0);
	for (int day = 1; day <= 3; day++) {
		wait_until_settled(j);
		assert_int_equal(world.runs[1], day);
		advance_ms(86400000);
	}
	wait_until_settled(j);
	jobs_stop(j);
}

static err schedule_rows(struct ctx *c, struct tx *tx, void *)
{
	return job_schedule(c, tx, "daily", c->now_ms);
}

static void a_schedule_exists_once(void **)
{
	must(store_write(&world.c, world.store, schedule_rows, NULL));
	advance_ms(5);
	must(store_write(&world.c, world.store, schedule_rows, NULL));
	assert_int_equal(counts().waiting, 1);
}

static void two_servers_run_each_job_once(void **)
{
	struct jobs *one = start(4);

	for (int i = 0; i < 100; i++)
		add("count", i, 0);
	struct jobs *two = start(4);
	for (int i = 100; i < 200; i++)
		add("count", i, 0);
	wait_until_settled(one);
	jobs_stop(one);
	jobs_stop(two);
	for (int i = 0; i < 200; i++)
		assert_int_equal(world.runs[i], 1);
}

/* A server claimed a job and died. */
static void the_lease_of_a_dead_worker_ends_and_its_late_word_counts_nothing(void **)
{
	struct candidates due = {0};
	bool claimed = false;
	int bucket;

	add("count", 1, 0);
	for (bucket = 0; due.count == 0; bucket++)
		must(jobs_due(&world.c, bucket, &due));
	bucket--;
	must(jobs_claim(&world.c, bucket, &due.list[0], world.c.now_ms + 60000, &claimed));
	assert_true(claimed);
	struct jobs *j = start(2);
	usleep(250000);
	assert_int_equal(world.runs[1], 0);
	assert_false(settled(j));
	atomic_store(&world.hold, true);
	advance_ms(60000);
	while (world.runs[1] == 0)
		usleep(1000);
	must(jobs_done(&world.c, bucket, &due.list[0]));
	assert_int_equal(counts().waiting, 1);
	atomic_store(&world.hold, false);
	wait_until_settled(j);
	jobs_stop(j);
	assert_int_equal(world.runs[1], 1);
	assert_int_equal(counts().waiting, 0);
}

static void a_jump_of_the_clock_does_not_run_a_running_job_again(void **)
{
	struct jobs *j = start(3);

	atomic_store(&world.hold, true);
	add("count", 1, 0);
	while (world.runs[1] == 0)
		usleep(1000);
	advance_ms(86400000);
	usleep(300000);
	assert_false(settled(j));
	atomic_store(&world.hold, false);
	wait_until_settled(j);
	jobs_stop(j);
	assert_false(world.ran_twice_at_once);
	assert_int_equal(world.runs[1], 1);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(a_job_runs_when_it_is_due_and_not_before),
		ON(a_job_of_a_write_that_failed_never_runs),
		ON(a_job_that_fails_comes_again_later_and_later_and_is_done_once),
		ON(a_job_that_is_refused_is_dead_and_counted),
		ON(a_poison_job_is_given_up),
		ON(a_handler_may_ask_to_come_back),
		ON(a_schedule_exists_once),
		ON(two_servers_run_each_job_once),
		ON(the_lease_of_a_dead_worker_ends_and_its_late_word_counts_nothing),
		ON(a_jump_of_the_clock_does_not_run_a_running_job_again),
	};

	id_init(0);
	int failures = cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
	postgres_url = getenv("TB_TEST_POSTGRES");
	if (postgres_url)
		failures += cmocka_run_group_tests_name("postgresql", tests, NULL, NULL);
	return failures != 0;
}
