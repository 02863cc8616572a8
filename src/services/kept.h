/* What the app remembers for a person: words searched for, services marked, services used. Each is a sealed
 * row of its own; each kind goes with a switch of the person and a setting of the city (NT-1.2.1.4.a to .d,
 * TJ-1.2.1.5). Where the setting is off the routes refuse: the policy does not declare it. */
#pragma once

#include "services/form.h"

enum kept_kind { KEPT_SEARCH, KEPT_FAVORITE, KEPT_VISITED };

/* ERR_REFUSED (not_declared) where the city does not know it. *ret: the person lets it be remembered. */
err kept_on(struct ctx *c, int64_t subject_id, enum kept_kind kind, bool *ret);

struct kept {
	const char *value; /* the word, or the key of a service */
	int64_t record_id, at_ms;
	int times; /* how often it is remembered */
};
/* Each value once, the newest first; in the arena. Reading is an entry unless there is nothing. */
err kept_list(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct kept **ret, size_t *ret_count);
/* Remembers, unless the person switched it off. The oldest beyond the limit of the kind go. */
err kept_add(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct slice value);
/* What of the use of a service is remembered (KEPT_VISITED), to be written with the use itself; *ret_any
 * false: nothing, because the city, the device or the person does not want it (TJ-1.2.1.3.a, TJ-1.1.26.2). */
err kept_visit(struct ctx *c, const struct facts *f, struct head *h, const struct service *used,
	       struct vault_collection *ret, bool *ret_any);
/* Forgets one value (p NULL: all), with an entry. */
err kept_forget(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct slice value);

/* The switch "history" or "personal": turning it off forgets in the same transaction what was remembered
 * (NT-1.2.1.4.d). ERR_REFUSED where the city does not know it. */
err kept_switch(struct ctx *c, int64_t subject_id, const char *name, bool on);
