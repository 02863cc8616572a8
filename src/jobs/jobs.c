/* Workers that carry out what is due.
 *
 * A worker claims a job by raising its attempt number under a lease; whoever ends the attempt must still hold
 * that number. So a job is carried out at least once even when a server dies in the middle, and the
 * authority, which knows it by its key, does it once. */
#include "jobs/jobs.h"
#include "base/clock.h"
#include "base/log.h"
#include "jobs/jobs_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	WORKERS_MAX = 16,
	POLL_MS = 100,	   /* rows come from other servers, too */
	LEASE_MS = 120000, /* far longer than the connectors' timeouts */
	PAUSE_MIN_MS = 1000,
	PAUSE_MAX_MS = 3600000,
	ATTEMPTS_OUTSIDE = 100,
	ATTEMPTS_INSIDE = 10,
};

struct jobs {
	struct jobs_options options;
	struct job_kind *kinds;
	pthread_t threads[WORKERS_MAX];
	int thread_count;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t running[WORKERS_MAX]; /* ids that a worker of this process has; 0 is none */
	bool stopping, polling;
	unsigned woken; /* counts jobs_wake, so that none is missed between a look and a sleep */
};

struct worker {
	struct jobs *j;
	int n;
	unsigned random;
};

static job_fn handler_of(const struct jobs *j, const char *kind)
{
	for (size_t i = 0; i < j->options.kind_count; i++) {
		if (strcmp(j->kinds[i].kind, kind) == 0)
			return j->kinds[i].fn;
	}
	return NULL;
}

static bool is_outside(enum err_code code)
{
	return code == ERR_AUTHORITY || code == ERR_STORE || code == ERR_OVERLOADED || code == ERR_STALE ||
	       code == ERR_LIMIT || code == ERR_LOCKED;
}

static bool is_final(enum err_code code, int64_t attempts)
{
	if (code == ERR_GONE || code == ERR_NOT_FOUND || code == ERR_REFUSED)
		return true;
	return attempts >= (is_outside(code) ? ATTEMPTS_OUTSIDE : ATTEMPTS_INSIDE);
}

/* Doubling, between half and all of it, so that jobs that failed together do not return together. */
static int64_t pause_ms(struct worker *w, int64_t attempts, int64_t retry_after_s)
{
	int64_t limit = (int64_t)PAUSE_MIN_MS << (attempts < 12 ? attempts - 1 : 12);

	if (limit > PAUSE_MAX_MS)
		limit = PAUSE_MAX_MS;
	int64_t pause = limit / 2 + rand_r(&w->random) % (limit / 2 + 1);
	return pause < retry_after_s * 1000 ? retry_after_s * 1000 : pause;
}

static err end_attempt(struct worker *w, struct ctx *c, int bucket, const struct candidate *k, err result,
		       int64_t again_at_ms)
{
	if (!failed(result) && again_at_ms > 0)
		return jobs_again(c, bucket, k, again_at_ms, 0);
	if (!failed(result))
		return jobs_done(c, bucket, k);
	bool final = is_final(result.code, k->attempts);
	log_event(final ? "job_dead" : "job_failed", LOG_T("kind", k->kind), LOG_I("job", k->id),
		  LOG_I("error", result.code), LOG_I("attempts", k->attempts));
	if (final)
		return jobs_dead(c, bucket, k);
	return jobs_again(c, bucket, k, c->now_ms + pause_ms(w, k->attempts, c->failure.retry_after_s),
			  k->attempts);
}

static err run_handler(struct jobs *j, struct ctx *c, const struct candidate *k, int64_t *ret_again_at_ms)
{
	struct job_note note = {0};
	struct job job = {k->id, k->subject_id, k->ref_id, k->kind, (int)k->attempts, &note};
	job_fn fn = handler_of(j, k->kind);

	/* A job that ended the server at every attempt is not given another chance. */
	if (k->attempts > ATTEMPTS_OUTSIDE)
		FAIL(c, ERR_REFUSED, "任务尝试次数过多");
	if (!fn)
		FAIL(c, ERR_INTERNAL, "没有处理任务 %s 的程序", k->kind);
	TRY(fn(c, &job, ret_again_at_ms));
	if (note.what)
		log_event("job_done", LOG_T("kind", k->kind), LOG_I("job", k->id), LOG_T("what", note.what),
			  LOG_I("count", note.count));
	return OK;
}

static void run_job(struct worker *w, struct ctx *c, int bucket, const struct candidate *k)
{
	int64_t again_at_ms = 0;

	failure_clear(c);
	err result = run_handler(w->j, c, k, &again_at_ms);
	err ended = end_attempt(w, c, bucket, k, result, again_at_ms);
	/* The lease ends by itself, and the job runs again. */
	if (failed(ended))
		log_event("job_end_failed", LOG_T("kind", k->kind), LOG_I("job", k->id),
			  LOG_I("error", ended.code));
}

/* A jump of a test clock ends leases of jobs that still run here: they must not run twice at once. */
static bool mark_running(struct worker *w, int64_t id)
{
	struct jobs *j = w->j;
	bool free = true;

	pthread_mutex_lock(&j->lock);
	for (int i = 0; i < j->thread_count; i++)
		free = free && j->running[i] != id;
	if (free)
		j->running[w->n] = id;
	pthread_mutex_unlock(&j->lock);
	return free;
}

static void unmark_running(struct worker *w)
{
	pthread_mutex_lock(&w->j->lock);
	w->j->running[w->n] = 0;
	pthread_mutex_unlock(&w->j->lock);
}

/* Claims one of the bucket's jobs and runs it; *ret_ran is false when there is none. */
static err try_bucket(struct worker *w, struct ctx *c, int bucket, bool *ret_ran)
{
	struct candidates due;
	bool ran = false;

	TRY(jobs_due(c, bucket, &due));
	for (size_t i = 0; i < due.count && !ran; i++) {
		struct candidate *k = &due.list[i];
		if (!mark_running(w, k->id))
			continue;
		err e = jobs_claim(c, bucket, k, c->now_ms + LEASE_MS, &ran);
		if (!failed(e) && ran) {
			jobs_wake(w->j); /* where one was due more may be, and somebody must poll meanwhile */
			run_job(w, c, bucket, k);
		}
		unmark_running(w);
		TRY(e);
	}
	*ret_ran = ran;
	return OK;
}

static bool run_one(struct worker *w)
{
	struct jobs *j = w->j;
	int first = rand_r(&w->random) % BUCKETS;
	bool ran = false;

	struct ctx *c = j->options.make_ctx(j->options.user);
	for (int i = 0; i < BUCKETS && !ran; i++) {
		err e = try_bucket(w, c, (first + i) % BUCKETS, &ran);
		if (failed(e))
			log_event("jobs_unreadable", LOG_I("error", e.code));
	}
	j->options.done_ctx(j->options.user, c);
	return ran;
}

/* Until something may be due. One idle worker polls; the others wait until it finds something. */
static void wait_for_work(struct jobs *j, unsigned seen)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&j->lock);
	if (!j->polling) {
		j->polling = true;
		while (!j->stopping && j->woken == seen &&
		       pthread_cond_timedwait(&j->wake, &j->lock, &until) == 0)
			;
		j->polling = false;
	} else {
		while (!j->stopping && j->woken == seen)
			pthread_cond_wait(&j->wake, &j->lock);
	}
	pthread_mutex_unlock(&j->lock);
}

static unsigned times_woken(struct jobs *j, bool *ret_stopping)
{
	pthread_mutex_lock(&j->lock);
	unsigned woken = j->woken;
	*ret_stopping = j->stopping;
	pthread_mutex_unlock(&j->lock);
	return woken;
}

static void *worker_main(void *arg)
{
	struct worker w = *(struct worker *)arg;
	bool stopping = false;

	free(arg);
	for (;;) {
		unsigned seen = times_woken(w.j, &stopping);
		if (stopping)
			return NULL;
		if (!run_one(&w))
			wait_for_work(w.j, seen);
	}
}

static bool start_worker(struct jobs *j, int n)
{
	struct worker *w = malloc(sizeof *w);

	if (!w)
		return false;
	*w = (struct worker){j, n, (unsigned)(clock_monotonic_ns() + (uint64_t)n * 7919)};
	if (pthread_create(&j->threads[n], NULL, worker_main, w) == 0)
		return true;
	free(w);
	return false;
}

struct jobs *jobs_start(const struct jobs_options *o)
{
	struct jobs *j = calloc(1, sizeof *j);
	int workers = o->workers > 0 ? o->workers : 2;

	j->options = *o;
	j->kinds = calloc(o->kind_count + 1, sizeof *j->kinds);
	memcpy(j->kinds, o->kinds, o->kind_count * sizeof *j->kinds);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->wake, NULL);
	/* Known before any of them looks at the others. */
	j->thread_count = workers < WORKERS_MAX ? workers : WORKERS_MAX;
	for (int i = 0; i < j->thread_count; i++) {
		if (!start_worker(j, i))
			abort();
	}
	return j;
}

void jobs_stop(struct jobs *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->stopping = true;
	pthread_cond_broadcast(&j->wake);
	pthread_mutex_unlock(&j->lock);
	for (int i = 0; i < j->thread_count; i++)
		pthread_join(j->threads[i], NULL);
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	free(j->kinds);
	free(j);
}

void jobs_wake(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	j->woken++;
	pthread_cond_broadcast(&j->wake);
	pthread_mutex_unlock(&j->lock);
}

err jobs_settled(struct ctx *c, struct jobs *, bool *ret)
{
	int64_t unsettled = 0;

	/* Running jobs are in the store, too: until they end they are leased, or due once their lease is
	 * over. */
	TRY(jobs_unsettled(c, &unsettled));
	*ret = unsettled == 0;
	return OK;
}
