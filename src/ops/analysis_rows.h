/* The rows of a de-identified set: one for each person, under a code of random bytes (analysis.h).
 *
 * Neither the codes nor the order of the rows come from the person: while people are gone through, rows wait
 * in a draft, and move into the set in the order of their codes. Where a way back is kept, a row of the key
 * table goes with each: keyed hashes of code and person, and the person sealed under the key of the set. With
 * rows and database, but without the key store, nothing leads back (NT-A.8). */
#pragma once

#include "account/account.h"
#include "ops/analysis.h"

enum { CODED_MAX = 100, CODE_BYTES = 16, CODE_SIZE = 27, ANALYSIS_ROWS_PAGE = 1000 };

struct coded {
	char code[CODE_SIZE];
	const char *common;
	uint8_t person[HASH_SIZE], hash[HASH_SIZE];
	struct slice sealed; /* empty: no way back is kept */
};

/* At most CODED_MAX people; in the order of their codes. */
err coded_prepare(struct ctx *c, const struct analysis *a, const int64_t *subjects, const char *const *common,
		  size_t count, struct coded **ret);
err coded_rows(struct ctx *c, struct tx *tx, const struct analysis *a, const struct coded *list,
	       size_t count);
/* One more step of what follows when everybody is in the draft: rows of groups below `least` go with their
 * keys, the others move into the set. */
err coded_settle(struct ctx *c, const struct analysis *a, int64_t least, bool *ret_finished);

/* The rows of a set that passed, after that position, at most a page; ERR_REFUSED of one that did not. */
struct analysis_row {
	int64_t position;
	const char *code, *common;
};
typedef err (*analysis_row_fn)(struct ctx *c, const struct analysis_row *r, void *arg);
err analysis_rows(struct ctx *c, const struct analysis *a, int64_t after, analysis_row_fn fn, void *arg);

/* The key of a set is a key of the key store that belongs to no person. */
#define ANALYSIS_KEY_SCOPE "analysis"
void analysis_code_hash(struct ctx *c, int64_t set_id, struct slice code, uint8_t ret[static HASH_SIZE]);
void analysis_person_hash(struct ctx *c, int64_t subject_id, uint8_t ret[static HASH_SIZE]);
struct slice analysis_key_bound(struct ctx *c, int64_t set_id, const uint8_t hash[static HASH_SIZE]);
