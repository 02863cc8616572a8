/* Every version of a city's policy among its files, and what has to be assessed before they can be taken up.
 */
#pragma once

#include "policy/assess.h"

enum { CITY_RELEASES_MAX = 256 };

struct city_releases {
	struct release *rows[CITY_RELEASES_MAX]; /* the oldest first, by the day from which they bind */
	size_t count;
};
/* ERR_INVALID with complaints as release_load. */
err city_releases_load(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		       struct city_releases *ret);
void city_releases_drop(struct city_releases *l);

/* Each processing that has to be assessed before an empty store takes the files up, and how it stands by the
 * assessments among them (NT-3.3.2.g). */
typedef err (*city_processing_fn)(struct ctx *c, const struct processing *p, enum assessed stands, void *arg);
err city_processings(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		     city_processing_fn fn, void *arg);
