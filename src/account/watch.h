/* Events of security, as the console lists them: what was tried, by which rule it was recognised, and the
 * measure that was taken (TJ-1.2.1.4.c, TJ-1.2.1.4.d). They name no person; a source is a keyed hash of an
 * address, short enough to be read, so that an officer sees what belongs together. */
#pragma once

#include "store/store.h"

struct watch_event {
	const char *kind;    /* see watch_kind_name */
	const char *rule;    /* by which it was recognised: a word */
	const char *measure; /* see watch_measure_name */
	const char *address; /* of the peer; NULL: from inside */
};
/* The same from the same source within ten minutes counts up. What went wrong in c before stays as it is, and
 * a store that does not take it changes no answer. */
void watch_note(struct ctx *c, const struct watch_event *e);

struct watched {
	int64_t id, count, first_at_ms, last_at_ms;
	const char *kind, *rule, *measure, *source;
};
typedef err (*watched_fn)(struct ctx *c, const struct watched *w, void *arg);
/* Newest first, below id `before` (0: from the newest). */
err watch_list(struct ctx *c, int64_t before, int limit, watched_fn fn, void *arg);

/* As officers read them; NULL: no such word. */
const char *watch_kind_name(const char *kind);
const char *watch_rule_name(const char *rule);
const char *watch_measure_name(const char *measure);
