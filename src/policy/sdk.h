/* May a client hand data to foreign code? A pure function beside the gate (gate.h), of release, facts, the
 * person's choice about that code, and the call. What the register of SDKs does not list is refused. */
#pragma once

#include "policy/gate.h"

/* What the person, or the installation, said about one SDK. */
enum sdk_choice { SDK_UNSET, SDK_ALLOWED, SDK_REFUSED };

struct sdk_request {
	const struct sdk *sdk;
	const char *reason; /* what it is called for: one of the city's sdk_reasons; NULL where it has none */
	const char *trigger; /* what the person is doing: one of the register's triggers */
	const char *service; /* from which service, or NULL */
	const char *state;   /* what holds on the phone: "two_sims", "cloned_space", or NULL */
	const char *platform;
	struct itemset items;
	enum sdk_choice choice;
};

/* OK, or ERR_REFUSED with c->failure. Rules, in this order, each with its clause:
 *  reason: the one that the register gives for this entry, and none where it gives none (NT-1.5.0.d) →
 *    not_declared
 *  declared: platform, trigger, service, state, items within the trigger's → not_declared
 *  person: blocked, cancelled, a child below minor.strict_age (whose data goes to no foreign code, whoever
 *    agrees), minor without guardian; login where the register asks for it
 *  acceptance of the version in force: express where anything sensitive is handed over
 *  every permission of the trigger is granted on this installation → permission_required
 *  refused by the person, or not authorised though the register or an item asks for it → consent_required
 * Of a minor every item is sensitive, as in the gate. */
err sdk_decide(struct ctx *c, const struct release *r, const struct facts *f, const struct sdk_request *q);

/* Whether messages may go to phones by it, handed to this recipient (NT-1.5.0.a). s may be NULL. */
bool sdk_brings_push(const struct sdk *s, const struct recipient *to);
/* Whether a call with all its items needs the person's own word first. */
bool sdk_asks(const struct release *r, const struct sdk *s);
/* Whether the person may refuse it for good: it runs by itself, or needs a word that can be taken back. */
bool sdk_refusable(const struct release *r, const struct sdk *s);
/* The trigger of a register entry by its name; NULL when the entry has none of that name. */
const struct sdk_use *sdk_use_find(const struct sdk *s, const char *trigger);
/* "item.part": whether the entry lists that part of a state (NT-1.5.2.b). */
bool sdk_part_listed(const struct sdk *s, const char *name);
