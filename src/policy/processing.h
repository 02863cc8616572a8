/* What a release does with personal data, as a list of single processings: what it collects, uses, transmits
 * and stores (NT-3.3.2.g). What stands in a release and not in the one before is new and has to be assessed
 * before it is switched on (assess.h). Derived from the rules alone, so that wording changes nothing. */
#pragma once

#include "policy/policy.h"

enum processing_kind {
	PROCESSING_COLLECT,
	PROCESSING_USE,
	PROCESSING_SEND,
	PROCESSING_STORE,
	PROCESSING_KINDS,
};
/* "collect", "use", "send", "store" */
const char *processing_word(enum processing_kind kind);
/* "收集" … */
const char *processing_name(enum processing_kind kind);

/* Texts live in the arena. */
struct processing {
	enum processing_kind kind;
	const char *key; /* "send/category/housing/real_name"; of storing: "store/category/housing=30" */
	const char *where, *what; /* "住房保障类", "对外提供：姓名" */
	const char *law;	  /* why the law demands an assessment of it (PIPL 55), or NULL */
};
struct processing_list {
	struct processing *rows;
	size_t count;
};

/* All of a release, in the order of the policy. */
struct processing_list processing_all(struct arena *a, const struct release *r);

/* Those of `after` that have to be assessed because `before` (NULL: nothing was there) lacks them. By the
 * city's setting assessment.demand each of them, or only those of which the law demands it; of two releases
 * the stricter setting counts, so that a release cannot free itself. */
struct processing_list processing_new(struct arena *a, const struct release *before,
				      const struct release *after);

/* Whether an assessment of the processing `assessed` holds for `key`: it is the same, or keeps for no longer.
 */
bool processing_covers(struct slice assessed, struct slice key);
