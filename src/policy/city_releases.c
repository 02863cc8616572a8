#include "policy/city_releases.h"
#include "policy/model.h"
#include <stdlib.h>

static int by_effective(const void *a, const void *b)
{
	const struct release *x = *(struct release *const *)a, *y = *(struct release *const *)b;

	return (x->effective_ms > y->effective_ms) - (x->effective_ms < y->effective_ms);
}

void city_releases_drop(struct city_releases *l)
{
	for (size_t i = 0; i < l->count; i++)
		release_drop(l->rows[i]);
}

err city_releases_load(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		       struct city_releases *ret)
{
	const char *const *versions;
	size_t count;

	TRY(release_versions(c, dir, city, &versions, &count));
	if (count == 0) { /* release_load says what is missing */
		TRY(release_load(c, dir, city, ret_complaints, &ret->rows[0]));
		ret->count = 1;
		return OK;
	}
	for (size_t i = 0; i < count && i < CITY_RELEASES_MAX; i++) {
		TRY(release_load_version(c, dir, city, versions[i], ret_complaints, &ret->rows[ret->count]));
		ret->count++;
	}
	qsort(ret->rows, ret->count, sizeof *ret->rows, by_effective);
	return OK;
}

err city_processings(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		     city_processing_fn fn, void *arg)
{
	__attribute__((cleanup(city_releases_drop))) struct city_releases all = {0};
	struct assessment_file file;

	TRY(city_releases_load(c, dir, city, ret_complaints, &all));
	TRY(assessment_file_read(c, dir, city, ret_complaints, &file));
	for (size_t i = 0; i < all.count; i++) {
		struct processing_list fresh =
			processing_new(c->arena, i ? all.rows[i - 1] : NULL, all.rows[i]);
		enum assessed *states = ARENA_ARRAY(c->arena, enum assessed, fresh.count + 1);
		assessment_file_states(c->arena, &file, &fresh, states);
		for (size_t k = 0; k < fresh.count; k++)
			TRY(fn(c, &fresh.rows[k], states[k], arg));
	}
	return OK;
}
