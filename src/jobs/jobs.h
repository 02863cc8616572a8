/* The outbox and the schedules. A job row holds references only, never payloads. Whatever changes the outside
 * world is a job, written in the transaction of the act; it is carried out at least once, with an idempotency
 * key (the job id) so that the authority does it exactly once. Back-off with jitter, lease per worker, poison
 * jobs end in state "dead" and are counted. */
#pragma once

#include "store/store.h"

struct jobs;

/* Inside a transaction. kind names the handler; due_at_ms when. */
err job_add(struct ctx *c, struct tx *tx, const char *kind, int64_t subject_id, int64_t ref_id,
	    int64_t due_at_ms, int64_t *ret_job_id);

/* OK: done, or again at *ret_again_at_ms when the handler sets it. ERR_GONE, ERR_NOT_FOUND, ERR_REFUSED:
 * given up, "dead". Any other error: again later, with doubling pauses up to an hour; "dead" after 100
 * attempts when the outside is at fault (ERR_AUTHORITY, ERR_STORE, ERR_OVERLOADED, ERR_STALE, ERR_LIMIT,
 * ERR_LOCKED), after 10 otherwise. A handler may run twice for one job, never twice at once. */
struct job {
	int64_t id, subject_id, ref_id;
	const char *kind;
	int attempts;
	struct job_note *note; /* may be NULL */
};
/* What a handler did, for the log when it succeeds: keys of items or of the policy, never a value of a
 * person. */
struct job_note {
	const char *what; /* NULL: nothing to tell; in the arena of the context */
	int64_t count;
};
typedef err (*job_fn)(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);

struct job_kind {
	const char *kind;
	job_fn fn;
};
/* make_ctx prepares a context (release held, time set) for one job; done_ctx ends it. */
struct jobs_options {
	const struct job_kind *kinds;
	size_t kind_count;
	int workers; /* 0: 2 */
	void *user;
	struct ctx *(*make_ctx)(void *user);
	void (*done_ctx)(void *user, struct ctx *c);
};
struct jobs *jobs_start(const struct jobs_options *o);
void jobs_stop(struct jobs *j);
void jobs_wake(struct jobs *j);
/* True when no job is due and none runs (the sandbox's /control/settle asks it through the server). */
err jobs_settled(struct ctx *c, struct jobs *j, bool *ret);

/* A job of which there is one: the first due time counts, a later call changes nothing. Its handler sets
 * *ret_again_at_ms. */
err job_schedule(struct ctx *c, struct tx *tx, const char *kind, int64_t due_at_ms);

/* The key by which an authority knows a repeated request of this job. */
enum { JOB_KEY_SIZE = 32 };
const char *job_key(const struct job *j, char ret[static JOB_KEY_SIZE]);

struct job_counts {
	int64_t waiting, dead;
};
err jobs_count(struct ctx *c, struct store *s, struct job_counts *ret);
