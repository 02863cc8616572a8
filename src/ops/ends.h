/* Planned ends of a service or of the whole app: announced ahead of time (termination.days), told to the
 * people concerned and in public, and carried out on their day: nothing is taken any more, and what is held
 * ends (TJ-5.4.a, TJ-5.4.b, TJ-7.2.e, NT-3.1.d, NT-3.1.e, NT-3.3.6.b to d, NT-4.6.a, NT-4.6.b). */
#pragma once

#include "jobs/jobs.h"
#include "ops/staff.h"
#include "policy/policy.h"

struct service_end {
	int64_t id, ends_at_ms, announced_at_ms, withdrawn_at_ms, told_all_at_ms, done_at_ms;
	int64_t walk_after, told_people, people, left_items;
	int64_t officer_id, agreed_at_ms; /* who proposed it; 0: waits for a second officer */
	const char *service, *reason, *announced_by, *agreed_by; /* service "": the whole app */
};
typedef err (*service_end_fn)(struct ctx *c, const struct service_end *e, void *arg);
/* Newest first, below `before` (0: from the newest), at most limit. */
err service_end_list(struct ctx *c, int64_t before, int limit, service_end_fn fn, void *arg);
/* What the public is told: agreed to, not taken back, its day not before `since`. Newest first. */
err service_end_shown(struct ctx *c, int64_t since_ms, service_end_fn fn, void *arg);
/* Too near a day, an unknown service or a missing reason is ERR_INVALID with its field; ERR_CONFLICT:
 * announced already. The end of the whole app is only proposed by it. */
err service_end_announce(struct ctx *c, const struct staff *by, struct service_end *e);
/* The second officer, another account: from now on the end of the app stands, and everybody is told. Too near
 * a day by now: ERR_INVALID. ERR_CONFLICT: it does not wait, or for the officer who proposed it. */
err service_end_agree(struct ctx *c, const struct staff *by, int64_t id, struct service_end *ret);
/* What its notice is called. */
const char *service_end_title(struct ctx *c, const struct service_end *e);
/* Before its day; ERR_CONFLICT afterwards. */
err service_end_withdraw(struct ctx *c, int64_t id);

/* Jobs "service_end_tell" and "service_end_run": ref_id is the end. */
err service_end_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err service_end_run_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
