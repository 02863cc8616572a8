#include "crypto/internal.h"
#include <assert.h>
#include <sodium.h>

enum { OPS = 2, MEMORY_BYTES = 19 * 1024 * 1024 }; /* OWASP's minimum for Argon2id, one lane */

static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);

/* Verified in place of a hash that does not exist. Its parameters are those of password_hash, its digest is
 * of no password; so a login name that is not taken costs as much as one that is. */
static const char nobody[crypto_pwhash_STRBYTES] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
						   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* The library wants an address for no characters, too. */
static const char *characters(struct slice password)
{
	return password.p ? password.p : "";
}

err password_hash(struct ctx *c, struct slice password, char ret[static PASSWORD_HASH_SIZE])
{
	if (crypto_pwhash_str_alg(ret, characters(password), password.n, OPS, MEMORY_BYTES,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		FAIL(c, ERR_OVERLOADED, "系统繁忙，请稍后再试");
	return OK;
}

bool password_verify(struct slice password, const char *hash_or_null)
{
	const char *hash = hash_or_null ? hash_or_null : nobody;
	bool fits = crypto_pwhash_str_verify(hash, characters(password), password.n) == 0;

	return fits && hash_or_null;
}
