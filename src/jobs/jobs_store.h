/* The queue's queries; for src/jobs only. */
#pragma once

#include "jobs/jobs.h"

enum { BUCKETS = 8, CANDIDATES_MAX = 16, KIND_SIZE = 48 };

struct candidate {
	int64_t id, subject_id, ref_id, attempts;
	char kind[KIND_SIZE];
};

struct candidates {
	struct candidate list[CANDIDATES_MAX];
	size_t count;
};

/* Jobs of a bucket that are due and that nobody has. */
err jobs_due(struct ctx *c, int bucket, struct candidates *ret);
/* False when another worker was faster. On success k->attempts is the number of this attempt, from 1. */
err jobs_claim(struct ctx *c, int bucket, struct candidate *k, int64_t lease_until_ms, bool *ret);
/* The three ends of an attempt; each does nothing when the lease went to another worker meanwhile. */
err jobs_done(struct ctx *c, int bucket, const struct candidate *k);
err jobs_again(struct ctx *c, int bucket, const struct candidate *k, int64_t due_at_ms, int64_t attempts);
err jobs_dead(struct ctx *c, int bucket, const struct candidate *k);
/* How many jobs are due or running, in one view of the store. */
err jobs_unsettled(struct ctx *c, int64_t *ret);
