/* Sealing one short field, against AES-256-GCM by libcrypto with nothing around it: what the key per record,
 * the salt and the suites cost. */
#include "base/clock.h"
#include "crypto/crypto.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 200000, ITEM_SIZE = 18 };

static struct ctx ctx;
static const uint8_t key[KEY_SIZE] = {7};
static const struct slice item = {"129901199001010012", ITEM_SIZE};

static void must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "bench_seal: it does not open\n");
	exit(3);
}

static void round_of(enum suite suite)
{
	uint8_t sealed[128], opened[128];
	size_t n = 0;

	must(!failed(seal(&ctx, suite, key, SLICE("vault_item|7|0|id_number"), item, sealed)));
	must(!failed(unseal(&ctx, key, SLICE("vault_item|7|0|id_number"),
			    slice_bytes(sealed, seal_size(suite, item.n)), opened, &n)));
	must(n == item.n && memcmp(opened, item.p, n) == 0);
}

static void bare_half(EVP_CIPHER_CTX *x, int encrypt, const uint8_t *iv, const uint8_t *in, uint8_t *out,
		      uint8_t *tag)
{
	int n = 0;

	must(EVP_CipherInit_ex2(x, NULL, key, iv, encrypt, NULL) == 1);
	must(EVP_CipherUpdate(x, out, &n, in, ITEM_SIZE) == 1);
	if (!encrypt)
		must(EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1);
	must(EVP_CipherFinal_ex(x, out + n, &n) == 1);
	if (encrypt)
		must(EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
}

static void bare_round(EVP_CIPHER_CTX *x)
{
	uint8_t iv[12], sealed[64], opened[64], tag[16];

	crypto_random(iv, sizeof iv);
	bare_half(x, 1, iv, (const uint8_t *)item.p, sealed, tag);
	bare_half(x, 0, iv, sealed, opened, tag);
	must(memcmp(opened, item.p, item.n) == 0);
}

static double per_second(uint64_t began_ns)
{
	return ROUNDS * 1e9 / (double)(clock_monotonic_ns() - began_ns);
}

static void print(const char *name, double value, double bare)
{
	printf("{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"seal+open/s\",\"reference\":\"bare AES-256-GCM\","
	       "\"reference_value\":%.0f,\"ratio\":%.3f}\n",
	       name, value, bare, value / bare);
}

int main(void)
{
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	double suites[2];

	crypto_init();
	must(x && EVP_CipherInit_ex2(x, EVP_aes_256_gcm(), key, NULL, 1, NULL) == 1);
	for (int s = SUITE_INTL; s <= SUITE_GM; s++) {
		uint64_t began_ns = clock_monotonic_ns();
		for (int i = 0; i < ROUNDS; i++)
			round_of((enum suite)s);
		suites[s] = per_second(began_ns);
	}
	uint64_t began_ns = clock_monotonic_ns();
	for (int i = 0; i < ROUNDS; i++)
		bare_round(x);
	double bare = per_second(began_ns);
	EVP_CIPHER_CTX_free(x);
	print("seal_intl", suites[SUITE_INTL], bare);
	print("seal_gm", suites[SUITE_GM], bare);
	return 0;
}
