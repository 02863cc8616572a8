/* What a person hands in for a service: checked against the declaration before anything is stored or sent.
 *
 * Steps shared by queries and cases: find the service, take the typed fields to their normal form, see what
 * the verified profile supplies, and record refusals. */
#pragma once

#include "consent/locks.h"
#include "vault/vault.h"

struct form_field {
	struct slice item, value;
};

struct form {
	const struct service *service;
	struct vault_value *values; /* typed, in normal form */
	size_t count;
	struct itemset given;  /* items of values */
	struct itemset filled; /* prefilled from the profile */
	struct itemset sensed; /* those of given that a sensor delivers */
	struct itemset taken;  /* those of given that were taken before, under their permission: photos */
};

/* ERR_NOT_FOUND: no such service of that shape. */
err form_service(struct ctx *c, struct slice key, enum service_shape shape, const struct service **ret);

/* Reads the fields. An item that the service does not declare is refused as not_declared (TJ-1.1.6.a,
 * NT-2.1.1.0.a and their like; TJ-5.7) and, for an identified person, entered in the ledger; wrong or missing
 * values are ERR_INVALID with a field error each. */
err form_read(struct ctx *c, const struct service *s, struct head *h, const struct form_field *fields,
	      size_t count, struct form *ret);

/* Asks the gate; a refusal about an identified person becomes a ledger entry before it is returned. */
err form_decide(struct ctx *c, const struct facts *f, struct head *h, const struct gate_request *q,
		struct permit **ret);

/* For a form that could not be read for want of values: whoever may not use the service at all hears that
 * first, with the next step. A prefilled field may be missing because the name is not proven yet. Answers e
 * otherwise. */
err form_incomplete(struct ctx *c, const struct facts *f, struct head *h, const struct service *s, err e);

/* What no service of this city takes: refused as not_declared, and written down for the person
 * (0: nobody is identified) (TJ-1.1.0.a, NT-1.0). */
err form_undeclared(struct ctx *c, int64_t subject_id, const char *item, const char *text);

/* ERR_REFUSED (locked), with an entry, when officers closed the act on any of the items (TJ-4.4.f). Showing a
 * person the own items asks it by itself (form_decide). */
err form_closed(struct ctx *c, int64_t subject_id, const struct itemset *items, enum lock_act act);

/* Appends ENTRY_REFUSE for the failure that stands in c, which is kept as it is. */
void form_refused(struct ctx *c, struct head *h, const struct gate_request *q);

/* What became of a share. */
struct form_outcome {
	const struct service *service;
	const struct recipient *recipient;
	const struct itemset *items;
	const char *decision; /* "sent", "not_sent" or "unknown" */
	const char *policy;   /* the version that the share was decided under (released.policy; TJ-7.2.b,
				 NT-6.1.c) */
	int64_t ref_id;
};
struct entry form_sent_entry(const struct form_outcome *o);
/* Appends its entry; rows (may be NULL) run in the same transaction. */
err form_sent(struct ctx *c, struct head *h, const struct form_outcome *o, tx_fn rows, void *arg);
