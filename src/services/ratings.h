/* What people think of a service: one rating per person and service, given by somebody who is logged in
 * (TJ-1.1.2.g), public only as long as that person wants it to be (TJ-2.3.1.b).
 *
 * A rating is one item in the vault, taken under the internal service "service_rating"; a city whose policy
 * does not declare that service takes none. Making it public is a use of the ground that the person chose to
 * publish, without any officer: the gate judges it, the entry tells it, and the sealed copy on the page opens
 * only while the rating itself is held. */
#pragma once

#include "services/form.h"

struct job;

enum { RATING_STARS_MAX = 5, RATING_TEXT_MAX = 150 };

/* Under which name it is public. */
enum rating_shown { RATING_NOT_SHOWN, RATING_ANONYMOUS, RATING_NAME, RATING_USERNAME };
const char *rating_shown_word(enum rating_shown shown); /* "none", "anonymous", "name", "username" */

struct rating {
	int64_t id, at_ms;   /* at_ms: given; on the public page: made public */
	const char *service; /* its key */
	int stars;
	const char *text; /* NULL: none */
	enum rating_shown shown;
	const char *name; /* on the public page: the chosen name */
};
typedef err (*rating_fn)(struct ctx *c, const struct rating *r, void *arg);

/* The policy in force lets ratings be given. */
bool rating_is_taken(const struct ctx *c);
/* Gives a rating, or another one in its place, which is not public. ERR_INVALID for stars and text;
 * ERR_NOT_FOUND for the service; ERR_REFUSED where the policy declares no ratings. */
err rating_give(struct ctx *c, int64_t subject_id, struct slice service, int stars, struct slice text);
/* Makes it public under a name, or takes it off (RATING_NOT_SHOWN). ERR_NOT_FOUND: there is none;
 * ERR_CONFLICT for a minor, whose data are not published by choice (TJ-6.3.a). */
err rating_show(struct ctx *c, int64_t subject_id, struct slice service, enum rating_shown shown);
err rating_delete(struct ctx *c, int64_t subject_id, struct slice service);
/* One's own, the newest first; one entry for the whole list. */
err rating_own(struct ctx *c, int64_t subject_id, rating_fn fn, void *arg);
/* What everybody reads of one service, newest first, below id `before` (0: from the newest). A row that does
 * not open any more is passed over. ERR_NOT_FOUND where there are no ratings. */
err rating_public(struct ctx *c, struct slice service, int64_t before, int limit, rating_fn fn, void *arg);

/* The rows of a person who left. A job: kind "ratings_end". */
err ratings_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
