/* Organisational duties of the policy (policy.h: struct duty): what was done when, by which document, and
 * what is due.
 *
 * A duty with every_days 0 is done at its event and has no due day. A duty of each staff member (`each:
 * staff`) must be on record for every one whose work shows personal data; without it that work is refused
 * (TJ-5.3.c, NT-3.3.3.c). */
#pragma once

#include "ops/staff.h"

enum { DUTY_SOON_DAYS = 14 };

enum duty_state { DUTY_CURRENT, DUTY_SOON, DUTY_EXPIRED, DUTY_EVENT };
/* "current", "soon", "expired", "event" */
const char *duty_state_word(enum duty_state s);

struct duty_status {
	const struct duty *duty;
	enum duty_state state;
	int64_t done_on_ms, due_on_ms; /* of whom it is due first; 0: never, none */
	const char *const *missing;    /* names of staff without a record in force; only of `each: staff` */
	size_t missing_count;
};

/* All duties of the policy in force, in its order; the array lives in the arena. */
err duties_status(struct ctx *c, struct duty_status **ret, size_t *ret_count);

struct duty_record {
	int64_t id, done_on_ms, recorded_at_ms;
	const char *duty, *staff, *note, *document, *recorded_by;
};
typedef err (*duty_record_fn)(struct ctx *c, const struct duty_record *r, void *arg);
/* Newest first. ERR_NOT_FOUND: no such duty. */
err duty_records(struct ctx *c, const char *duty, duty_record_fn fn, void *arg);
/* recorded_by and recorded_at are set here. A day in the future, an unknown duty, or a staff member whom it
 * does not concern is ERR_INVALID with its field. */
err duty_record_add(struct ctx *c, const char *by, struct duty_record *r);

/* Whose work shows personal data, so that the duties of each staff member are theirs. */
bool duties_concern(const struct staff *s);
/* Every duty of each staff member, done on that day: for `staff add --duties-done`. */
err duties_of_new_staff(struct ctx *c, const char *login, struct slice day);
/* ERR_REFUSED with the duty's clause when one of the staff member's own duties is not in force. */
err duties_must_hold(struct ctx *c, const struct staff *s);
