#include "vault/vault_store.h"

err vault_collection_rows(struct ctx *c, struct tx *tx, void *collection)
{
	const struct vault_collection *all = collection;

	for (size_t i = 0; i < all->count; i++)
		TRY(vault_row_put(c, tx, &all->rows[i]));
	TRY(sensor_use_rows(c, tx, all->permit));
	return all->also ? all->also(c, tx, all->arg) : OK;
}

/* Which items are given: each among the permit's, and once. */
static err given_items(struct ctx *c, const struct permit *permit, const struct vault_value *values,
		       size_t count, struct itemset *ret)
{
	struct itemset given = {0};

	for (size_t i = 0; i < count; i++) {
		unsigned number = values[i].item->number;
		if (!itemset_has(permit_items(permit), number) || itemset_has(&given, number))
			FAIL(c, ERR_INTERNAL, "许可不包含 %s，或该项重复", values[i].item->key);
		itemset_add(&given, number);
	}
	*ret = given;
	return OK;
}

static err seal_values(struct ctx *c, const struct permit *permit, int64_t subject_id, int64_t record_id,
		       const char *scope, const struct vault_value *values, struct vault_collection *all)
{
	const struct service *s = permit_service(permit);
	uint8_t key[KEY_SIZE];

	TRY(keys_make(c, c->keys, subject_id, scope, key));
	err e = OK;
	for (size_t i = 0; i < all->count && !failed(e); i++) {
		all->rows[i] = (struct vault_row){
			.subject_id = subject_id,
			.record_id = record_id,
			.item = values[i].item->key,
			.retained = "",
			.category = s->category->key,
			.service = s->key,
			.origin = values[i].origin,
			.basis = permit_basis(permit),
			.scope = scope,
			.collected_at_ms = c->now_ms,
			.ends_at_ms = values[i].ends_at_ms,
		};
		e = vault_row_seal(c, key, values[i].value, &all->rows[i]);
	}
	crypto_wipe(key, sizeof key);
	return e;
}

err vault_collect_prepare(struct ctx *c, struct permit *permit, const struct head *h, int64_t record_id,
			  const char *scope, const struct vault_value *values, size_t count,
			  struct vault_collection *ret)
{
	struct vault_collection all = {
		.permit = permit, .rows = ARENA_ARRAY(c->arena, struct vault_row, count + 1), .count = count};

	TRY(permit_use(c, permit, h, true));
	all.entry = permit_entry(c, permit, ENTRY_COLLECT, record_id);
	TRY(given_items(c, permit, values, count, &all.entry.items));
	TRY(seal_values(c, permit, h->subject_id, record_id, scope, values, &all));
	*ret = all;
	return OK;
}

err vault_collect(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, const char *scope,
		  const struct vault_value *values, size_t count, tx_fn also, void *arg)
{
	struct vault_collection all;

	TRY(vault_collect_prepare(c, permit, h, record_id, scope, values, count, &all));
	all.also = also;
	all.arg = arg;
	return ledger_write(c, h, &all.entry, 0, vault_collection_rows, &all, NULL);
}

err vault_delete_rows(struct ctx *c, struct tx *tx, void *deletion)
{
	const struct vault_deletion *d = deletion;

	for (unsigned i = 0; i < release_item_count(c->release); i++)
		if (itemset_has(d->items, i))
			TRY(vault_row_delete(c, tx, d->subject_id, d->record_id,
					     release_item_at(c->release, i)->key));
	return OK;
}
