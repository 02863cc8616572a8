/* The sealed form: suite (1) | salt (16) | iv (12 intl, 16 gm) | ciphertext | tag (16 intl, 32 gm).
 *
 * Each sealing derives keys of its own from the data key and the salt, so a data key may seal any number of
 * fields without an IV ever repeating under one key. `gm` encrypts, then authenticates everything it wrote
 * and the AAD. */
#include "crypto/internal.h"

enum {
	SALT_SIZE = 16,
	HEAD_SIZE = 1 + SALT_SIZE,
	GCM_IV_SIZE = 12,
	GCM_TAG_SIZE = 16,
	GCM_KEY_SIZE = 32,
	SM4_IV_SIZE = 16,
	SM4_KEY_SIZE = 16,
	SM3_KEY_SIZE = 32,
	SM3_TAG_SIZE = 32,
	DERIVED_MAX = SM4_KEY_SIZE + SM3_KEY_SIZE,
	PLAIN_MAX = 1 << 30, /* EVP counts in int */
};

/* Pointers into one sealed form. */
struct parts {
	enum suite suite;
	const uint8_t *salt, *iv, *text, *tag;
	size_t iv_size, text_size, tag_size;
};

static void free_cipher_ctx(EVP_CIPHER_CTX **x)
{
	EVP_CIPHER_CTX_free(*x);
}
#define CIPHER_CTX_SCOPED __attribute__((cleanup(free_cipher_ctx))) EVP_CIPHER_CTX

static struct parts parts_of(enum suite suite, const uint8_t *sealed, size_t text_size)
{
	size_t iv_size = suite == SUITE_GM ? SM4_IV_SIZE : GCM_IV_SIZE;

	return (struct parts){
		.suite = suite,
		.salt = sealed + 1,
		.iv = sealed + HEAD_SIZE,
		.iv_size = iv_size,
		.text = sealed + HEAD_SIZE + iv_size,
		.text_size = text_size,
		.tag = sealed + HEAD_SIZE + iv_size + text_size,
		.tag_size = suite == SUITE_GM ? SM3_TAG_SIZE : GCM_TAG_SIZE,
	};
}

size_t seal_size(enum suite suite, size_t plain_size)
{
	if (suite == SUITE_GM)
		return HEAD_SIZE + SM4_IV_SIZE + plain_size + SM3_TAG_SIZE;
	return HEAD_SIZE + GCM_IV_SIZE + plain_size + GCM_TAG_SIZE;
}

/* The info names the suite: a sealed form whose suite byte was changed opens under no key. */
static void derive(enum suite suite, const uint8_t key[static KEY_SIZE], const uint8_t *salt,
		   uint8_t ret[static DERIVED_MAX])
{
	struct slice info = suite == SUITE_GM ? SLICE("tongban/seal/gm/1") : SLICE("tongban/seal/intl/1");
	size_t n = suite == SUITE_GM ? SM4_KEY_SIZE + SM3_KEY_SIZE : GCM_KEY_SIZE;

	hkdf(suite_digest(suite), slice_bytes(key, KEY_SIZE), slice_bytes(salt, SALT_SIZE), info, ret, n);
}

/* ---- intl: AES-256-GCM --------------------------------------------------------------------------------- */

static bool gcm_run(bool encrypt, const uint8_t *key, const struct parts *p, struct slice aad,
		    const uint8_t *in, uint8_t *out, uint8_t *tag)
{
	CIPHER_CTX_SCOPED *x = EVP_CIPHER_CTX_new();
	uint8_t none[GCM_TAG_SIZE];
	int n = 0;

	if (!x || EVP_CipherInit_ex2(x, algorithms()->aes_256_gcm, key, p->iv, encrypt, NULL) != 1)
		return false;
	if (aad.n > 0 && EVP_CipherUpdate(x, NULL, &n, (const uint8_t *)aad.p, (int)aad.n) != 1)
		return false;
	if (p->text_size > 0 && EVP_CipherUpdate(x, out, &n, in, (int)p->text_size) != 1)
		return false;
	if (!encrypt && EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_SIZE, tag) != 1)
		return false;
	if (EVP_CipherFinal_ex(x, none, &n) != 1)
		return false;
	return !encrypt || EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_SIZE, tag) == 1;
}

/* ---- gm: SM4-CTR, then HMAC-SM3 ------------------------------------------------------------------------ */

static bool sm4_run(const uint8_t *key, const struct parts *p, const uint8_t *in, uint8_t *out)
{
	CIPHER_CTX_SCOPED *x = EVP_CIPHER_CTX_new();
	int n = 0;

	if (!x || EVP_CipherInit_ex2(x, algorithms()->sm4_ctr, key, p->iv, 1, NULL) != 1)
		return false;
	return p->text_size == 0 || EVP_CipherUpdate(x, out, &n, in, (int)p->text_size) == 1;
}

/* The length of the AAD comes first, so that no byte can move between it and what follows. */
static void sm3_tag(const uint8_t *key, const struct parts *p, struct slice aad,
		    uint8_t ret[static SM3_TAG_SIZE])
{
	uint8_t length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)aad.n >> (56 - 8 * i));
	struct slice parts[] = {
		slice_bytes(length, sizeof length),
		aad,
		slice_bytes(p->salt - 1, HEAD_SIZE + p->iv_size + p->text_size),
	};
	hmac_parts(algorithms()->sm3, slice_bytes(key, SM3_KEY_SIZE), parts, 3, ret);
}

/* ---- both ---------------------------------------------------------------------------------------------- */

err seal(struct ctx *c, enum suite suite, const uint8_t key[static KEY_SIZE], struct slice aad,
	 struct slice plain, uint8_t *ret_sealed)
{
	uint8_t derived[DERIVED_MAX];
	struct parts p = parts_of(suite, ret_sealed, plain.n);
	size_t text_at = (size_t)(p.text - ret_sealed);
	uint8_t *text = ret_sealed + text_at, *tag = text + plain.n;
	bool ok;

	if (plain.n > PLAIN_MAX || aad.n > PLAIN_MAX)
		FAIL(c, ERR_TOO_LARGE, "内容过大，无法加密保存");
	ret_sealed[0] = (uint8_t)suite;
	crypto_random(ret_sealed + 1, SALT_SIZE + p.iv_size);
	derive(suite, key, p.salt, derived);
	if (suite == SUITE_GM) {
		ok = sm4_run(derived, &p, (const uint8_t *)plain.p, text);
		sm3_tag(derived + SM4_KEY_SIZE, &p, aad, tag);
	} else {
		ok = gcm_run(true, derived, &p, aad, (const uint8_t *)plain.p, text, tag);
	}
	crypto_wipe(derived, sizeof derived);
	if (!ok)
		FAIL(c, ERR_CRYPTO, "加密未能完成");
	return OK;
}

static bool parts_parse(struct slice sealed, struct parts *ret)
{
	if (sealed.n < 1 || (sealed.p[0] != SUITE_INTL && sealed.p[0] != SUITE_GM))
		return false;
	enum suite suite = (enum suite)sealed.p[0];
	size_t around = seal_size(suite, 0);
	if (sealed.n < around || sealed.n - around > PLAIN_MAX)
		return false;
	*ret = parts_of(suite, (const uint8_t *)sealed.p, sealed.n - around);
	return true;
}

static bool gcm_open(const uint8_t *key, const struct parts *p, struct slice aad, uint8_t *ret_plain)
{
	uint8_t tag[GCM_TAG_SIZE];

	memcpy(tag, p->tag, sizeof tag);
	if (gcm_run(false, key, p, aad, p->text, ret_plain, tag))
		return true;
	crypto_wipe(ret_plain, p->text_size); /* GCM writes before it knows */
	return false;
}

static bool gm_open(const uint8_t *key, const struct parts *p, struct slice aad, uint8_t *ret_plain)
{
	uint8_t tag[SM3_TAG_SIZE];

	sm3_tag(key + SM4_KEY_SIZE, p, aad, tag);
	return crypto_equal(tag, p->tag, sizeof tag) && sm4_run(key, p, p->text, ret_plain);
}

err unseal(struct ctx *c, const uint8_t key[static KEY_SIZE], struct slice aad, struct slice sealed,
	   uint8_t *ret_plain, size_t *ret_size)
{
	uint8_t derived[DERIVED_MAX];
	struct parts p;

	if (!parts_parse(sealed, &p) || aad.n > PLAIN_MAX)
		FAIL(c, ERR_CRYPTO, "密封内容无法打开");
	derive(p.suite, key, p.salt, derived);
	bool ok = p.suite == SUITE_GM ? gm_open(derived, &p, aad, ret_plain)
				      : gcm_open(derived, &p, aad, ret_plain);
	crypto_wipe(derived, sizeof derived);
	if (!ok)
		FAIL(c, ERR_CRYPTO, "密封内容无法打开");
	*ret_size = p.text_size;
	return OK;
}
