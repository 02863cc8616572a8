/* What the files of this module share: the algorithms, fetched once, and HMAC and HKDF over them. */
#pragma once

#include "crypto/crypto.h"
#include <openssl/evp.h>

struct algorithms {
	EVP_MD *sha256, *sm3, *sha1;
	EVP_CIPHER *aes_256_gcm, *sm4_ctr;
};

/* Asserts that crypto_init was called. */
const struct algorithms *algorithms(void);

/* Out of memory, or a library that fails where it cannot: nothing sensible can follow. */
__attribute__((noreturn)) void crypto_die(const char *what);

enum { DIGEST_MAX = 32 };

/* RFC 2104 over the concatenation of the parts; the key may have any length. ret has room for the digest's
 * size. */
void hmac_parts(const EVP_MD *md, struct slice key, const struct slice *parts, size_t count, uint8_t *ret);

/* RFC 5869, extract then expand; n at most 255 digests. */
void hkdf(const EVP_MD *md, struct slice key, struct slice salt, struct slice info, uint8_t *ret, size_t n);

const EVP_MD *suite_digest(enum suite suite);

/* RFC 4226 section 5.3 truncation of the code for one counter value, to 6 digits. */
void totp_at(struct slice secret, uint64_t step, char ret[static 7]);
