/* From the code of a row of a de-identified set back to the person (NT-A.8).
 *
 * Only for a privacy officer who shows the second factor again and gives a reason that the person reads, and
 * only while the key table of the set stands: without the key of the set, or without the row of the person,
 * what is left is anonymised. The row of a person goes when the account ends, and when the data that the set
 * tells of are in use no more (NT-3.1.b, NT-3.1.c). */
#pragma once

#include "ops/analysis.h"

struct reversal {
	int64_t set_id;
	struct slice code, reason, totp;
};
/* The account of the person with masked values, through fn. ERR_REFUSED where the city has no such thing;
 * ERR_CONFLICT: no way back was kept; ERR_GONE: it was ended; ERR_NOT_FOUND: no such code, or not any more.
 */
err reversal_make(struct ctx *c, const struct staff *s, const struct reversal *r, held_fn fn, void *arg);
/* Destroys the key of the set, then its key table. ERR_CONFLICT: there is none. */
err reversal_key_end(struct ctx *c, const struct staff *s, int64_t set_id);

/* Inside the transaction in which a set with a key table passed its check, or failed: the job "analysis_keys"
 * looks after the table from then on, or there is none. */
err reversal_begin_rows(struct ctx *c, struct tx *tx, int64_t set_id, bool passed);
/* Job "analysis_keys": daily, ref_id is the set. Job "analysis_person_end": the account ended. */
err reversal_keys_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err reversal_person_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
