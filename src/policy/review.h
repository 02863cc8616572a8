/* The way of a draft to publication: draft, submitted, approved by a second officer, published; or rejected,
 * withdrawn, replaced by another draft. The officer is c->actor (ACTOR_STAFF); the caller checked the role.
 *
 * Each change of state is one conditional statement, so that of two officers who act at once one wins; the
 * other gets ERR_CONFLICT with who did what, and when. Every step stays on record. A draft is compared with
 * the newest published release; once another is published, it must be compared, submitted and approved anew.
 */
#pragma once

#include "policy/diff.h"

enum { MARKS_MAX = 8, REVIEW_REASON_MIN = 4, REVIEW_TEXT_MAX = 2000 };

/* How long before it binds a release is published at least, so that every server has loaded it by then. */
enum { REVIEW_LEAD_MS = 15 * 1000 };

struct review {
	unsigned number, base_number, from_number; /* from_number 0: none */
	const char *state, *summary;		   /* summary: what citizens are told, or NULL */
	const char *version, *hash, *published_by;
	int64_t submitted_by, created_ms, published_ms, effective_ms;
};

/* A change that officers rate as major, beyond what the rules tell (NT-6.2.0, NT-6.2.2, NT-6.2.6, NT-6.2.7).
 */
struct review_mark {
	enum policy_major major;
	const char *reason;
};

struct review_step {
	const char *
		action; /* drafted, submitted, approved, rejected, published, withdrawn, compared, replaced */
	const char *officer, *note;
	int64_t officer_id, at_ms;
};

/* Stores the release as a draft. from_number: the release whose text was changed, or 0; when that is a draft
 * itself, the new one takes its place. ERR_CONFLICT: the same text is there already, or from_number is being
 * reviewed. */
err review_draft(struct ctx *c, const struct release *r, unsigned from_number, const char *note,
		 unsigned *ret_number);

/* ERR_NOT_FOUND. */
err review_get(struct ctx *c, unsigned number, struct review *ret);
/* Neither published nor given up. */
bool review_is_open(const struct review *r);
typedef err (*review_fn)(struct ctx *c, const struct review *r, void *arg);
err review_list(struct ctx *c, review_fn fn, void *arg); /* newest first */
typedef err (*review_step_fn)(struct ctx *c, const struct review_step *s, void *arg);
/* Of the number and of those it came from, oldest first. */
err review_steps(struct ctx *c, unsigned number, review_step_fn fn, void *arg);
/* The release of any state, parsed. The caller drops it. */
err review_release(struct ctx *c, unsigned number, struct release **ret);

/* What changed from one release to a later one: rule by rule, and what officers rated as major. */
err review_changes(struct ctx *c, const struct release *before, const struct release *after,
		   struct policy_change **ret);

struct review_submission {
	const char *summary; /* NULL: none; a major change demands one (NT-6.2) */
	const char *note;
	bool rated_minor; /* refused when a listed kind occurs (NT-6.2.0) */
	struct review_mark marks[MARKS_MAX];
	size_t mark_count;
};
err review_submit(struct ctx *c, unsigned number, const struct review_submission *s);
/* ERR_NOT_YOURS for the one who submitted it. */
err review_approve(struct ctx *c, unsigned number, const char *note);
err review_reject(struct ctx *c, unsigned number, const char *reason);
err review_withdraw(struct ctx *c, unsigned number, const char *note);
/* Compares with the newest published release: the draft gets a new number and starts again. */
err review_compare(struct ctx *c, unsigned number, unsigned *ret_number);
/* effective_ms: midnight of a day, or 0 for as soon as every server knows it. Never before REVIEW_LEAD_MS
 * from now, nor before the release that it follows. */
err review_publish(struct ctx *c, unsigned number, int64_t effective_ms, const char *note,
		   int64_t *ret_effective_ms);

/* "draft" → "草稿". */
const char *review_state_name(const char *state);
const char *review_action_name(const char *action);
