/* Is a value the one that the profile holds? The value stays in the vault: only yes or no leaves it. */
#include "vault/vault_store.h"

static const struct vault_row *held_row(const struct vault_rows *rows, const char *item, int64_t now_ms)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct vault_row *r = &rows->list[i];
		if (r->record_id == 0 && strcmp(r->item, item) == 0 && !row_retained(r) &&
		    !row_past(r, now_ms))
			return r;
	}
	return NULL;
}

/* Either name of the document's number (pick.c). */
static const char *other_name(const char *item)
{
	if (strcmp(item, "resident_id_number") == 0)
		return "id_number";
	return strcmp(item, "id_number") == 0 ? "resident_id_number" : "";
}

err vault_profile_is(struct ctx *c, int64_t subject_id, const char *item, struct slice value, bool *ret_same)
{
	SECRET_SCOPED key = {0};
	SECRET_SCOPED plain = {0};
	struct vault_rows rows = {0};
	size_t size = 0;

	TRY(vault_rows_read(c, subject_id, 0, &rows));
	const struct vault_row *row = held_row(&rows, item, c->now_ms);
	if (!row)
		row = held_row(&rows, other_name(item), c->now_ms);
	if (!row)
		FAIL(c, ERR_NOT_FOUND, "资料中没有这项信息");
	secret_init(&key, KEY_SIZE);
	secret_init(&plain, row->sealed.n);
	TRY(keys_get(c, c->keys, subject_id, row->scope, key.p));
	TRY(vault_row_open(c, key.p, row, plain.p, &size));
	*ret_same = size == value.n && crypto_equal(plain.p, value.p, size);
	return OK;
}
