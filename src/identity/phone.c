/* The person's number: confirming the one given at registration, and changing it. */
#include "identity/identity_store.h"

/* ---- binding
 * ----------------------------------------------------------------------------------------------------------
 */

static struct entry phone_entry(const struct ctx *c, const char *note)
{
	const struct item *item = release_item(c->release, "mobile_phone");
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .note = note};

	if (item)
		itemset_add(&entry.items, item->number);
	return entry;
}

static err bind_rows(struct ctx *c, int64_t subject_id, const struct identifier *phone)
{
	struct confirmation confirmation = {.subject_id = subject_id,
					    .identifiers = phone,
					    .count = 1,
					    .phone_bound = true,
					    .realname_level = -1};
	struct entry entry = phone_entry(c, "绑定手机号码");
	struct head head;

	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, account_confirm_rows,
			    &confirmation, NULL);
}

static err give_back(struct ctx *c, int64_t subject_id, const struct identifier *phone, err e)
{
	struct failure failure = c->failure;

	if (failed(e)) {
		err undone =
			identifier_unreserve(c, subject_id, phone); /* else it grows stale and may be taken */
		(void)undone.code;
		c->failure = failure;
	}
	return e;
}

err phone_bind(struct ctx *c, int64_t subject_id, struct slice code)
{
	struct identifier phone = {.kind = "phone"};
	struct slice digits;
	struct facts facts;
	struct head head;

	TRY(item_read(c, "sms_code", code, &digits));
	TRY(facts_load(c, subject_id, &facts, &head));
	if (facts.phone_bound)
		FAIL(c, ERR_CONFLICT, "手机号码已经绑定");
	TRY(own_phone(c, subject_id, "绑定手机号码", &phone.normal));
	TRY(sms_code_take(c, phone.normal, "bind", digits));
	TRY(identifier_reserve(c, subject_id, &phone));
	return give_back(c, subject_id, &phone, bind_rows(c, subject_id, &phone));
}

/* ---- changing
 * ----------------------------------------------------------------------------------------------------------
 */

static err collect_phone(struct ctx *c, int64_t subject_id, struct slice number, tx_fn also, void *arg)
{
	const struct service *s = release_service(c->release, "account");
	const struct item *item = release_item(c->release, "mobile_phone");
	struct vault_value value = {.item = item, .value = number, .origin = "typed"};
	struct permit *permit = NULL;
	struct itemset items = {0};
	struct facts facts;
	struct head head;

	if (!s || !item)
		FAIL(c, ERR_INTERNAL, "the release has no service account");
	itemset_add(&items, item->number);
	TRY(facts_load(c, subject_id, &facts, &head));
	TRY(typed_permit(c, &facts, GATE_COLLECT, s, NULL, items, &permit));
	return vault_collect(c, permit, &head, 0, "account", &value, 1, also, arg);
}

struct changing {
	struct confirmation confirmation;
	struct identifier_ending old;
};

static err change_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct changing *k = arg;

	TRY(identifier_ending_rows(c, tx, k->confirmation.subject_id, &k->old));
	return account_confirm_rows(c, tx, &k->confirmation);
}

/* The new number proves itself by a code; the person proves again who they are. The old number then finds
 * nobody. */
static err change_bound(struct ctx *c, int64_t subject_id, const struct facts *f, struct slice number,
			struct slice code)
{
	struct identifier phone = {.kind = "phone", .normal = number};
	struct changing k = {.confirmation = {.subject_id = subject_id,
					      .identifiers = &phone,
					      .count = 1,
					      .phone_bound = true,
					      .realname_level = -1}};
	struct slice digits, old;

	if (f->second_check_until_ms <= c->now_ms) {
		err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
			       "更换手机号码前，请再次验证本人身份");
		refuse_next(c, "confirm_again", NULL);
		return e;
	}
	TRY(item_read(c, "sms_code", code, &digits));
	TRY(own_phone(c, subject_id, "更换手机号码", &old));
	if (slice_eq(old, number))
		return fail_field(c, "value", "与现在的手机号码相同");
	TRY(sms_code_take(c, number, "bind", digits));
	TRY(identifier_ending_seal(c, subject_id, "phone", old, &k.old));
	TRY(identifier_reserve(c, subject_id, &phone));
	TRY(give_back(c, subject_id, &phone, collect_phone(c, subject_id, number, change_rows, &k)));
	if (failed(identifier_endings_run(c, subject_id)))
		failure_clear(c); /* it is changed; the job ends the old number's key */
	return OK;
}

err phone_change(struct ctx *c, int64_t subject_id, struct slice number, struct slice code)
{
	struct slice normal;
	struct facts facts;
	struct head head;

	TRY(item_read(c, "mobile_phone", number, &normal));
	TRY(facts_load(c, subject_id, &facts, &head));
	if (facts.phone_bound)
		return change_bound(c, subject_id, &facts, normal, code);
	return collect_phone(c, subject_id, normal, NULL, NULL);
}
