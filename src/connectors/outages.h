/* What the city depends on and cannot reach, and what officers cut off (TJ-5.4.c, TJ-5.5.b). Both stand in
 * the store, so that every server acts on them with its next call. */
#pragma once

#include "store/store.h"

struct outage {
	int64_t id, failures, opened_at_ms, last_at_ms, recovered_at_ms; /* recovered_at_ms 0: it lasts */
	const char *authority, *cause, *classed_by, *note;
};
typedef err (*outage_fn)(struct ctx *c, const struct outage *o, void *arg);
/* Newest first, at most `limit`, below id `before` (0: from the newest). */
err outage_list(struct ctx *c, int64_t before, int limit, outage_fn fn, void *arg);
/* The one that lasts; *ret_any false: there is none. */
err outage_of(struct ctx *c, const char *authority, struct outage *ret, bool *ret_any);
/* The cause as an officer found it. ERR_INVALID: no such class; ERR_NOT_FOUND. */
err outage_class(struct ctx *c, int64_t id, const char *cause, const char *note, const char *by);
const char *outage_cause_name(const char *cause); /* NULL: no such class */

/* From within the connectors: a failure that is more than a slip; a call that went well again. */
err outage_note(struct ctx *c, const char *authority, const char *cause);
err outage_recover(struct ctx *c, const char *authority);

/* kind: "connector", "role". */
struct cut {
	const char *kind, *key, *reason, *by;
	int64_t at_ms;
	int64_t record_id; /* of one that cut_record_list tells */
};
err cut_holds(struct ctx *c, const char *kind, const char *key, bool *ret);
/* ERR_CONFLICT: cut already; or not cut. Both leave a record. */
err cut_put(struct ctx *c, const struct cut *cut);
err cut_lift(struct ctx *c, const struct cut *cut);
/* Kept for good, of what is done at once and does not last: "session". */
err cut_note(struct ctx *c, const struct cut *cut, const char *action);
typedef err (*cut_fn)(struct ctx *c, const struct cut *cut, const char *action, void *arg);
err cut_list(struct ctx *c, cut_fn fn, void *arg); /* those that hold; action NULL */
/* What was done, "cut" or "lift": newest first, below `before` (0: from the newest), at most limit. */
err cut_record_list(struct ctx *c, int64_t before, int limit, cut_fn fn, void *arg);
