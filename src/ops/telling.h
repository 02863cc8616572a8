/* Telling people, one by one, of what concerns them: an incident, or the end of a service. */
#pragma once

#include "notify/notices.h"
#include "policy/policy.h"

struct telling {
	int64_t source_id;
	const char *category,
		*service; /* whom: who has something of that category, or service; NULL: everybody */
	const char *kind; /* of the message: "incident", "end" or "transfer" */
	struct notice_text words;
};
struct told {
	int64_t after;		    /* up to whom */
	int64_t people, by_message; /* by_message: of these who can be reached outside the app, too */
	bool finished;
};

/* Tells the next people after `after`, at most a batch; nobody twice. Each one has it in the
 * inbox, and by every way of the city that the person can be reached by (NT-3.3.4.f). */
err tell_people(struct ctx *c, const struct telling *t, int64_t after, struct told *ret);
/* Whether the person has something of that category, or service; both NULL: everybody. in_use: what only the
 * law keeps, and consents that were taken back or are over, do not count: who is told of an incident is told
 * of these as well, who is counted is not (NT-3.1.b). */
err concerned_by(struct ctx *c, const char *category, const char *service, int64_t subject_id, bool in_use,
		 bool *ret);
/* Whether the person has this notice. */
err was_told(struct ctx *c, int64_t subject_id, int64_t source_id, bool *ret);
