#include "vault/keys/internal.h"
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- opening ------------------------------------------------------------------------------------------- */

static void derive_roots(const struct master_key *m, struct roots *ret)
{
	keyed_hash(m->suite, m->key, SLICE("tongban/keys/1/wrap"), ret->wrap);
	keyed_hash(m->suite, m->key, SLICE("tongban/keys/1/slot"), ret->slot);
	keyed_hash(m->suite, m->key, SLICE("tongban/keys/1/lookup"), ret->lookup);
	keyed_hash(m->suite, m->key, SLICE("tongban/keys/1/hash"), ret->hash);
	keyed_hash(m->suite, m->key, SLICE("tongban/keys/1/secret"), ret->secret);
}

static struct keys *keys_alloc(void)
{
	struct keys *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	k->cache = key_cache_new();
	k->roots = sodium_malloc(sizeof *k->roots);
	if (!k->cache || !k->roots)
		abort();
	return k;
}

static err open_store(struct ctx *c, const char *dir, const char *store_url, struct keys *k)
{
	const char *url = store_url ? store_url : arena_printf(c->arena, "sqlite:%s/keys.db", dir);

	k->tombstones = strdup(arena_printf(c->arena, "%s/tombstones", dir));
	TRY(store_open(c, url, "keys", &k->store));
	if (slice_starts(slice_of(url), "sqlite:"))
		k->sqlite_path = strdup(url + strlen("sqlite:"));
	return OK;
}

static err set_master(struct ctx *c, err read, const struct master_key *m, struct keys *k)
{
	(void)c;
	TRY(read);
	derive_roots(m, k->roots);
	k->naming = m->suite;
	sodium_mprotect_readonly(k->roots);
	return OK;
}

static err named_count_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	(void)row;
	*(bool *)arg = true;
	return OK;
}

/* A new master key beside an old key store would only seem to work: nothing in it would open. */
static err refuse_used_store(struct ctx *c, const struct keys *k)
{
	bool used = false;

	TRY(store_rows(c, k->store, Q_NAMED_SECRET_FIND, PARAMS(P_STR("keystore/check")), named_count_row,
		       &used));
	if (used)
		FAIL(c, ERR_CRYPTO, "密钥库已有内容，但主密钥文件缺失：请恢复原来的 master.key");
	return OK;
}

static err load_master(struct ctx *c, const char *dir, bool create, struct keys *k)
{
	struct master_key m;
	err e = master_key_read(c, dir, &m);

	if (e.code == ERR_NOT_FOUND && create) {
		failure_clear(c);
		TRY(refuse_used_store(c, k));
		e = master_key_make(c, dir, k->suite, &m);
	}
	e = set_master(c, e, &m, k);
	crypto_wipe(&m, sizeof m);
	return e;
}

static err check_master(struct ctx *c, bool create, struct keys *k)
{
	err e = keys_check_read(c, k);

	if (e.code != ERR_NOT_FOUND || !create)
		return e;
	failure_clear(c);
	TRY(keys_check_make(c, k));
	TRY(keys_signer_make(c, k));
	return keys_check_read(c, k);
}

static err keys_load(struct ctx *c, const char *dir, const char *store_url, bool create, struct keys *k)
{
	if (create && mkdir(dir, 0700) == 0)
		chmod(dir, 0700);
	TRY(open_store(c, dir, store_url, k));
	TRY(load_master(c, dir, create, k));
	TRY(check_master(c, create, k));
	return tombstones_check(c, k);
}

err keys_open(struct ctx *c, const char *dir, const char *store_url, enum suite suite, bool create,
	      struct keys **ret)
{
	struct keys *k = keys_alloc();

	k->suite = suite;
	err e = keys_load(c, dir, store_url, create, k);
	if (failed(e)) {
		keys_close(k);
		return e;
	}
	*ret = k;
	return OK;
}

void keys_close(struct keys *k)
{
	if (!k)
		return;
	if (k->store)
		store_close(k->store);
	key_cache_free(k->cache);
	sodium_free(k->roots);
	free(k->sqlite_path);
	free(k->tombstones);
	free(k);
}

/* ---- small things -------------------------------------------------------------------------------------- */

enum suite keys_suite(const struct keys *k)
{
	return k->suite;
}

void keys_hash(struct keys *k, const char *purpose, struct slice data, uint8_t ret[static HASH_SIZE])
{
	uint8_t key[KEY_SIZE];

	keyed_hash(k->naming, k->roots->hash, slice_of(purpose), key);
	keyed_hash(k->naming, key, data, ret);
	crypto_wipe(key, sizeof key);
}

static err count_row(struct ctx *c, const struct row *row, void *arg)
{
	struct keys_status *s = arg;

	(void)c;
	s->living = row_int(row, 0);
	s->ended = row_int(row, 1);
	return OK;
}

static err identifier_count_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err keys_status(struct ctx *c, struct keys *k, struct keys_status *ret)
{
	struct keys_status s = {.suite = k->suite, .master_suite = k->naming};

	TRY(store_rows(c, k->store, Q_DATA_KEY_COUNT, NO_PARAMS, count_row, &s));
	TRY(store_rows(c, k->store, Q_IDENTIFIER_KEY_COUNT, NO_PARAMS, identifier_count_row, &s.identifiers));
	*ret = s;
	return OK;
}

struct store *keys_store(struct keys *k)
{
	return k->store;
}
