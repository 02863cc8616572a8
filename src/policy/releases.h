/* The published releases of a store: which one is in force, and what people can still read of the old ones.
 *
 * `cities/` seeds an empty store; afterwards a server knows only what was published. Numbers count up with
 * each release and never come again; acceptances name them. */
#pragma once

#include "policy/assess.h"

struct releases;

/* Puts what lies below dir for the city into the store, unless it is there by its hash: every version of the
 * policy, the oldest first. Into an empty store they are published at once, with the assessments that the
 * city's files hold (ERR_CONFLICT when a processing stands in none; NT-3.3.2.g), else they wait as drafts.
 * ret_drafts (may be NULL) counts new drafts. ERR_INVALID with complaints as release_load. */
err releases_seed(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		  int64_t *ret_drafts);

/* Without review, for development and tests (policy/review.h has the way of a city): makes a draft binding
 * from effective_ms on (0: from the date that it names, but not before now). What is new in it must be
 * assessed all the same, in the console or in the city's files. ERR_NOT_FOUND, ERR_CONFLICT when it is
 * published already, a later one is, or a processing stands in no assessment. by: who decided, as people read
 * it. */
err releases_publish(struct ctx *c, int64_t number, const char *by, int64_t effective_ms,
		     const struct assessment_file *file);

/* All published releases, loaded. ERR_NOT_FOUND when there is none yet. */
err releases_open(struct ctx *c, struct releases **ret);
void releases_close(struct releases *all);

/* The release in force at now_ms, held: give it back with release_drop. Before the first one takes effect,
 * that one. Never NULL. */
const struct release *releases_at(struct releases *all, int64_t now_ms);

/* A published release by its version, in force or not; of two under one name the later. Held, or NULL. */
const struct release *releases_version(struct releases *all, const char *version);

/* The release that was published before this number. Held, or NULL when it was the first. */
const struct release *releases_before(struct releases *all, unsigned number);
/* The first one that was published after this number. Held, or NULL. */
const struct release *releases_next(struct releases *all, unsigned number);

/* Loads what was published since; cheap when nothing was. Servers call it once a minute. Requests that run
 * keep theirs. */
err releases_refresh(struct ctx *c, struct releases *all);

/* A published version as it was shown when it was published. */
struct release_page {
	struct slice html; /* in the arena */
	const char *hash;
	unsigned number;
	int64_t effective_ms, published_ms;
};
err releases_page(struct ctx *c, const char *version, struct release_page *ret);

/* Every release of the store, drafts included, oldest first. */
struct release_line {
	unsigned number;
	const char *version, *hash, *by;
	int64_t created_ms, published_ms, effective_ms; /* published_ms 0: a draft */
};
typedef err (*release_line_fn)(struct ctx *c, const struct release_line *l, void *arg);
err releases_list(struct ctx *c, release_line_fn fn, void *arg);
