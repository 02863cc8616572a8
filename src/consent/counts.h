/* Numbers without people: how often something happened on a day, and of whom is written nowhere
 * (TJ-1.2.1.3.b, NT-1.4.d). What is counted is a key of the policy, the catalogue or a list of ours. */
#pragma once

#include "store/store.h"

enum { COUNTS_LEAST = 10 }; /* smaller sums are not given out */

/* One more. kind: "page", "service", "sdk". */
err counts_add(struct ctx *c, const char *kind, const char *name);
/* The same as a row function. */
struct counted {
	const char *kind, *name;
};
err counts_rows(struct ctx *c, struct tx *tx, void *counted);
typedef err (*counts_fn)(struct ctx *c, const char *kind, const char *name, int64_t times, void *arg);
/* The sums of the last `days` days, without those below COUNTS_LEAST. */
err counts_sum(struct ctx *c, int days, counts_fn fn, void *arg);
