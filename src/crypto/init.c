#include "crypto/internal.h"
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct algorithms fetched;

void crypto_die(const char *what)
{
	fprintf(stderr, "{\"event\":\"crypto_unusable\",\"what\":\"%s\"}\n", what);
	abort();
}

/* Fetching by name at each use costs more than sealing a short field does. */
static void fetch_all(void)
{
	if (sodium_init() < 0)
		crypto_die("libsodium");
	fetched = (struct algorithms){
		.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL),
		.sm3 = EVP_MD_fetch(NULL, "SM3", NULL),
		.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL),
		.aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL),
		.sm4_ctr = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL),
	};
	if (!fetched.sha256 || !fetched.sm3 || !fetched.sha1)
		crypto_die("libcrypto: SHA-256, SM3 and SHA-1 are needed");
	if (!fetched.aes_256_gcm || !fetched.sm4_ctr)
		crypto_die("libcrypto: AES-256-GCM and SM4-CTR are needed");
}

void crypto_init(void)
{
	pthread_once(&once, fetch_all);
}

const struct algorithms *algorithms(void)
{
	assert(fetched.sha256 && "crypto_init was not called");
	return &fetched;
}

void crypto_random(void *ret, size_t size)
{
	randombytes_buf(ret, size);
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

void crypto_wipe(void *p, size_t size)
{
	if (p)
		sodium_memzero(p, size);
}

void secret_init(struct secret *s, size_t n)
{
	uint8_t *p = calloc(1, n ? n : 1);

	if (!p)
		crypto_die("out of memory");
	*s = (struct secret){p, n};
}

void secret_release(struct secret *s)
{
	if (s->p)
		sodium_memzero(s->p, s->n);
	free(s->p);
	*s = (struct secret){0};
}
