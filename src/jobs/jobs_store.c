#include "jobs/jobs_store.h"
#include "base/id.h"

#include <assert.h>
#include <stdio.h>

/* The low bits of an id count within a millisecond and are mostly 0: all bits decide. */
static int bucket_of(int64_t id)
{
	return (int)((uint64_t)id * 0x9E3779B97F4A7C15u >> 33) % BUCKETS;
}

static err insert(struct ctx *c, struct tx *tx, int64_t id, const char *kind, int64_t subject_id,
		  int64_t ref_id, int64_t due_at_ms)
{
	assert(strlen(kind) < KIND_SIZE);
	return tx_exec(c, tx, Q_JOB_INSERT,
		       PARAMS(P_INT(bucket_of(id)), P_INT(id), P_STR(kind), P_INT(subject_id), P_INT(ref_id),
			      P_INT(due_at_ms), P_INT(c->now_ms)),
		       NULL);
}

err job_add(struct ctx *c, struct tx *tx, const char *kind, int64_t subject_id, int64_t ref_id,
	    int64_t due_at_ms, int64_t *ret_job_id)
{
	int64_t id = id_new(c->now_ms);

	TRY(insert(c, tx, id, kind, subject_id, ref_id, due_at_ms));
	if (ret_job_id)
		*ret_job_id = id;
	return OK;
}

/* FNV-1a. Ids of schedules are negative, those of other jobs positive. */
static int64_t schedule_id(const char *kind)
{
	uint64_t hash = 14695981039346656037u;

	for (const char *p = kind; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 1099511628211u;
	return -(int64_t)(hash >> 2) - 1;
}

err job_schedule(struct ctx *c, struct tx *tx, const char *kind, int64_t due_at_ms)
{
	return insert(c, tx, schedule_id(kind), kind, 0, 0, due_at_ms);
}

static err read_candidate(struct ctx *, const struct row *row, void *arg)
{
	struct candidates *all = arg;
	struct slice kind = row_text(row, 1);

	if (all->count == CANDIDATES_MAX || kind.n >= KIND_SIZE)
		return OK;
	struct candidate *k = &all->list[all->count++];
	*k = (struct candidate){row_int(row, 0), row_int(row, 2), row_int(row, 3), row_int(row, 4), {0}};
	memcpy(k->kind, kind.p, kind.n);
	return OK;
}

err jobs_due(struct ctx *c, int bucket, struct candidates *ret)
{
	ret->count = 0;
	return store_rows(c, c->store, Q_JOB_DUE, PARAMS(P_INT(bucket), P_INT(c->now_ms)), read_candidate,
			  ret);
}

err jobs_claim(struct ctx *c, int bucket, struct candidate *k, int64_t lease_until_ms, bool *ret)
{
	int64_t changed = 0;

	TRY(store_exec(c, c->store, Q_JOB_CLAIM,
		       PARAMS(P_INT(bucket), P_INT(k->id), P_INT(k->attempts), P_INT(c->now_ms),
			      P_INT(lease_until_ms)),
		       &changed));
	k->attempts += changed;
	*ret = changed == 1;
	return OK;
}

err jobs_done(struct ctx *c, int bucket, const struct candidate *k)
{
	return store_exec(c, c->store, Q_JOB_DONE, PARAMS(P_INT(bucket), P_INT(k->id), P_INT(k->attempts)),
			  NULL);
}

err jobs_again(struct ctx *c, int bucket, const struct candidate *k, int64_t due_at_ms, int64_t attempts)
{
	return store_exec(
		c, c->store, Q_JOB_AGAIN,
		PARAMS(P_INT(bucket), P_INT(k->id), P_INT(k->attempts), P_INT(due_at_ms), P_INT(attempts)),
		NULL);
}

err jobs_dead(struct ctx *c, int bucket, const struct candidate *k)
{
	return store_exec(c, c->store, Q_JOB_DEAD, PARAMS(P_INT(bucket), P_INT(k->id), P_INT(k->attempts)),
			  NULL);
}

static err add_number(struct ctx *, const struct row *row, void *arg)
{
	*(int64_t *)arg += row_int(row, 0);
	return OK;
}

static err sum_unsettled(struct ctx *c, struct tx *tx, void *arg)
{
	for (int bucket = 0; bucket < BUCKETS; bucket++)
		TRY(tx_rows(c, tx, Q_JOB_UNSETTLED, PARAMS(P_INT(bucket), P_INT(c->now_ms)), add_number,
			    arg));
	return OK;
}

err jobs_unsettled(struct ctx *c, int64_t *ret)
{
	int64_t sum = 0;

	TRY(store_read(c, c->store, sum_unsettled, &sum));
	*ret = sum;
	return OK;
}

static err add_counts(struct ctx *, const struct row *row, void *arg)
{
	struct job_counts *counts = arg;

	counts->waiting += row_int(row, 0);
	counts->dead += row_int(row, 1);
	return OK;
}

err jobs_count(struct ctx *c, struct store *s, struct job_counts *ret)
{
	struct job_counts counts = {0};

	for (int bucket = 0; bucket < BUCKETS; bucket++)
		TRY(store_rows(c, s, Q_JOB_COUNTS, PARAMS(P_INT(bucket)), add_counts, &counts));
	*ret = counts;
	return OK;
}

const char *job_key(const struct job *j, char ret[static JOB_KEY_SIZE])
{
	snprintf(ret, JOB_KEY_SIZE, "job-%lld", (long long)j->id);
	return ret;
}
