/* Telling people, one by one, of what concerns them: an incident, or the end of a service. */
#pragma once

#include "jobs/jobs.h"
#include "policy/policy.h"

struct telling {
	int64_t source_id;
	const char *category,
		*service; /* whom: who has something of that category, or service; NULL: everybody */
	const char *text; /* for a short message; NULL: in the app only */
	const char *note; /* what the person reads in the list of uses: why the number was used */
};
struct told {
	int64_t after; /* up to whom */
	int64_t people, by_message;
	bool finished;
};

/* Tells the next people after `after`, at most a batch; nobody twice. By a short message where there is a
 * number that may be used for it, else in the app (NT-3.3.4.f). */
err tell_people(struct ctx *c, const struct telling *t, int64_t after, struct told *ret);
