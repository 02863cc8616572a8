/* Between the files of `ledger verify`. Everything runs in one consistent view of the store. */
#pragma once

#include "ledger/internal.h"

struct check {
	struct ctx *c; /* with an arena of its own, cleared on the way */
	struct ledger *ledger;
	struct tx *tx;
	struct buf *ret;
	int64_t findings;
	struct checkpoint kept; /* signed earlier and kept elsewhere */
	bool has_kept;
};

/* One finding, one line. */
__attribute__((format(printf, 2, 3))) void found(struct check *k, const char *fmt, ...);

/* verify_people.c: numbers, heads, seals. */
err check_people(struct check *k);
/* verify_log.c: leaves, tiles, trees, checkpoints. */
err check_log(struct check *k);
/* verify_deferred.c: the register of deferrals. */
err check_deferred(struct check *k);
