#include "vault/keys/internal.h"
#include <assert.h>

err key_wrap(struct ctx *c, const struct keys *k, const uint8_t name[static SLOT_SIZE],
	     const uint8_t key[static KEY_SIZE], uint8_t ret[static WRAPPED_MAX], size_t *ret_size)
{
	size_t size = seal_size(k->suite, KEY_SIZE);

	assert(size <= WRAPPED_MAX);
	TRY(seal(c, k->suite, k->roots->wrap, slice_bytes(name, SLOT_SIZE), slice_bytes(key, KEY_SIZE), ret));
	*ret_size = size;
	return OK;
}

err key_unwrap(struct ctx *c, const struct keys *k, const uint8_t name[static SLOT_SIZE],
	       struct slice wrapped, uint8_t ret[static KEY_SIZE])
{
	uint8_t room[WRAPPED_MAX];
	size_t n = 0;

	if (wrapped.n > sizeof room)
		FAIL(c, ERR_CRYPTO, "密钥库中的密钥无法打开");
	err e = unseal(c, k->roots->wrap, slice_bytes(name, SLOT_SIZE), wrapped, room, &n);
	if (!failed(e) && n == KEY_SIZE)
		memcpy(ret, room, KEY_SIZE);
	crypto_wipe(room, sizeof room);
	if (failed(e) || n != KEY_SIZE)
		FAIL(c, ERR_CRYPTO, "密钥库中的密钥无法打开");
	return OK;
}

err wrapped_row(struct ctx *c, const struct row *row, void *wrapped)
{
	struct wrapped *w = wrapped;
	struct slice bytes = row_blob(row, 0);

	if (bytes.n > sizeof w->room)
		FAIL(c, ERR_CRYPTO, "密钥库中的密钥无法打开");
	w->found = true;
	w->size = row_is_null(row, 0) ? 0 : bytes.n;
	if (w->size > 0)
		memcpy(w->room, bytes.p, w->size);
	return OK;
}
