/* Items that a person may not view, change or delete alone, each marked by two officers with the cause and a
 * day of its end (ops/exceptions.h sets them; TJ-4.4.f, NT-4.1.a).
 *
 * A mark closes exactly the acts that it names, on exactly that item, for one person or for everybody; what
 * is not marked stays as it was. It binds only the person's own rights: what is done with the item otherwise
 * follows the gate. A mark whose ground the policy no longer lists closes nothing. */
#pragma once

#include "consent/consent.h"
#include "vault/vault.h"

enum lock_act { LOCK_VIEW, LOCK_CHANGE, LOCK_DELETE, LOCK_ACTS };
/* Marks of one person, and of everybody, that may stand at a time. What stands is read whatever its number.
 */
enum { LOCK_ITEMS_MAX = 256 };

struct item_lock {
	int64_t use_id, set_at_ms, until_ms;
	const struct item *item;
	const struct exception *ground;
	unsigned acts;	      /* bit per lock_act */
	const char *cause;    /* in words */
	const char *officers; /* who set it; NULL under a duty of secrecy */
	bool everybody;
};

struct locks {
	struct item_lock *list;
	size_t count;
	struct itemset closed[LOCK_ACTS];
};

/* "view", "change", "delete", and in the words of a page. */
extern const char *const lock_act_words[LOCK_ACTS];
extern const char *const lock_act_names[LOCK_ACTS];

/* What is closed for the person now. */
err locks_load(struct ctx *c, int64_t subject_id, struct locks *ret);
/* The first mark that closes the act on the item, or NULL. */
const struct item_lock *lock_of(const struct locks *l, const struct item *it, enum lock_act act);
/* ERR_REFUSED (locked, with cause and clause) when the act is closed on any of the items. */
err locks_refuse(struct ctx *c, const struct locks *l, const struct itemset *items, enum lock_act act);
/* Both in one. */
err lock_check(struct ctx *c, int64_t subject_id, const struct itemset *items, enum lock_act act);

/* Before a deletion of the person: of what goes (fn; NULL: everything in use), the values that are closed to
 * deleting leave use and are kept under the ground of their mark to the day of its end. */
typedef bool (*lock_goes_fn)(const struct held *h, void *arg);
err locks_keep(struct ctx *c, int64_t subject_id, const struct locks *l, lock_goes_fn goes, void *arg);
/* The class that such values are kept under. */
#define LOCK_SCOPE "retention:locked"

/* ---- for those who set them ---- */
struct lock_order {
	int64_t subject_id; /* 0: everybody */
	int64_t use_id, until_ms;
	struct itemset items;
	unsigned acts;
	const char *ground, *cause, *officers; /* officers: NULL under a duty of secrecy */
	struct slice sealed_cause, sealed_officers;
};
err locks_seal(struct ctx *c, struct lock_order *o);
/* ERR_CONFLICT when more would stand than may. */
err locks_must_have_room(struct ctx *c, int64_t subject_id, const struct itemset *items);
err locks_put_rows(struct ctx *c, struct tx *tx, const struct lock_order *o);
err locks_lift_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t use_id);
/* The person's record of processing ended: nothing of it can be opened any more. */
err locks_end(struct ctx *c, int64_t subject_id);
