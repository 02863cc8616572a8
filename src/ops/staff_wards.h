/* Guardians' papers and reports, for the privacy officer: masked values, pictures for a reason that the
 * guardian reads, a decision with a reason. */
#pragma once

#include "ops/staff.h"
#include "services/wards.h"

/* Masked values of a task; one entry in the guardian's list for each view. */
err staff_ward_open(struct ctx *c, const struct staff *s, int64_t ward_id, struct guardian_task *ret_task,
		    struct ward *ret, held_fn fn, void *arg);
/* One picture. reason: at least STAFF_REASON_MIN characters; the guardian reads it. */
err staff_ward_paper(struct ctx *c, const struct staff *s, int64_t ward_id, int64_t attachment_id,
		     struct slice reason, struct attachment *ret, struct secret *ret_bytes);
/* ERR_CONFLICT for the officer who recorded the report by telephone: another one decides. */
err staff_ward_decide(struct ctx *c, const struct staff *s, int64_t ward_id, bool approve,
		      struct slice reason, struct ward *ret);
err staff_ward_report(struct ctx *c, const struct staff *s, struct slice number, struct slice phone,
		      struct slice reason, struct ward *ret);
err staff_may_review(struct ctx *c, const struct staff *s);
