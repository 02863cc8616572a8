/* Accounts that ended, as long as the law keeps something of them. */
#pragma once

#include "base/ctx.h"

/* An ended account by its certificate, for a query of what the law keeps of it (TJ-4.2.1.f): until the last
 * of that ends. ERR_NOT_FOUND; ERR_GONE when nothing is kept any more. */
err account_ended_find(struct ctx *c, int64_t certificate_id, int64_t *ret_subject_id);
