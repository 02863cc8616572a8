/* What only the running program knows about its own protection (ops/security.h). */
#pragma once

#include "ops/security.h"

/* Known attack patterns against the reader of requests: each must be refused. */
void selfcheck_attacks(int *ret_tried, int *ret_blocked);
/* The job "security_check": every night, with what serve set here. */
void selfcheck_serving(const struct security_env *env);
err selfcheck_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* Sees to it that the job stands. */
err selfcheck_schedule(struct ctx *c);
