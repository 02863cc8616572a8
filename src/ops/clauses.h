/* What officers write about single clauses of the policy: reading notes, published at the clause, and
 * decisions in matters that the policy may not settle.
 *
 * A note explains; no decision of the gate ever looks at it (TJ-10.4). A city whose policy does not keep the
 * last word on its reading (interpretation.right) publishes none. A decision rests on a clause, or names the
 * law, the business rule or the custom that it follows (TJ-10.3). */
#pragma once

#include "ops/staff.h"

enum { CLAUSE_TEXT_MIN = 4, CLAUSE_TEXT_MAX = 400 };

struct clause_note {
	int64_t id, written_at_ms, ended_at_ms; /* ended_at_ms 0: stands */
	const char *clause, *text, *written_by, *role, *ended_by;
};
typedef err (*clause_note_fn)(struct ctx *c, const struct clause_note *n, void *arg);
/* In the order in which they were written, those taken back too. */
err clause_notes(struct ctx *c, clause_note_fn fn, void *arg);
/* By a policy officer. ERR_INVALID: not a clause of this policy, or a note that would cut a right that the
 * clause gives (interpretation.rights, interpretation.limits): that takes a new version. ERR_REFUSED: the
 * city keeps no such right. */
err clause_note_add(struct ctx *c, const struct staff *s, struct clause_note *n);
/* ERR_NOT_FOUND when it does not stand. */
err clause_note_end(struct ctx *c, const struct staff *s, int64_t id);
/* Whether the policy in force names the clause. */
bool clause_named(const struct release *r, const char *clause);

struct clause_decision {
	int64_t id, decided_at_ms;
	const char *matter, *decision, *decided_by;
	const char *basis;  /* clause, law, rule, custom */
	const char *source; /* the clause, or the title and place of law, rule or custom */
};
typedef err (*clause_decision_fn)(struct ctx *c, const struct clause_decision *d, void *arg);
/* Newest first, below id `before` (0: from the newest). */
err clause_decisions(struct ctx *c, int64_t before, int limit, clause_decision_fn fn, void *arg);
/* ERR_INVALID with its field where it rests on nothing. */
err clause_decision_add(struct ctx *c, const struct staff *s, struct clause_decision *d);
