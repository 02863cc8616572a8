/* Sealing, keyed hashes, hashes, signatures, passwords. Suites: `intl` (AES-256-GCM, HMAC-SHA-256) and `gm`
 * (SM4-CTR then HMAC-SM3; HMAC-SM3). Merkle hashes are SHA-256 in both (RFC 6962); checkpoints Ed25519. */
#pragma once

#include "base/buf.h"
#include "base/ctx.h"

enum suite { SUITE_INTL, SUITE_GM };

enum { KEY_SIZE = 32, HASH_SIZE = 32, SIGN_PUBLIC_SIZE = 32, SIGN_SECRET_SIZE = 64, SIGNATURE_SIZE = 64 };

/* Call once at start; aborts when a library is unusable. */
void crypto_init(void);
void crypto_random(void *ret, size_t size);
bool crypto_equal(const void *a, const void *b, size_t size); /* constant time */
void crypto_wipe(void *p, size_t size);

/* A secret: wiped when it leaves scope; never in an arena, log or error. */
struct secret {
	uint8_t *p;
	size_t n;
};
void secret_init(struct secret *s, size_t n);
void secret_release(struct secret *s);
#define SECRET_SCOPED __attribute__((cleanup(secret_release))) struct secret

/* Seals plain under key: HKDF derives a record key from key and a random 16-byte salt; aad (table, person,
 * record, item) is bound. The sealed form names its suite, so both open whatever the configured suite: 1 byte
 * suite, 16 salt, 12 or 16 iv, ciphertext, tag. seal_size says how many bytes to provide. */
size_t seal_size(enum suite suite, size_t plain_size);
err seal(struct ctx *c, enum suite suite, const uint8_t key[static KEY_SIZE], struct slice aad,
	 struct slice plain, uint8_t *ret_sealed);
/* ret_plain has room for sealed.n bytes; ret_size is the plain size. ERR_CRYPTO when it does not open. */
err unseal(struct ctx *c, const uint8_t key[static KEY_SIZE], struct slice aad, struct slice sealed,
	   uint8_t *ret_plain, size_t *ret_size);

void hash_sha256(struct slice data, uint8_t ret[static HASH_SIZE]);
/* SHA-256 over several parts, for Merkle nodes. */
void hash_sha256_parts(const struct slice *parts, size_t count, uint8_t ret[static HASH_SIZE]);
/* SHA-256 of what comes piece by piece. */
struct digest {
	void *state;
};
void digest_begin(struct digest *d);
void digest_add(struct digest *d, struct slice piece);
void digest_end(struct digest *d, uint8_t ret[static HASH_SIZE]);
void digest_release(struct digest *d);
#define DIGEST_SCOPED __attribute__((cleanup(digest_release))) struct digest
/* HMAC of the suite; 32 bytes in both. */
void keyed_hash(enum suite suite, const uint8_t key[static KEY_SIZE], struct slice data,
		uint8_t ret[static HASH_SIZE]);

/* Ed25519. */
void sign_keypair(uint8_t ret_public[static SIGN_PUBLIC_SIZE], uint8_t ret_secret[static SIGN_SECRET_SIZE]);
void sign(const uint8_t secret_key[static SIGN_SECRET_SIZE], struct slice message,
	  uint8_t ret[static SIGNATURE_SIZE]);
bool sign_verify(const uint8_t public_key[static SIGN_PUBLIC_SIZE], struct slice message,
		 const uint8_t signature[static SIGNATURE_SIZE]);

/* Argon2id, 19 MiB, t=2 (OWASP); text form with parameters. password_verify takes the same time for a hash of
 * NULL (nobody). */
enum { PASSWORD_HASH_SIZE = 128 };
err password_hash(struct ctx *c, struct slice password, char ret[static PASSWORD_HASH_SIZE]);
bool password_verify(struct slice password, const char *hash_or_null);

/* TOTP, RFC 6238: SHA-1, 6 digits, 30 s, one step of drift each way; ret_step names the step for replay
 * refusal. */
bool totp_verify(struct slice secret, int64_t now_ms, struct slice code, int64_t *ret_step);
void totp_code(struct slice secret, int64_t now_ms, char ret[static 7]);

/* Text encodings; the out buffers are NUL-terminated. */
void hex_encode(const void *p, size_t n, char *ret);	/* 2n + 1 */
bool hex_decode(struct slice text, uint8_t *ret);	/* n/2 bytes */
void base64_encode(const void *p, size_t n, char *ret); /* 4*((n+2)/3) + 1, standard with padding */
bool base64_decode(struct slice text, uint8_t *ret, size_t *ret_n);
void base64url_encode(const void *p, size_t n, char *ret); /* no padding */
bool base64url_decode(struct slice text, uint8_t *ret, size_t *ret_n);
void base32_encode(const void *p, size_t n, char *ret); /* no padding */
