/* Incidents with personal data: the plan with its steps, the notice to the people affected, the report to the
 * supervisor (TJ-5.5.a to d, NT-3.3.4.a to h). An incident closes only when every step is done, everybody
 * affected was told, and the report is on record. */
#pragma once

#include "jobs/jobs.h"
#include "ops/staff.h"

struct incident {
	int64_t id, found_at_ms, opened_at_ms, told_at_ms, told_all_at_ms, closed_at_ms;
	int64_t walk_after, people, by_message;
	const char *kind, *category, *state, *opened_by, *closed_by;
	const char *facts, *effect, *measures, *self_protection, *remedies, *public_reason;
};
typedef err (*incident_fn)(struct ctx *c, const struct incident *i, void *arg);
/* Newest first, at most `limit`, below id `before` (0: from the newest). */
err incident_list(struct ctx *c, int64_t before, int limit, incident_fn fn, void *arg);
/* Those that were told in public, since then. Newest first. */
err incident_public(struct ctx *c, int64_t since_ms, incident_fn fn, void *arg);
/* ERR_NOT_FOUND. */
err incident_get(struct ctx *c, int64_t id, struct incident *ret);

/* Opens the plan: every step gets the owner and its time. Needs kind, facts and owner; category "" means
 * everybody. */
err incident_open(struct ctx *c, const char *by, const char *owner, struct incident *i);

struct incident_step {
	const char *step, *name, *owner, *note, *receiver, *document, *done_by;
	int64_t due_at_ms, done_at_ms;
};
typedef err (*incident_step_fn)(struct ctx *c, const struct incident_step *s, void *arg);
err incident_steps(struct ctx *c, int64_t id, incident_step_fn fn, void *arg);
/* The report needs receiver and document. The step "tell" is done by incident_tell. ERR_CONFLICT: done
 * before. */
err incident_step_done(struct ctx *c, const char *by, int64_t id, const struct incident_step *s);

/* Sends the notice, once. The parts that the city demands (incident.parts) must be there. public_reason: why
 * it is told in public as well, "" when it is not. */
err incident_tell(struct ctx *c, const char *by, const struct incident *notice);
/* ERR_CONFLICT names what is missing. */
err incident_close(struct ctx *c, const char *by, int64_t id);

const char *incident_kind_name(const char *kind); /* NULL: no such kind */
/* Job "incident_tell": ref_id is the incident. */
err incident_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);

/* Job "told_end": the account ended, and with it what was told. */
err told_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);

/* What a person was told of: ids of incidents and of ends. Newest first, below `before` (0: from the newest),
 * at most limit. */
typedef err (*told_fn)(struct ctx *c, int64_t source_id, void *arg);
err told_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, told_fn fn, void *arg);
