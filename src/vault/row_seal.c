#include "vault/vault_store.h"

/* The AAD: a sealed value moved to another person, record or item does not open there. */
static struct slice aad_of(struct ctx *c, const struct vault_row *r)
{
	return slice_of(arena_printf(c->arena, "vault_item|%lld|%lld|%s", (long long)r->subject_id,
				     (long long)r->record_id, r->item));
}

err vault_row_seal(struct ctx *c, const uint8_t key[static KEY_SIZE], struct slice value,
		   struct vault_row *row)
{
	enum suite suite = keys_suite(c->keys);
	size_t size = seal_size(suite, value.n);
	uint8_t *sealed = arena_alloc(c->arena, size);

	TRY(seal(c, suite, key, aad_of(c, row), value, sealed));
	row->sealed = slice_bytes(sealed, size);
	return OK;
}

err vault_row_open(struct ctx *c, const uint8_t key[static KEY_SIZE], const struct vault_row *row,
		   uint8_t *ret, size_t *ret_size)
{
	return unseal(c, key, aad_of(c, row), row->sealed, ret, ret_size);
}
