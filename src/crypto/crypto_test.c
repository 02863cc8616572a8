#include "crypto/internal.h"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct ctx *test_ctx(void)
{
	static struct ctx c;

	failure_clear(&c);
	return &c;
}

static struct slice unhex(const char *hex, uint8_t *room)
{
	assert_true(hex_decode(slice_of(hex), room));
	return slice_bytes(room, strlen(hex) / 2);
}

static void assert_hex(const uint8_t *p, size_t n, const char *hex)
{
	char text[512];

	assert_true(2 * n < sizeof text);
	hex_encode(p, n, text);
	assert_string_equal(text, hex);
}

static bool is(err e, enum err_code code)
{
	return e.code == code;
}

/* ---- published vectors --------------------------------------------------------------------------------- */

static void sha256_and_sm3_give_the_published_digests(void **state)
{
	(void)state;
	uint8_t digest[HASH_SIZE];
	unsigned n = 0;
	struct slice split[] = {SLICE("a"), SLICE(""), SLICE("bc")};

	hash_sha256(SLICE("abc"), digest); /* FIPS 180-4 */
	assert_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_sha256_parts(split, 3, digest);
	assert_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	DIGEST_SCOPED pieces = {0};
	digest_begin(&pieces);
	for (size_t i = 0; i < 3; i++)
		digest_add(&pieces, split[i]);
	digest_end(&pieces, digest);
	assert_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_sha256(SLICE(""), digest);
	assert_hex(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	/* GB/T 32905-2016, appendix A.1 */
	assert_int_equal(EVP_Digest("abc", 3, digest, &n, algorithms()->sm3, NULL), 1);
	assert_hex(digest, 32, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

static void hmac_sha256_gives_the_digests_of_rfc_4231(void **state)
{
	(void)state;
	static const struct {
		const char *key, *data, *mac;
	} cases[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	};
	uint8_t key[64], data[64], mac[DIGEST_MAX], long_key[131];

	for (size_t i = 0; i < 2; i++) {
		struct slice part = unhex(cases[i].data, data);
		hmac_parts(algorithms()->sha256, unhex(cases[i].key, key), &part, 1, mac);
		assert_hex(mac, 32, cases[i].mac);
	}
	memset(long_key, 0xaa, sizeof long_key); /* case 6: a key longer than a block */
	struct slice part = SLICE("Test Using Larger Than Block-Size Key - Hash Key First");
	hmac_parts(algorithms()->sha256, slice_bytes(long_key, sizeof long_key), &part, 1, mac);
	assert_hex(mac, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void keyed_hash_of_both_suites_agrees_with_openssl(void **state)
{
	(void)state;
	uint8_t key[KEY_SIZE], ours[HASH_SIZE], theirs[HASH_SIZE];
	size_t n = 0;

	for (int i = 0; i < KEY_SIZE; i++)
		key[i] = (uint8_t)(i + 1);
	for (int gm = 0; gm <= 1; gm++) {
		keyed_hash((enum suite)gm, key, SLICE("12912345678"), ours);
		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, gm ? "SM3" : "SHA256", NULL, key, sizeof key,
					  (const uint8_t *)"12912345678", 11, theirs, sizeof theirs, &n));
		assert_int_equal(n, sizeof theirs);
		assert_memory_equal(ours, theirs, sizeof ours);
	}
}

static void hkdf_gives_the_keys_of_rfc_5869(void **state)
{
	(void)state;
	uint8_t ikm[32], salt[16], info[16], okm[42];

	memset(ikm, 0x0b, 22);
	hkdf(algorithms()->sha256, slice_bytes(ikm, 22), unhex("000102030405060708090a0b0c", salt),
	     unhex("f0f1f2f3f4f5f6f7f8f9", info), okm, 42);
	assert_hex(okm, 42,
		   "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	hkdf(algorithms()->sha256, slice_bytes(ikm, 22), SLICE(""), SLICE(""), okm, 42); /* case 3 */
	assert_hex(okm, 42,
		   "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

static void sm4_gives_the_standard_ciphertext(void **state)
{
	(void)state;
	uint8_t key[16], out[32];
	int n = 0;
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();

	/* GB/T 32907-2016, appendix A.1: one block under the key that equals it. CTR over zeros from that
	 * counter is the same block. */
	unhex("0123456789abcdeffedcba9876543210", key);
	assert_int_equal(EVP_EncryptInit_ex2(x, algorithms()->sm4_ctr, key, key, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(x, out, &n, (const uint8_t[16]){0}, 16), 1);
	EVP_CIPHER_CTX_free(x);
	assert_hex(out, 16, "681edf34d206965e86b3e94f536e4246");
}

static void totp_gives_the_codes_of_rfc_6238(void **state)
{
	(void)state;
	static const struct {
		int64_t at_s;
		const char *code; /* the last six of the eight digits of appendix B */
	} cases[] = {{59, "287082"},	     {1111111109, "081804"}, {1111111111, "050471"},
		     {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
	struct slice secret = SLICE("12345678901234567890");
	char code[7];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		totp_code(secret, cases[i].at_s * 1000, code);
		assert_string_equal(code, cases[i].code);
	}
}

static void ed25519_gives_the_signature_of_rfc_8032(void **state)
{
	(void)state;
	uint8_t public_key[32], secret[64], room[32], signature[64];

	/* Section 7.1, test 2 */
	unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", room);
	crypto_sign_seed_keypair(public_key, secret, room);
	assert_hex(public_key, 32, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	sign(secret, SLICE("\x72"), signature);
	assert_hex(signature, 64,
		   "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_true(sign_verify(public_key, SLICE("\x72"), signature));
	assert_false(sign_verify(public_key, SLICE("\x73"), signature));
	signature[0] ^= 1;
	assert_false(sign_verify(public_key, SLICE("\x72"), signature));
}

/* ---- sealing ------------------------------------------------------------------------------------------- */

static void what_was_sealed_opens_in_both_suites_at_any_size(void **state)
{
	(void)state;
	uint8_t key[KEY_SIZE], plain[300], sealed[400], opened[400];
	size_t n = 0;

	crypto_random(key, sizeof key);
	crypto_random(plain, sizeof plain);
	for (int gm = 0; gm <= 1; gm++) {
		for (size_t size = 0; size <= sizeof plain; size++) {
			struct slice text = slice_bytes(plain, size);
			size_t sealed_size = seal_size((enum suite)gm, size);
			assert_true(is(seal(test_ctx(), (enum suite)gm, key, SLICE("aad"), text, sealed),
				       ERR_OK));
			assert_int_equal(sealed[0], gm);
			assert_true(is(unseal(test_ctx(), key, SLICE("aad"), slice_bytes(sealed, sealed_size),
					      opened, &n),
				       ERR_OK));
			assert_int_equal(n, size);
			assert_memory_equal(opened, plain, size);
		}
	}
}

static void a_change_of_any_bit_or_length_does_not_open(void **state)
{
	(void)state;
	struct slice plain = SLICE("129901199001010012"), aad = SLICE("vault_item|7|0|resident_id_number");
	uint8_t key[KEY_SIZE], sealed[128], opened[128];
	size_t n = 99;

	crypto_random(key, sizeof key);
	for (int gm = 0; gm <= 1; gm++) {
		size_t size = seal_size((enum suite)gm, plain.n);
		assert_true(is(seal(test_ctx(), (enum suite)gm, key, aad, plain, sealed), ERR_OK));
		for (size_t i = 0; i < size * 8; i++) {
			sealed[i / 8] ^= (uint8_t)(1u << i % 8);
			assert_true(is(unseal(test_ctx(), key, aad, slice_bytes(sealed, size), opened, &n),
				       ERR_CRYPTO));
			sealed[i / 8] ^= (uint8_t)(1u << i % 8);
		}
		for (size_t shorter = 0; shorter < size; shorter++)
			assert_true(is(unseal(test_ctx(), key, aad, slice_bytes(sealed, shorter), opened, &n),
				       ERR_CRYPTO));
		sealed[size] = 0;
		assert_true(is(unseal(test_ctx(), key, aad, slice_bytes(sealed, size + 1), opened, &n),
			       ERR_CRYPTO));
		assert_int_equal(n, 99); /* outputs are written on success only */
	}
}

static void another_key_or_aad_does_not_open_and_leaves_no_plaintext(void **state)
{
	(void)state;
	struct slice plain = SLICE("12912345678");
	uint8_t key[KEY_SIZE], other[KEY_SIZE], sealed[128], opened[128] = {0};
	static const char *const wrong[] = {"", "item|8", "item|7 ", "item|"};
	size_t n = 0;

	crypto_random(key, sizeof key);
	crypto_random(other, sizeof other);
	for (int gm = 0; gm <= 1; gm++) {
		struct slice form = slice_bytes(sealed, seal_size((enum suite)gm, plain.n));
		assert_true(
			is(seal(test_ctx(), (enum suite)gm, key, SLICE("item|7"), plain, sealed), ERR_OK));
		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
			assert_true(is(unseal(test_ctx(), key, slice_of(wrong[i]), form, opened, &n),
				       ERR_CRYPTO));
		assert_true(is(unseal(test_ctx(), other, SLICE("item|7"), form, opened, &n), ERR_CRYPTO));
		assert_null(memmem(opened, sizeof opened, plain.p, plain.n));
	}
}

static void sealing_twice_gives_different_forms(void **state)
{
	(void)state;
	uint8_t key[KEY_SIZE] = {1}, a[64], b[64];
	size_t n = seal_size(SUITE_INTL, 4);

	assert_true(is(seal(test_ctx(), SUITE_INTL, key, SLICE(""), SLICE("same"), a), ERR_OK));
	assert_true(is(seal(test_ctx(), SUITE_INTL, key, SLICE(""), SLICE("same"), b), ERR_OK));
	assert_memory_not_equal(a + 1, b + 1, 16);
	assert_memory_not_equal(a + 29, b + 29, n - 29);
}

/* ---- passwords, codes, encodings ----------------------------------------------------------------------- */

static void a_password_fits_its_own_hash_only(void **state)
{
	(void)state;
	char hash[PASSWORD_HASH_SIZE];

	assert_true(is(password_hash(test_ctx(), SLICE("Jinxin-2026"), hash), ERR_OK));
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_true(password_verify(SLICE("Jinxin-2026"), hash));
	assert_false(password_verify(SLICE("Jinxin-2027"), hash));
	assert_false(password_verify(SLICE(""), hash));
}

static double verify_ms(const char *hash)
{
	uint64_t before = randombytes_random(); /* something the compiler cannot fold */
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < 3; i++)
		assert_false(password_verify(slice_bytes(&before, sizeof before), hash));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

static void verifying_nobodys_password_is_the_same_work(void **state)
{
	(void)state;
	char hash[PASSWORD_HASH_SIZE];

	assert_true(is(password_hash(test_ctx(), SLICE("Jinxin-2026"), hash), ERR_OK));
	double somebody = verify_ms(hash), nobody = verify_ms(NULL);
	/* A refusal without Argon2 would be thousands of times faster. */
	assert_true(nobody > somebody / 4);
}

static void a_code_is_taken_one_step_to_each_side_and_names_its_step(void **state)
{
	(void)state;
	struct slice secret = SLICE("12345678901234567890");
	int64_t at_ms = INT64_C(1234567890) * 1000, step = 0;
	char code[7];

	totp_code(secret, at_ms, code);
	for (int drift = -1; drift <= 1; drift++) {
		assert_true(totp_verify(secret, at_ms + drift * 30000, slice_of(code), &step));
		assert_int_equal(step, 1234567890 / 30);
	}
	assert_false(totp_verify(secret, at_ms + 60000, slice_of(code), &step));
	assert_false(totp_verify(secret, at_ms - 60000, slice_of(code), &step));
	assert_false(totp_verify(secret, at_ms, slice_bytes(code, 5), &step));
	assert_false(totp_verify(secret, at_ms, SLICE("0000000"), &step));
	assert_false(totp_verify(SLICE("12345678901234567891"), at_ms, slice_of(code), &step));
}

static void encodings_are_those_of_rfc_4648_and_refuse_anything_else(void **state)
{
	(void)state;
	uint8_t out[32];
	char text[64];
	size_t n = 0;

	base64_encode("foob", 4, text);
	assert_string_equal(text, "Zm9vYg==");
	assert_true(base64_decode(SLICE("Zm9vYg=="), out, &n));
	assert_int_equal(n, 4);
	assert_memory_equal(out, "foob", 4);
	base64url_encode("\xff\xef", 2, text);
	assert_string_equal(text, "_-8");
	assert_true(base64url_decode(SLICE("_-8"), out, &n));
	assert_int_equal(n, 2);
	assert_false(base64_decode(SLICE("_-8="), out, &n));
	assert_false(base64_decode(SLICE("Zm9vYg="), out, &n));
	assert_false(base64_decode(SLICE("Zm9v Yg=="), out, &n));
	assert_false(base64url_decode(SLICE("_-9"), out, &n)); /* bits left over */
	base32_encode("foobar", 6, text);
	assert_string_equal(text, "MZXW6YTBOI");
	base32_encode("fooba", 5, text);
	assert_string_equal(text, "MZXW6YTB");
	base32_encode("f", 1, text);
	assert_string_equal(text, "MY");
	assert_false(hex_decode(SLICE("0g"), out));
	assert_false(hex_decode(SLICE("012"), out));
	assert_true(hex_decode(SLICE(""), out));
}

static void a_released_secret_is_gone(void **state)
{
	(void)state;
	struct secret s;

	secret_init(&s, 16);
	assert_int_equal(s.n, 16);
	s.p[0] = 1;
	secret_release(&s);
	assert_null(s.p);
	assert_int_equal(s.n, 0);
	secret_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_and_sm3_give_the_published_digests),
		cmocka_unit_test(hmac_sha256_gives_the_digests_of_rfc_4231),
		cmocka_unit_test(keyed_hash_of_both_suites_agrees_with_openssl),
		cmocka_unit_test(hkdf_gives_the_keys_of_rfc_5869),
		cmocka_unit_test(sm4_gives_the_standard_ciphertext),
		cmocka_unit_test(totp_gives_the_codes_of_rfc_6238),
		cmocka_unit_test(ed25519_gives_the_signature_of_rfc_8032),
		cmocka_unit_test(what_was_sealed_opens_in_both_suites_at_any_size),
		cmocka_unit_test(a_change_of_any_bit_or_length_does_not_open),
		cmocka_unit_test(another_key_or_aad_does_not_open_and_leaves_no_plaintext),
		cmocka_unit_test(sealing_twice_gives_different_forms),
		cmocka_unit_test(a_password_fits_its_own_hash_only),
		cmocka_unit_test(verifying_nobodys_password_is_the_same_work),
		cmocka_unit_test(a_code_is_taken_one_step_to_each_side_and_names_its_step),
		cmocka_unit_test(encodings_are_those_of_rfc_4648_and_refuse_anything_else),
		cmocka_unit_test(a_released_secret_is_gone),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
