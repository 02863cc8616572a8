/* Parts of a policy that officers marked void (policy: void; TJ-10.2). The rule under that clause stops: what
 * it allowed is refused. All other rules decide as before, since nothing but a permission is ever taken away.
 */
#pragma once

#include "policy/policy.h"

/* A rule that allows something, by its clause; what only restricts cannot be void. */
struct clause_rule {
	const char *clause;
	const char *kind; /* "收集", "提供", "接收方", … */
	const char *name; /* as people read it */
};
/* All of them in the order of the policy; a clause may stand under several. In the arena. */
void clause_rules(struct ctx *c, const struct release *r, struct clause_rule **ret, size_t *ret_count);

/* The base with one clause marked void from today on, or with the mark taken away (reason NULL), under a new
 * version. ERR_INVALID: nothing that could stop stands under that clause; ERR_CONFLICT: it is void already,
 * or is not. */
err release_voided(struct ctx *c, const struct release *base, const char *clause, const char *reason,
		   const char *version, struct release **ret);
