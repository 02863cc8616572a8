/* Which sentences of the text changed between two releases, chapter by chapter. */
#pragma once

#include "policy/policy.h"

struct passage {
	const char *chapter;	    /* its title in the newer release, or in the older one where it is gone */
	const char *before, *after; /* sentences that follow each other; NULL: none there */
	struct passage *next;
};

/* In the order of the newer text, in the arena; NULL when no sentence changed. Marks of emphasis are left
 * out. */
struct passage *policy_passages(struct ctx *c, const struct release *before, const struct release *after);
