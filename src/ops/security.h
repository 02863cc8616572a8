/* How data are protected, as anybody may see it: the controls that the city lists with their standards
 * (setting security.controls), each with what its own check found last; how many attempts without the right
 * were refused; the filing of the classified protection (TJ-5.1.a, TJ-5.1.e, TJ-5.1.f, NT-0.3.b, NT-3.3.1.a,
 * NT-3.3.2.d). A control that nothing checks, or whose check is older than SECURITY_FRESH_MS, has not passed.
 */
#pragma once

#include "jobs/jobs.h"
#include "ops/staff.h"

enum { SECURITY_FRESH_MS = 48 * 3600 * 1000, SECURITY_DAYS = 30 };

/* What only the serving process knows. */
struct security_env {
	bool serving;	    /* the rest is known */
	bool open_in_clear; /* it listens beyond this machine without TLS before it */
	bool hsts;	    /* its answers demand TLS of browsers from then on */
	/* Runs known attack patterns against the reader of requests. */
	void (*attacks)(int *ret_tried, int *ret_blocked);
};

struct security_control {
	const char *key, *name, *standard;
	const char *phase;  /* collect, use, store, send, manage */
	const char *state;  /* "pass", "fail", "unchecked" */
	const char *detail; /* what was found, or "" */
	int64_t checked_at_ms;
};
/* The city's list with the newest results, in its order; in the arena. */
err security_controls(struct ctx *c, struct security_control **ret, size_t *ret_count);
/* Runs every check of the city's list and keeps the results. Checks that need what env does not know keep
 * their last result. */
err security_check(struct ctx *c, const struct security_env *env);

/* ---- refused attempts: a kind and a number, nothing of who made them ---- */
enum attempt {
	ATTEMPT_ACCESS,
	ATTEMPT_PUBLISH,
	ATTEMPT_USE,
	ATTEMPT_CHANGE,
	ATTEMPT_DAMAGE,
	ATTEMPT_LOSS,
	ATTEMPT_LEAK,
	ATTEMPT_ATTACK,
	ATTEMPT_KINDS
};
const char *attempt_key(enum attempt a);
const char *attempt_name(enum attempt a);
err attempts_add(struct ctx *c, const int64_t more[static ATTEMPT_KINDS]);
/* Of the last SECURITY_DAYS days. */
err attempts_sum(struct ctx *c, int64_t ret[static ATTEMPT_KINDS]);

/* ---- backups ---- */
err backup_noted(struct ctx *c);

/* ---- the filing ---- */
struct security_filing {
	int64_t id, level, filed_on_ms, assessed_on_ms, valid_until_ms, recorded_at_ms;
	const char *number, *recorded_by;
};
/* The newest; id 0: none is on record. */
err security_filing_last(struct ctx *c, struct security_filing *ret);
/* ERR_INVALID with its field; a city that states no level (security.level) files none. */
err security_filing_add(struct ctx *c, const struct staff *s, struct security_filing *f);

/* ---- breaches of confidentiality agreements (NT-3.3.3.e) ---- */
struct breach {
	int64_t id, staff_id, opened_at_ms, closed_at_ms;
	const char *login, *facts, *opened_by, *outcome, *note, *closed_by;
};
typedef err (*breach_fn)(struct ctx *c, const struct breach *b, void *arg);
err breach_list(struct ctx *c, breach_fn fn, void *arg);
/* Opens the case and ends account and sessions of the staff member in the same transaction. */
err breach_open(struct ctx *c, const struct staff *s, const char *login, const char *facts,
		struct breach *ret);
/* outcome: warned, dismissed, liable or unfounded; only unfounded gives the account back. ERR_INVALID without
 * outcome and what was found. */
err breach_close(struct ctx *c, const struct staff *s, int64_t id, const char *outcome, const char *note);
