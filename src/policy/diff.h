/* What changed between two releases, rule by rule, in words for citizens, and which of the seven major kinds
 * each change is (NT-6.2.1 to NT-6.2.7). A city without such a list still learns which would be major. */
#pragma once

#include "policy/policy.h"

enum policy_major {
	MAJOR_NONE,
	MAJOR_MODEL,	    /* NT-6.2.1: purposes, kinds of data, way of use */
	MAJOR_ORGANISATION, /* NT-6.2.2: who holds the data */
	MAJOR_RECIPIENTS,   /* NT-6.2.3: who receives them */
	MAJOR_RIGHTS,	    /* NT-6.2.4: rights and how to use them */
	MAJOR_CONTACT,	    /* NT-6.2.5: responsible unit, contact, complaints */
	MAJOR_RISK,	    /* NT-6.2.6: an assessment shows high risk; never read from the rules alone */
	MAJOR_OTHER,	    /* NT-6.2.7: other weighty effects on rights */
	MAJOR_COUNT,
};

struct policy_change {
	enum policy_major major;
	const char *text; /* one sentence, Chinese */
	struct policy_change *next;
	bool rated; /* major because officers rate it so, beyond what the rules show */
};

/* The changes in the order of the policy, in the arena; NULL when nothing changed. Both releases are of one
 * city. */
struct policy_change *policy_diff(struct ctx *c, const struct release *before, const struct release *after);

/* "NT-6.2.1", and what the kind is called; NULL and "一般变更" for MAJOR_NONE. */
const char *policy_major_clause(enum policy_major major);
const char *policy_major_name(enum policy_major major);
/* The word for programs: "model", "organisation", "recipients", "rights", "contact", "risk", "other",
 * "minor". */
const char *policy_major_key(enum policy_major major);
/* The clause under which the city itself lists the kind (setting update.major), or NULL. */
const char *policy_major_listed(const struct release *r, enum policy_major major);

/* A service whose consents, given under the older version, the newer one no longer covers. */
struct policy_asked {
	const char *key, *name, *why; /* of the service */
	struct policy_asked *next;
};
/* Those who must be asked again: nobody else's consent ends. In the arena; keys and names live as long as
 * `after`. */
struct policy_asked *policy_ask_again(struct ctx *c, const struct release *before,
				      const struct release *after);
