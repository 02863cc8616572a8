/* Personal wishes: language, place and level of help (TJ-1.2.1.2). Kept sealed with the profile while the
 * person wants it; deleted, everything is as for anybody. Where the city has no service "personal_wishes" the
 * functions refuse. */
#pragma once

#include "services/form.h"

struct wishes {
	const char *language, *place, *help; /* in the arena; NULL: no wish */
};
/* An entry unless there is none. */
err wishes_get(struct ctx *c, int64_t subject_id, struct wishes *ret);
/* Sets those that are not NULL. ERR_INVALID: a language or level that the city does not offer
 * (wishes.languages, wishes.help). */
err wishes_put(struct ctx *c, int64_t subject_id, const struct wishes *w);
err wishes_delete(struct ctx *c, int64_t subject_id);
