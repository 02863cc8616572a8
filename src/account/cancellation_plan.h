/* What an end ends, and what the law keeps; inside the module only. */
#pragma once

#include "account/account.h"
#include "consent/locks.h"

struct portion { /* the items of one record in use under one scope */
	const char *scope;
	int64_t record_id;
	struct itemset items;
};

struct plan {
	struct portion *portions;
	size_t portion_count;
	struct ending *ends, *keeps;
	size_t end_count, keep_count;
	struct locks locks; /* what is closed to deleting is kept as well (TJ-4.4.f) */
	unsigned accepted; /* the release that the person agreed to: the better periods hold (policy/better.h)
			    */
};

err plan_make(struct ctx *c, int64_t subject_id, struct plan *ret);
/* Reseals what the law keeps, then ends the keys and rows of everything else. */
err plan_carry_out(struct ctx *c, int64_t subject_id, const struct plan *p);
/* The class under which the record of processing is kept, or NULL: it ends with the rest. */
const struct retention *audit_kept(const struct ctx *c);
int64_t retention_until_ms(const struct ctx *c, unsigned accepted, const struct retention *r);
