/* Uses of a minor's items that rest on the guardian's express word (TJ-6.3.a, policy: exceptions of the
 * context minor that need the consent).
 *
 * The officers' yes only asks: the guardian who agreed to the account is told what is to be done with which
 * items on which ground, and says yes to exactly that text, after a second check, or no. What an officer
 * writes down of a guardian's opinion counts for nothing. States: guardian_asked, then guardian_declined, or
 * acting and on as any other use; withdrawn, when a publication or a use that goes on is taken back. */
#pragma once

#include "ops/exceptions.h"
#include "services/wards.h"

/* What this guardian was asked about a child, newest first. */
err ward_use_list(struct ctx *c, const struct ward *w, int64_t before, int limit, exception_fn fn, void *arg);
/* ERR_NOT_FOUND for what another guardian was asked. */
err ward_use_get(struct ctx *c, int64_t guardian_id, int64_t use_id, struct exception_use *ret);
/* Carries it out. ERR_CONFLICT when nothing is asked; ERR_INVALID for another text than what was shown;
 * ERR_REFUSED (second_check_required). */
err ward_use_agree(struct ctx *c, int64_t guardian_id, int64_t use_id, struct slice text_hash,
		   struct exception_use *ret);
/* Says no, or takes a yes back, where something can be taken back. */
err ward_use_refuse(struct ctx *c, int64_t guardian_id, int64_t use_id, struct exception_use *ret);
bool ward_use_may_withdraw(const struct exception_use *u);
