/* Sealing under the data key of a scope: what modules keep of a person in a row of their own. */
#include "vault/keys.h"

err keys_seal(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, struct slice aad,
	      struct slice plain, struct slice *ret)
{
	enum suite suite = keys_suite(k);
	uint8_t key[KEY_SIZE];
	uint8_t *sealed = arena_alloc(c->arena, seal_size(suite, plain.n));

	TRY(keys_make(c, k, subject_id, scope, key));
	err e = seal(c, suite, key, aad, plain, sealed);
	crypto_wipe(key, sizeof key);
	TRY(e);
	*ret = slice_bytes(sealed, seal_size(suite, plain.n));
	return OK;
}

err keys_unseal(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, struct slice aad,
		struct slice sealed, struct slice *ret)
{
	uint8_t key[KEY_SIZE];
	size_t size = 0;
	uint8_t *plain = arena_alloc(c->arena, sealed.n + 1);

	TRY(keys_get(c, k, subject_id, scope, key));
	err e = unseal(c, key, aad, sealed, plain, &size);
	crypto_wipe(key, sizeof key);
	TRY(e);
	*ret = slice_bytes(plain, size);
	return OK;
}
