/* Data keys of (person, scope): made, opened, ended. */
#include "vault/keys/internal.h"
#include <assert.h>
#include <stdio.h>

enum { SCOPES_MAX = 256 };

/* What names (subject, scope) in the key store, to be recomputed only with the master key. */
static void slot_of(const struct keys *k, int64_t subject_id, const char *scope,
		    uint8_t ret[static SLOT_SIZE])
{
	char text[24 + SCOPE_SIZE];
	int n = snprintf(text, sizeof text, "%lld|%s", (long long)subject_id, scope);

	assert(strlen(scope) > 0 && strlen(scope) < SCOPE_SIZE);
	keyed_hash(k->naming, k->roots->slot, slice_bytes(text, (size_t)n), ret);
}

static err gone(struct ctx *c)
{
	FAIL(c, ERR_GONE, "该范围的数据已终止，不能再使用");
}

/* ---- making -------------------------------------------------------------------------------------------- */

struct making {
	uint8_t slot[SLOT_SIZE];
	uint8_t fresh[WRAPPED_MAX]; /* what we would like to stand there */
	size_t fresh_size;
	struct wrapped stands;
};

struct makings {
	struct making *list;
	size_t count;
};

static err make_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct makings *all = arg;

	for (size_t i = 0; i < all->count; i++) {
		struct making *m = &all->list[i];
		m->stands = (struct wrapped){0};
		TRY(tx_exec(
			c, tx, Q_DATA_KEY_MAKE,
			PARAMS(P_BLOB(m->slot, SLOT_SIZE), P_BLOB(m->fresh, m->fresh_size), P_INT(c->now_ms)),
			NULL));
		TRY(tx_rows(c, tx, Q_DATA_KEY_FIND, PARAMS(P_BLOB(m->slot, SLOT_SIZE)), wrapped_row,
			    &m->stands));
	}
	return OK;
}

static err open_making(struct ctx *c, struct keys *k, uint64_t mark, const struct making *m,
		       uint8_t ret[static KEY_SIZE])
{
	if (!m->stands.found || m->stands.size == 0)
		return gone(c);
	TRY(key_unwrap(c, k, m->slot, slice_bytes(m->stands.room, m->stands.size), ret));
	key_cache_put(k->cache, mark, m->slot, ret);
	return OK;
}

static err make_missing(struct ctx *c, struct keys *k, struct makings *all)
{
	uint8_t key[KEY_SIZE];
	err e = OK;

	for (size_t i = 0; i < all->count && !failed(e); i++) {
		crypto_random(key, sizeof key);
		e = key_wrap(c, k, all->list[i].slot, key, all->list[i].fresh, &all->list[i].fresh_size);
	}
	crypto_wipe(key, sizeof key);
	TRY(e);
	return store_write(c, k->store, make_rows, all);
}

err keys_make_many(struct ctx *c, struct keys *k, int64_t subject_id, const char *const *scopes, size_t count,
		   uint8_t (*ret)[KEY_SIZE])
{
	struct makings missing = {.list = ARENA_ARRAY(c->arena, struct making, count + 1)};
	uint64_t mark = key_cache_mark(k->cache);

	assert(count <= SCOPES_MAX);
	size_t *place = ARENA_ARRAY(c->arena, size_t, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct making *m = &missing.list[missing.count];
		slot_of(k, subject_id, scopes[i], m->slot);
		if (!key_cache_get(k->cache, m->slot, ret[i]))
			place[missing.count++] = i;
	}
	if (missing.count == 0)
		return OK;
	TRY(make_missing(c, k, &missing));
	for (size_t i = 0; i < missing.count; i++)
		TRY(open_making(c, k, mark, &missing.list[i], ret[place[i]]));
	return OK;
}

/* Most keys that are asked for exist: look before writing. */
err keys_make(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope,
	      uint8_t ret[static KEY_SIZE])
{
	err e = keys_get(c, k, subject_id, scope, ret);

	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	return keys_make_many(c, k, subject_id, &scope, 1, (uint8_t(*)[KEY_SIZE])ret);
}

/* ---- opening ------------------------------------------------------------------------------------------- */

err keys_get(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope,
	     uint8_t ret[static KEY_SIZE])
{
	uint8_t slot[SLOT_SIZE];
	struct wrapped w = {0};

	slot_of(k, subject_id, scope, slot);
	if (key_cache_get(k->cache, slot, ret))
		return OK;
	uint64_t mark = key_cache_mark(k->cache);
	TRY(store_rows(c, k->store, Q_DATA_KEY_FIND, PARAMS(P_BLOB(slot, SLOT_SIZE)), wrapped_row, &w));
	if (!w.found)
		FAIL(c, ERR_NOT_FOUND, "该范围没有密钥");
	if (w.size == 0)
		return gone(c);
	TRY(key_unwrap(c, k, slot, slice_bytes(w.room, w.size), ret));
	key_cache_put(k->cache, mark, slot, ret);
	return OK;
}

/* ---- ending -------------------------------------------------------------------------------------------- */

struct ending {
	uint8_t (*slots)[SLOT_SIZE];
	size_t count;
};

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct ending *all = arg;

	for (size_t i = 0; i < all->count; i++)
		TRY(tx_exec(c, tx, Q_DATA_KEY_END, PARAMS(P_BLOB(all->slots[i], SLOT_SIZE), P_INT(c->now_ms)),
			    NULL));
	return OK;
}

static void forget(struct keys *k, const struct ending *all)
{
	for (size_t i = 0; i < all->count; i++)
		key_cache_drop(k->cache, all->slots[i]);
}

static err list_endings(struct ctx *c, const struct keys *k, const struct ending *all)
{
	struct tombstone *list = ARENA_ARRAY(c->arena, struct tombstone, all->count + 1);

	for (size_t i = 0; i < all->count; i++) {
		list[i] = (struct tombstone){.kind = 's'};
		memcpy(list[i].name, all->slots[i], SLOT_SIZE);
	}
	return tombstones_add(c, k, list, all->count);
}

/* Dropped from the cache before, so that no reader of the old row caches it from then on; and after, for one
 * who did between. */
err keys_end(struct ctx *c, struct keys *k, int64_t subject_id, const char *const *scopes, size_t count)
{
	struct ending all = {arena_alloc(c->arena, (count + 1) * SLOT_SIZE), count};

	assert(count <= SCOPES_MAX);
	for (size_t i = 0; i < count; i++)
		slot_of(k, subject_id, scopes[i], all.slots[i]);
	TRY(list_endings(c, k, &all));
	forget(k, &all);
	TRY(store_write(c, k->store, end_rows, &all));
	forget(k, &all);
	keys_erase_log(k);
	return OK;
}

err keys_ended(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, bool *ret)
{
	uint8_t slot[SLOT_SIZE];
	struct wrapped w = {0};

	slot_of(k, subject_id, scope, slot);
	TRY(store_rows(c, k->store, Q_DATA_KEY_FIND, PARAMS(P_BLOB(slot, SLOT_SIZE)), wrapped_row, &w));
	*ret = w.found && w.size == 0;
	return OK;
}
