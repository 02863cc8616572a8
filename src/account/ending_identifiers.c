/* The keys by which a person is found end with the account, so that yesterday's backup cannot find the person
 * either. What is to end is written down in the transaction that decides the end: who finishes it after a
 * crash knows no name and no number any more. */
#include "account/ending_identifiers.h"
#include "account/account_store.h"

static const char *const identifier_items[][2] = {
	{"username", "username"},
	{"mobile_phone", "phone"},
	{"id_number", "id_number"},
};
enum { KINDS = sizeof(identifier_items) / sizeof(identifier_items[0]) };

static err release_values(struct ctx *c, const struct facts *f, struct head *h, struct released *ret)
{
	const struct service *s = release_service(c->release, "my_information");
	struct permit *permit = NULL;

	if (!s)
		FAIL(c, ERR_INTERNAL, "the release has no service my_information");
	struct gate_request q = {
		.action = GATE_READ, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	for (size_t i = 0; i < KINDS; i++) {
		const struct item *item = release_item(c->release, identifier_items[i][0]);
		if (item && (itemset_has(&s->items, item->number) || itemset_has(&s->reads, item->number)))
			itemset_add(&q.items, item->number);
	}
	TRY(gate_decide(c, c->release, f, &q, &permit));
	return vault_release(c, permit, h, 0, "注销账号：终止登录标识", ret);
}

/* A value that finds somebody else (a number that was typed but never confirmed) is that person's, and stays.
 */
static err slots_of(struct ctx *c, int64_t subject_id, const struct released *values,
		    uint8_t ret[static KINDS * KEYS_SLOT_SIZE], size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < KINDS; i++) {
		const struct vault_value *v = released_get(values, identifier_items[i][0]);
		int64_t holder = 0;
		if (!v)
			continue;
		TRY(account_lookup(c, identifier_items[i][1], v->value, &holder));
		if (holder == subject_id)
			TRY(keys_blind_slot(c, c->keys, identifier_items[i][1], v->value,
					    ret + KEYS_SLOT_SIZE * count++));
	}
	*ret_count = count;
	return OK;
}

static struct slice bound(struct ctx *c, int64_t subject_id)
{
	return slice_of(arena_printf(c->arena, "ending_identifiers|%lld", (long long)subject_id));
}

err ending_identifiers_find(struct ctx *c, const struct facts *f, struct head *h, struct slice *ret_sealed)
{
	RELEASED_SCOPED values = {0};
	uint8_t slots[KINDS * KEYS_SLOT_SIZE];
	size_t count = 0;

	TRY(release_values(c, f, h, &values));
	TRY(slots_of(c, f->subject_id, &values, slots, &count));
	return keys_seal(c, c->keys, f->subject_id, "account", bound(c, f->subject_id),
			 slice_bytes(slots, count * KEYS_SLOT_SIZE), ret_sealed);
}

/* The account's key ends after these keys: where it is gone, they are. A number that was replaced shortly
 * before may still be waiting for its end. */
err ending_identifiers_end(struct ctx *c, int64_t subject_id)
{
	struct slice sealed = {0};
	struct slice slots;

	TRY(identifier_endings_run(c, subject_id));
	TRY(account_db_ending(c, subject_id, &sealed));
	if (!sealed.n)
		return OK;
	err e = keys_unseal(c, c->keys, subject_id, "account", bound(c, subject_id), sealed, &slots);
	if (e.code == ERR_GONE) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	for (size_t at = 0; at + KEYS_SLOT_SIZE <= slots.n; at += KEYS_SLOT_SIZE)
		TRY(keys_blind_slot_end(c, c->keys, (const uint8_t *)slots.p + at));
	return OK;
}
