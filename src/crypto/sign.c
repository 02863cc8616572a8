#include "crypto/crypto.h"
#include <assert.h>
#include <sodium.h>

static_assert(SIGN_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES);
static_assert(SIGN_SECRET_SIZE == crypto_sign_SECRETKEYBYTES);
static_assert(SIGNATURE_SIZE == crypto_sign_BYTES);

void sign_keypair(uint8_t ret_public[static SIGN_PUBLIC_SIZE], uint8_t ret_secret[static SIGN_SECRET_SIZE])
{
	crypto_sign_keypair(ret_public, ret_secret);
}

void sign(const uint8_t secret_key[static SIGN_SECRET_SIZE], struct slice message,
	  uint8_t ret[static SIGNATURE_SIZE])
{
	crypto_sign_detached(ret, NULL, (const uint8_t *)message.p, message.n, secret_key);
}

bool sign_verify(const uint8_t public_key[static SIGN_PUBLIC_SIZE], struct slice message,
		 const uint8_t signature[static SIGNATURE_SIZE])
{
	return crypto_sign_verify_detached(signature, (const uint8_t *)message.p, message.n, public_key) == 0;
}
