#include "crypto/internal.h"
#include <assert.h>

enum { BLOCK_SIZE = 64 }; /* of SHA-1, SHA-256 and SM3 alike */

static void free_md_ctx(EVP_MD_CTX **x)
{
	EVP_MD_CTX_free(*x);
}
#define MD_CTX_SCOPED __attribute__((cleanup(free_md_ctx))) EVP_MD_CTX

static void begin(EVP_MD_CTX *x, const EVP_MD *md)
{
	if (!x || EVP_DigestInit_ex(x, md, NULL) != 1)
		crypto_die("digest init");
}

static void add(EVP_MD_CTX *x, const void *p, size_t n)
{
	if (n > 0 && EVP_DigestUpdate(x, p, n) != 1)
		crypto_die("digest update");
}

static void end(EVP_MD_CTX *x, uint8_t *ret)
{
	if (EVP_DigestFinal_ex(x, ret, NULL) != 1)
		crypto_die("digest final");
}

void hash_sha256(struct slice data, uint8_t ret[static HASH_SIZE])
{
	hash_sha256_parts(&data, 1, ret);
}

void hash_sha256_parts(const struct slice *parts, size_t count, uint8_t ret[static HASH_SIZE])
{
	MD_CTX_SCOPED *x = EVP_MD_CTX_new();

	begin(x, algorithms()->sha256);
	for (size_t i = 0; i < count; i++)
		add(x, parts[i].p, parts[i].n);
	end(x, ret);
}

void digest_begin(struct digest *d)
{
	d->state = EVP_MD_CTX_new();
	begin(d->state, algorithms()->sha256);
}

void digest_add(struct digest *d, struct slice piece)
{
	add(d->state, piece.p, piece.n);
}

void digest_end(struct digest *d, uint8_t ret[static HASH_SIZE])
{
	end(d->state, ret);
}

void digest_release(struct digest *d)
{
	EVP_MD_CTX_free(d->state);
}

/* RFC 2104 section 2: a key longer than a block is hashed first. */
static void block_key(EVP_MD_CTX *x, const EVP_MD *md, struct slice key, uint8_t ret[static BLOCK_SIZE])
{
	memset(ret, 0, BLOCK_SIZE);
	if (key.n <= BLOCK_SIZE) {
		if (key.n > 0)
			memcpy(ret, key.p, key.n);
		return;
	}
	begin(x, md);
	add(x, key.p, key.n);
	end(x, ret);
}

static void flip(uint8_t block[static BLOCK_SIZE], uint8_t pad)
{
	for (size_t i = 0; i < BLOCK_SIZE; i++)
		block[i] ^= pad;
}

void hmac_parts(const EVP_MD *md, struct slice key, const struct slice *parts, size_t count, uint8_t *ret)
{
	MD_CTX_SCOPED *x = EVP_MD_CTX_new();
	uint8_t block[BLOCK_SIZE], inner[DIGEST_MAX];
	size_t size = (size_t)EVP_MD_get_size(md);

	assert(size <= DIGEST_MAX);
	if (!x)
		crypto_die("out of memory");
	block_key(x, md, key, block);
	flip(block, 0x36);
	begin(x, md);
	add(x, block, BLOCK_SIZE);
	for (size_t i = 0; i < count; i++)
		add(x, parts[i].p, parts[i].n);
	end(x, inner);

	flip(block, 0x36 ^ 0x5c);
	begin(x, md);
	add(x, block, BLOCK_SIZE);
	add(x, inner, size);
	end(x, ret);
	crypto_wipe(block, sizeof block);
	crypto_wipe(inner, sizeof inner);
}

const EVP_MD *suite_digest(enum suite suite)
{
	return suite == SUITE_GM ? algorithms()->sm3 : algorithms()->sha256;
}

void keyed_hash(enum suite suite, const uint8_t key[static KEY_SIZE], struct slice data,
		uint8_t ret[static HASH_SIZE])
{
	hmac_parts(suite_digest(suite), slice_bytes(key, KEY_SIZE), &data, 1, ret);
}

void hkdf(const EVP_MD *md, struct slice key, struct slice salt, struct slice info, uint8_t *ret, size_t n)
{
	size_t size = (size_t)EVP_MD_get_size(md);
	uint8_t prk[DIGEST_MAX], block[DIGEST_MAX];

	assert(n <= 255 * size);
	hmac_parts(md, salt, &key, 1, prk);
	for (size_t done = 0, i = 1; done < n; i++) {
		uint8_t counter = (uint8_t)i;
		struct slice parts[] = {
			slice_bytes(block, i == 1 ? 0 : size), /* T(i-1); T(0) is empty */
			info,
			slice_bytes(&counter, 1),
		};
		hmac_parts(md, slice_bytes(prk, size), parts, 3, block);
		size_t take = n - done < size ? n - done : size;
		memcpy(ret + done, block, take);
		done += take;
	}
	crypto_wipe(prk, sizeof prk);
	crypto_wipe(block, sizeof block);
}
