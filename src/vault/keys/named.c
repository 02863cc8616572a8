/* Named secrets, and the ledger's signing key, which is one of them. */
#include "vault/keys/internal.h"

static const char signer_name[] = "ledger/signer", check_name[] = "keystore/check";
enum { SECRET_MAX = 64 * 1024 };

struct named {
	bool found;
	struct slice sealed; /* in the arena: sealed, hence no secret */
};

static err named_row(struct ctx *c, const struct row *row, void *arg)
{
	struct named *n = arg;

	*n = (struct named){true, arena_slice(c->arena, row_blob(row, 0))};
	return OK;
}

static err seal_named(struct ctx *c, const struct keys *k, const char *name, struct slice value,
		      struct slice *ret)
{
	if (value.n > SECRET_MAX)
		FAIL(c, ERR_TOO_LARGE, "密文内容过大");
	size_t size = seal_size(k->suite, value.n);
	uint8_t *sealed = arena_alloc(c->arena, size);
	TRY(seal(c, k->suite, k->roots->secret, slice_of(name), value, sealed));
	*ret = slice_bytes(sealed, size);
	return OK;
}

err keys_secret_put(struct ctx *c, struct keys *k, const char *name, struct slice value)
{
	struct slice sealed = {0};

	TRY(seal_named(c, k, name, value, &sealed));
	return store_exec(c, k->store, Q_NAMED_SECRET_PUT,
			  PARAMS(P_STR(name), P_BLOB(sealed.p, sealed.n), P_INT(c->now_ms)), NULL);
}

err keys_secret_get(struct ctx *c, struct keys *k, const char *name, struct secret *ret)
{
	struct named n = {0};
	struct secret value;

	TRY(store_rows(c, k->store, Q_NAMED_SECRET_FIND, PARAMS(P_STR(name)), named_row, &n));
	if (!n.found)
		FAIL(c, ERR_NOT_FOUND, "密钥库中没有 %s", name);
	secret_init(&value, n.sealed.n);
	err e = unseal(c, k->roots->secret, slice_of(name), n.sealed, value.p, &value.n);
	if (failed(e)) {
		secret_release(&value);
		return e;
	}
	*ret = value;
	return OK;
}

/* Puts a secret unless there is one; two who race end up with the same. */
static err secret_make(struct ctx *c, struct keys *k, const char *name, struct slice value)
{
	struct slice sealed = {0};

	TRY(seal_named(c, k, name, value, &sealed));
	return store_exec(c, k->store, Q_NAMED_SECRET_MAKE,
			  PARAMS(P_STR(name), P_BLOB(sealed.p, sealed.n), P_INT(c->now_ms)), NULL);
}

err keys_signer_make(struct ctx *c, struct keys *k)
{
	uint8_t pair[SIGN_PUBLIC_SIZE + SIGN_SECRET_SIZE];

	sign_keypair(pair, pair + SIGN_PUBLIC_SIZE);
	err e = secret_make(c, k, signer_name, slice_bytes(pair, sizeof pair));
	crypto_wipe(pair, sizeof pair);
	return e;
}

err keys_ledger_signer(struct ctx *c, struct keys *k, uint8_t ret_public[static SIGN_PUBLIC_SIZE],
		       uint8_t ret_secret[static SIGN_SECRET_SIZE])
{
	SECRET_SCOPED pair = {0};

	TRY(keys_secret_get(c, k, signer_name, &pair));
	if (pair.n != SIGN_PUBLIC_SIZE + SIGN_SECRET_SIZE)
		FAIL(c, ERR_CRYPTO, "账本签名密钥已损坏");
	memcpy(ret_public, pair.p, SIGN_PUBLIC_SIZE);
	memcpy(ret_secret, pair.p + SIGN_PUBLIC_SIZE, SIGN_SECRET_SIZE);
	return OK;
}

/* ---- whether the master key is this store's ------------------------------------------------------------ */

err keys_check_make(struct ctx *c, struct keys *k)
{
	return secret_make(c, k, check_name, SLICE("tongban"));
}

err keys_check_read(struct ctx *c, struct keys *k)
{
	SECRET_SCOPED check = {0};
	err e = keys_secret_get(c, k, check_name, &check);

	if (e.code == ERR_CRYPTO)
		FAIL(c, ERR_CRYPTO, "主密钥文件与密钥库不匹配，请换回原来的 master.key");
	return e;
}
