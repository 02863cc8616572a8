#pragma once

#include "account/cancellation_plan.h"

err certificate_write(struct ctx *c, int64_t certificate_id, const char *scope, const struct plan *p,
		      struct buf *ret);
