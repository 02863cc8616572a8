/* Keys of blind indexes: identifier → lookup → identifier key → blind index. The blind index in the main
 * store is a keyed hash under a key that ends with the identifier, so that in yesterday's backup nobody can
 * be looked up. */
#include "vault/keys/internal.h"

enum { TEXT_MAX = 512 };

/* kind and identifier cannot run into each other: a kind has no bar. */
static err hash_named(struct ctx *c, const struct keys *k, const uint8_t key[static KEY_SIZE],
		      const char *kind, struct slice normal, uint8_t ret[static HASH_SIZE])
{
	uint8_t text[TEXT_MAX];
	size_t n = strlen(kind);

	if (n + 1 + normal.n > sizeof text)
		FAIL(c, ERR_TOO_LARGE, "标识过长");
	memcpy(text, kind, n);
	text[n] = '|';
	if (normal.n > 0)
		memcpy(text + n + 1, normal.p, normal.n);
	keyed_hash(k->naming, key, slice_bytes(text, n + 1 + normal.n), ret);
	crypto_wipe(text, sizeof text);
	return OK;
}

struct identifier {
	uint8_t lookup[SLOT_SIZE];
	uint8_t fresh[WRAPPED_MAX];
	size_t fresh_size;
	struct wrapped stands;
};

static err make_row(struct ctx *c, struct tx *tx, void *arg)
{
	struct identifier *id = arg;

	id->stands = (struct wrapped){0};
	TRY(tx_exec(
		c, tx, Q_IDENTIFIER_KEY_MAKE,
		PARAMS(P_BLOB(id->lookup, SLOT_SIZE), P_BLOB(id->fresh, id->fresh_size), P_INT(c->now_ms)),
		NULL));
	return tx_rows(c, tx, Q_IDENTIFIER_KEY_FIND, PARAMS(P_BLOB(id->lookup, SLOT_SIZE)), wrapped_row,
		       &id->stands);
}

static err find(struct ctx *c, struct keys *k, struct identifier *id)
{
	return store_rows(c, k->store, Q_IDENTIFIER_KEY_FIND, PARAMS(P_BLOB(id->lookup, SLOT_SIZE)),
			  wrapped_row, &id->stands);
}

/* Whether the identifier is known or not, one key is wrapped and one is unwrapped: the time tells nothing. */
err keys_blind(struct ctx *c, struct keys *k, const char *kind, struct slice normal, bool make,
	       uint8_t ret[static HASH_SIZE])
{
	struct identifier id = {0};
	uint8_t key[KEY_SIZE], index[HASH_SIZE];

	TRY(hash_named(c, k, k->roots->lookup, kind, normal, id.lookup));
	TRY(find(c, k, &id));
	crypto_random(key, sizeof key);
	err e = key_wrap(c, k, id.lookup, key, id.fresh, &id.fresh_size);
	crypto_wipe(key, sizeof key);
	TRY(e);
	if (make && !id.stands.found)
		TRY(store_write(c, k->store, make_row, &id));
	struct slice wrapped = id.stands.found ? slice_bytes(id.stands.room, id.stands.size)
					       : slice_bytes(id.fresh, id.fresh_size);
	TRY(key_unwrap(c, k, id.lookup, wrapped, key));
	e = hash_named(c, k, key, kind, normal, index);
	crypto_wipe(key, sizeof key);
	TRY(e);
	if (!id.stands.found)
		FAIL(c, ERR_NOT_FOUND, "没有这个标识");
	memcpy(ret, index, HASH_SIZE);
	return OK;
}

static err list_ending(struct ctx *c, const struct keys *k, const struct identifier *id)
{
	struct tombstone t = {.kind = 'i'};

	memcpy(t.name, id->lookup, SLOT_SIZE);
	hash_sha256(slice_bytes(id->stands.room, id->stands.size), t.wrapped);
	return tombstones_add(c, k, &t, 1);
}

err keys_blind_slot(struct ctx *c, struct keys *k, const char *kind, struct slice normal,
		    uint8_t ret[static KEYS_SLOT_SIZE])
{
	return hash_named(c, k, k->roots->lookup, kind, normal, ret);
}

err keys_blind_end(struct ctx *c, struct keys *k, const char *kind, struct slice normal)
{
	uint8_t slot[SLOT_SIZE];

	TRY(keys_blind_slot(c, k, kind, normal, slot));
	return keys_blind_slot_end(c, k, slot);
}

err keys_blind_slot_end(struct ctx *c, struct keys *k, const uint8_t slot[static KEYS_SLOT_SIZE])
{
	struct identifier id = {0};

	memcpy(id.lookup, slot, SLOT_SIZE);
	TRY(find(c, k, &id));
	if (!id.stands.found)
		return OK;
	TRY(list_ending(c, k, &id));
	TRY(store_exec(c, k->store, Q_IDENTIFIER_KEY_END, PARAMS(P_BLOB(id.lookup, SLOT_SIZE)), NULL));
	keys_erase_log(k);
	return OK;
}
