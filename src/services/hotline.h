/* What happens to an appeal after it was filed, each step a job:
 *
 *  hotline_triage   the hotline centre gets the text alone and names the department
 *  hotline_deliver  that department, and no other, gets the five items, the text and the photos
 * (NT-1.2.1.3.b) hotline_poll     its reply and its call back come home (NT-1.2.1.3.c)
 *
 * Every sending is gated anew: a consent withdrawn in between stops the case where it stands. */
#pragma once

#include "jobs/jobs.h"

err hotline_triage(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err hotline_deliver(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err hotline_poll(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
