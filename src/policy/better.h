/* Rights and periods of a person who agreed to an older release than the one in force: the better of both
 * (DESIGN §4; TJ-7.1.b, NT-6.1.c, NT-6.2.4). `accepted` is facts.accepted_release; a release that the one in
 * force does not know as an earlier one changes nothing. */
#pragma once

#include "policy/policy.h"

/* The name of the version that was agreed to; that of r where it is no earlier one. */
const char *release_version_agreed(const struct release *r, unsigned accepted);
/* Whether all that a service does today was allowed by the version agreed to as well: it may then go on
 * serving the person. */
bool better_still_serves(const struct release *r, unsigned accepted, const char *service);
/* How long a category keeps what it took: the shorter time. 0: until its scope ends, which is the longest. */
int better_category_days(const struct release *r, unsigned accepted, const struct category *k);
/* How long the law keeps a class, in days: the shorter time. */
int better_kept_days(const struct release *r, unsigned accepted, const struct retention *k);
/* A deadline of ours, in days (reply.days, delete.days): the earlier one; `otherwise` where neither sets it.
 */
int64_t better_deadline(const struct release *r, unsigned accepted, const char *key, int64_t otherwise);
/* The values of a list that gives people something (cancel.scopes): those in either. In the arena. */
const char *const *better_offers(struct ctx *c, const struct release *r, unsigned accepted, const char *key,
				 size_t *ret_count);
/* The values of a list that takes something from them (refusal.statutory): only those in both. */
const char *const *better_grounds(struct ctx *c, const struct release *r, unsigned accepted, const char *key,
				  size_t *ret_count);
/* Whether a ground may take the place of consent, or of an answer, against this person: both must list it. */
bool better_exception(const struct release *r, unsigned accepted, const struct exception *e,
		      enum exception_context where);

/* Whether `after` leaves people a right less, or a longer period, than `before`: such a change binds nobody
 * who has not agreed expressly (TJ-7.1.b). */
bool release_reduces(const struct release *before, const struct release *after);
