/* Between ratings.c and ratings_public.c. */
#pragma once

#include "services/ratings.h"

#define RATING_SERVICE "service_rating"
#define RATING_ITEM "service_rating"

enum { RATING_TRIES = 4 };

/* ERR_REFUSED where the policy declares no ratings: an entry for the person (0: nobody). */
err rating_declared(struct ctx *c, int64_t subject_id, const struct service **ret);
/* ERR_NOT_FOUND for what the catalogue does not have. */
err rating_target(struct ctx *c, struct slice key, const struct service **ret);
const char *rating_scope(struct ctx *c, const struct service *s);
/* All of a person's, without what was said; in the arena. */
err rating_rows(struct ctx *c, int64_t subject_id, struct rating **ret, size_t *ret_count);
/* The row, or id 0. */
err rating_find(struct ctx *c, int64_t subject_id, const char *service, struct rating *ret);
/* "5分，很好用" and back. */
void rating_parse(struct ctx *c, struct slice value, struct rating *ret);
