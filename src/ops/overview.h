/* How somebody's data were used, in sum: for each product and purpose how often, when last, and what
 * (NT-1.4.a, NT-1.4.b). Counted from the person's own entries, which are sealed for the person, each time it
 * is asked for; nothing is kept: as many as are looked at cost some 60 ms. Of sets of numbers, in which
 * nobody is written down, those that were made for ourselves while the person had the account. */
#pragma once

#include "ops/analysis.h"

enum { OVERVIEW_ENTRIES_MAX = 2000, OVERVIEW_LINES_MAX = 400 };

struct use_line {
	const char *product; /* key of a service, or "sdk:<key>" */
	const char *purpose; /* key of a purpose, or "sdk:<reason>" */
	int64_t times, last_at_ms, last_n;
	struct itemset items;
};

struct use_overview {
	struct use_line *lines; /* the newest use first */
	size_t count;
	int64_t since_ms; /* of the oldest entry that was looked at; 0: there is none */
	bool complete;	  /* no older entry was left out */
};
err use_overview_get(struct ctx *c, int64_t subject_id, struct use_overview *ret);
/* The sets, as analysis_own. */
err use_overview_sets(struct ctx *c, int64_t subject_id, analysis_sum_fn fn, void *arg);

/* The product of an entry that is a use (taken, read, or given to somebody), with its purpose; NULL: none. */
const char *use_product(const struct usage *u);
