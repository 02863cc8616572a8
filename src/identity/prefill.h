/* Filling in from a source in the place of typing (TJ-1.1.1.b, TJ-1.1.2.l, TJ-1.1.3.c, TJ-1.1.5.b).
 *
 * The city's settings prefill.number and prefill.account name the forms that a source may fill in; each fetch
 * needs a tick of its own, kept as a separate consent with its text, and an earlier tick opens nothing. What
 * came from a source the server knows by itself: it fetched it and keeps a keyed hash of it for ten minutes.
 */
#pragma once

#include "identity/identity.h"

enum { PREFILL_LIFE_MS = 10 * 60 * 1000 };

/* "number": the number of this very phone, by the gateway of its carrier; "account": what the account holds.
 * NULL where the city declares no such source for any form. */
const struct service *prefill_service(const struct release *r, const char *source);

struct prefill {
	const char *form;	/* "register", "login", "reset", "realname" */
	struct slice text_hash; /* of the text that was ticked; n 0: no tick */
};
/* The number by the one-time token that the phone got from its carrier; in the arena. ERR_REFUSED:
 * not_declared, consent_required with next give_consent; ERR_AUTHORITY; ERR_INVALID: the token gives no
 * number. */
err prefill_number(struct ctx *c, const struct prefill *p, struct slice token, struct slice *ret_phone);
/* Lets the next proof of the name take from the account what is not typed; fn is told each item, masked. */
err prefill_account(struct ctx *c, int64_t subject_id, const struct prefill *p, held_fn fn, void *arg);

/* What was found of a form's value. source: NULL when it was typed; origin: "typed", or "fetched:<from>", as
 * the vault keeps it. */
struct prefilled {
	const char *form, *source, *origin, *version;
	int64_t consent_id;
};
err prefill_find(struct ctx *c, const char *form, struct slice value, struct prefilled *ret);
/* Nothing where it was typed; else the entries of what went to the gateway, and the fetch is used up. */
err prefill_write(struct ctx *c, struct head *h, const struct prefilled *p);
/* The same, with the person's head loaded. */
err prefill_note(struct ctx *c, int64_t subject_id, const struct prefilled *p);

/* Adds to a form what its person had filled in from the account and did not type; *ret_typed lies in the
 * arena. ret_from: the items that came so. Reads the vault, with its entry. */
err prefill_take(struct ctx *c, int64_t subject_id, const struct service *s, const struct typed *typed,
		 size_t count, const struct typed **ret_typed, size_t *ret_count, struct itemset *ret_from);
