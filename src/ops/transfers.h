/* Transfers of everybody's data to another holder: a reorganisation ordered by policy or law, a merger or
 * division, consent, a legal demand, or an affiliate of the city's own list (TJ-2.2.0, TJ-2.3.3, NT-2.2.0,
 * NT-2.2.3).
 *
 * A privacy_officer opens a case on a ground of the policy, another one agrees; everybody is told; then the
 * data of each person go through gate, vault and ledger into a package that only the receiver's key opens
 * (crypto/cms.h), in parts, so that nothing of it is ever on a disk in the clear. The package may be handed
 * over only when its hash stands in the record of each person in it. The case closes only with an undertaking
 * that the receiver signed.
 *
 * A receiver that is not bound (no undertaking; only where transfer.merger is bound_or_asks_anew) gets the
 * consents as still to be asked (NT-2.2.3.c). */
#pragma once

#include "jobs/jobs.h"
#include "ops/staff.h"

enum { TRANSFER_TEXT_MIN = 4, TRANSFER_TEXT_MAX = 400, TRANSFER_SIGNED_MAX = 64 * 1024 };

struct transfer {
	int64_t id, opened_by_id, opened_at_ms, decided_at_ms, scope_until_ms;
	int64_t told_upto, told_all_at_ms, told_people;
	int64_t upto, walk_after, people, left_out, parts, moved_at_ms, undertaken_at_ms, closed_at_ms;
	const char *state;     /* waiting rejected telling ready moving moved closed */
	const char *ground;    /* exception of the policy; "": an affiliate */
	const char *recipient; /* key of a declared recipient; "": a successor that no release declares */
	const char *receiver, *contact, *region, *document, *scope, *certificate;
	const char *opened_by, *decided_by, *closed_by;
	const char *package_hash; /* hex SHA-256 of the package; "" until it is whole */
	const char *undertaking;  /* as signed, PEM; "" */
	bool bound;		  /* of a package that is under way: by an undertaking */
};

/* ERR_REFUSED not_declared without a ground that the city lists, ERR_INVALID with fields. */
err transfer_open(struct ctx *c, const struct staff *s, struct transfer *t);
/* Another officer. Agreed: everybody is told. */
err transfer_decide(struct ctx *c, const struct staff *s, int64_t id, bool agrees);
/* What the receiver signs, word for word. */
const char *transfer_undertaking_text(struct ctx *c, const struct transfer *t);
/* A CMS signature of that text by the case's certificate. */
err transfer_undertake(struct ctx *c, const struct staff *s, int64_t id, struct slice signed_text);
/* Begins the package. ERR_CONFLICT while somebody was not told (where the ground needs it), or without the
 * undertaking that the ground needs. */
err transfer_move(struct ctx *c, const struct staff *s, int64_t id);
/* ERR_CONFLICT names what is missing. */
err transfer_close(struct ctx *c, const struct staff *s, int64_t id);

err transfer_get(struct ctx *c, int64_t id, struct transfer *ret);
typedef err (*transfer_fn)(struct ctx *c, const struct transfer *t, void *arg);
/* Newest first, below `before` (0: from the newest), at most limit. */
err transfer_list(struct ctx *c, int64_t before, int limit, transfer_fn fn, void *arg);
/* Whether the ground needs that everybody was told before, and an undertaking. */
bool transfer_needs(const struct ctx *c, const struct transfer *t, enum exception_need need);

/* The package as one text, part after part; fn gets each. ERR_CONFLICT until its hash is entered everywhere.
 */
typedef err (*transfer_part_fn)(struct ctx *c, struct slice sealed, void *arg);
err transfer_package(struct ctx *c, int64_t id, transfer_part_fn fn, void *arg);

/* Jobs "transfer_tell", "transfer_move": ref_id is the case; "transfer_person_end": the account ended. */
err transfer_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err transfer_move_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err transfer_person_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
