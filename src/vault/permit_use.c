#include "vault/vault_store.h"

/* A permit without a person belongs to an installation that registers: it fits only a person who is being
 * made. */
static bool fits_person(const struct permit *p, const struct head *h)
{
	return permit_subject(p) == h->subject_id || (permit_subject(p) == 0 && h->n == 0);
}

err permit_use(struct ctx *c, struct permit *permit, const struct head *h, bool collects)
{
	if (!permit_take(permit, c))
		FAIL(c, ERR_INTERNAL, "许可已使用，或不属于本次请求");
	if ((permit_action(permit) == GATE_COLLECT) != collects || !fits_person(permit, h))
		FAIL(c, ERR_INTERNAL, "许可与所做的处理不符");
	if (permit_subject(permit) != 0 && permit_epoch(permit) != h->epoch)
		FAIL(c, ERR_STALE, "有关情况已变化，请重试");
	return OK;
}

struct entry permit_entry(struct ctx *c, const struct permit *permit, enum entry_action action,
			  int64_t record_id)
{
	const struct recipient *to = permit_recipient(permit);

	return (struct entry){
		.action = action,
		.service = permit_service(permit)->key,
		.purpose = permit_purpose(permit)->key,
		.recipient = to ? to->key : NULL,
		.basis = permit_basis(permit),
		.decision = "allowed",
		.clause = permit_clause(permit),
		.note = permit_note(permit) ? permit_note(permit)
					    : sensor_note(c, permit_permissions(permit)),
		.ref_id = permit_use_id(permit) ? permit_use_id(permit)
			  : record_id		? record_id
						: permit_consent_id(permit),
		.policy = permit_version(permit),
		.deferred_until_ms = permit_deferred_until(permit),
	};
}
