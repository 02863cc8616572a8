#include "connectors/connectors.h"
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#undef fail

/* RFC 9421 appendix B.1.4 and B.2.6. */
static const char rfc_public[] = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
static const char rfc_input[] = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
				"\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
static const char rfc_signature[] = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgw"
				    "UPiu4A0w6vuQv5lIp5WPpBKRCw==:";
static const int64_t rfc_now_ms = 1618884473000;

static struct http_component rfc_components[] = {
	{"@method", false, {"POST", 4}},
	{"date", false, {"Tue, 20 Apr 2021 02:07:55 GMT", 29}},
	{"@path", false, {"/foo", 4}},
	{"@authority", false, {"example.com", 11}},
	{"content-type", false, {"application/json", 16}},
	{"content-length", false, {"18", 2}},
};

static err verify_rfc(struct ctx *c, int64_t now_ms, size_t required)
{
	uint8_t key[SIGN_PUBLIC_SIZE + 4];
	size_t n = 0;

	assert_true(base64_decode(slice_of(rfc_public), key, &n));
	return http_verify_components(c, key, rfc_components, 6, required, slice_of(rfc_input),
				      slice_of(rfc_signature), now_ms);
}

static void the_signature_of_rfc_9421_b_2_6_verifies(void **)
{
	struct ctx c = {0};

	assert_false(failed(verify_rfc(&c, rfc_now_ms, 1)));
	rfc_components[2].value = SLICE("/fop");
	assert_int_equal(verify_rfc(&c, rfc_now_ms, 1).code, ERR_CRYPTO);
	rfc_components[2].value = SLICE("/foo");
}

static void an_old_or_early_signature_is_refused(void **)
{
	struct ctx c = {0};

	assert_false(failed(verify_rfc(&c, rfc_now_ms + 300000, 1)));
	assert_int_equal(verify_rfc(&c, rfc_now_ms + 301000, 1).code, ERR_CRYPTO);
	assert_int_equal(verify_rfc(&c, rfc_now_ms - 301000, 1).code, ERR_CRYPTO);
}

/* ---- what we sign ----------------------------------------------------------------------------------------
 */

static uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
static const int64_t now_ms = 1790000000000;

struct fields {
	char text[2048];
	struct slice digest, input, signature;
};

static struct slice field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	assert_non_null(at);
	at += strlen(name);
	return slice_bytes(at, strcspn(at, "\n"));
}

static void split(struct fields *f, const struct buf *headers)
{
	assert_true(headers->size < sizeof f->text);
	memcpy(f->text, headers->data, headers->size + 1);
	f->digest = field(f->text, "Content-Digest: ");
	f->input = field(f->text, "Signature-Input: ");
	f->signature = field(f->text, "Signature: ");
}

static void sign_request(struct fields *f, struct slice body)
{
	struct ctx c = {0};
	BUF_SCOPED headers;

	buf_init(&headers, 4096);
	assert_false(
		failed(http_sign(&c, secret_key, "tongban", "POST", "/a/query", body, now_ms, &headers)));
	split(f, &headers);
}

static enum err_code verify(const struct fields *f, const char *method, const char *path, struct slice body)
{
	struct ctx c = {0};

	return http_verify(&c, public_key, method, path, body, f->digest, f->input, f->signature, now_ms)
		.code;
}

static void a_request_verifies_only_as_it_was_signed(void **)
{
	struct fields f;
	uint8_t other[SIGN_PUBLIC_SIZE], unused[SIGN_SECRET_SIZE];
	struct ctx c = {0};

	sign_request(&f, SLICE("{\"a\":1}"));
	assert_int_equal(verify(&f, "POST", "/a/query", SLICE("{\"a\":1}")), ERR_OK);
	assert_int_equal(verify(&f, "PUT", "/a/query", SLICE("{\"a\":1}")), ERR_CRYPTO);
	assert_int_equal(verify(&f, "POST", "/b/query", SLICE("{\"a\":1}")), ERR_CRYPTO);
	assert_int_equal(verify(&f, "POST", "/a/query", SLICE("{\"a\":2}")), ERR_CRYPTO);
	sign_keypair(other, unused);
	assert_int_equal(http_verify(&c, other, "POST", "/a/query", SLICE("{\"a\":1}"), f.digest, f.input,
				     f.signature, now_ms)
				 .code,
			 ERR_CRYPTO);
}

/* RFC 9530 appendix B gives digests of {"hello": "world"} followed by a newline, and without one. */
static void the_digest_is_that_of_rfc_9530(void **)
{
	struct fields f;

	sign_request(&f, SLICE("{\"hello\": \"world\"}"));
	assert_memory_equal(f.digest.p, "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", f.digest.n);
}

static void a_digest_beside_others_is_found_but_not_inside_one(void **)
{
	struct fields f;
	struct ctx c = {0};
	char both[300];

	sign_request(&f, SLICE("x"));
	snprintf(both, sizeof both, "sha-512=:AAAA:, %.*s", (int)f.digest.n, f.digest.p);
	/* The digest fits, but the signature covers another field. */
	assert_true(failed(http_verify(&c, public_key, "POST", "/a/query", SLICE("x"), slice_of(both),
				       f.input, f.signature, now_ms)));
	assert_null(strstr(c.failure.detail, "摘要"));
	snprintf(both, sizeof both, "x%.*s", (int)f.digest.n, f.digest.p);
	assert_true(failed(http_verify(&c, public_key, "POST", "/a/query", SLICE("x"), slice_of(both),
				       f.input, f.signature, now_ms)));
	assert_non_null(strstr(c.failure.detail, "摘要"));
}

static void an_answer_belongs_to_its_request_and_status(void **)
{
	struct ctx c = {0};
	struct fields f;
	BUF_SCOPED headers;

	buf_init(&headers, 4096);
	assert_false(failed(
		http_sign_answer(&c, secret_key, "k", 200, "POST", "/a", SLICE("{}"), now_ms, &headers)));
	split(&f, &headers);
	struct {
		int status;
		const char *method, *path;
		enum err_code code;
	} tries[] = {{200, "POST", "/a", ERR_OK},
		     {404, "POST", "/a", ERR_CRYPTO},
		     {200, "GET", "/a", ERR_CRYPTO},
		     {200, "POST", "/b", ERR_CRYPTO}};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(http_verify_answer(&c, public_key, tries[i].status, tries[i].method,
						    tries[i].path, SLICE("{}"), f.digest, f.input,
						    f.signature, now_ms)
					 .code,
				 tries[i].code);
	/* A request's signature is none for an answer, nor the other way. */
	assert_int_equal(verify(&f, "POST", "/a", SLICE("{}")), ERR_CRYPTO);
}

static void a_signature_that_leaves_something_out_is_refused(void **)
{
	/* B.2.6 verifies, but does not cover a digest. */
	struct http_component wanted[7] = {{"content-digest", false, {"sha-256=:x:", 11}}};
	struct ctx c = {0};
	uint8_t key[SIGN_PUBLIC_SIZE + 4];
	size_t n = 0;

	memcpy(&wanted[1], rfc_components, sizeof rfc_components);
	assert_true(base64_decode(slice_of(rfc_public), key, &n));
	err e = http_verify_components(&c, key, wanted, 7, 1, slice_of(rfc_input), slice_of(rfc_signature),
				       rfc_now_ms);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_non_null(strstr(c.failure.detail, "content-digest"));
}

static void malformed_fields_are_refused(void **)
{
	static const char *const inputs[] = {
		"",
		"sig",
		"sig=",
		"sig=(",
		"sig=()",
		"sig=(\"@method\"",
		"sig=(\"@method)",
		"sig=(\"@method\"\"@path\");created=1790000000",
		"sig=(\"@method\";sf);created=1790000000",
		"sig=(\"@method\");created",
		"sig=(\"@method\");created=99999999999999999999",
		"sig=(\"@method\");created=1790000000, b=()",
		"sig=(\"@method\");created=1790000000;alg=\"rsa\"",
		"sig=(\"@method\" \"@method\" \"@path\" \"content-digest\");created=1790000000",
		"sig=(\"@method\" \"@path\" \"content-digest\" \"x-unknown\");created=1790000000"};
	struct fields f;
	struct ctx c = {0};

	sign_request(&f, SLICE("x"));
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		assert_int_equal(http_verify(&c, public_key, "POST", "/a/query", SLICE("x"), f.digest,
					     slice_of(inputs[i]), f.signature, now_ms)
					 .code,
				 ERR_CRYPTO);
	static const char *const signatures[] = {"", "sig=", "sig=:", "sig=::", "sig=:AAAA:", "other=:AAAA:"};
	for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
		assert_int_equal(http_verify(&c, public_key, "POST", "/a/query", SLICE("x"), f.digest,
					     f.input, slice_of(signatures[i]), now_ms)
					 .code,
				 ERR_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signature_of_rfc_9421_b_2_6_verifies),
		cmocka_unit_test(an_old_or_early_signature_is_refused),
		cmocka_unit_test(a_request_verifies_only_as_it_was_signed),
		cmocka_unit_test(the_digest_is_that_of_rfc_9530),
		cmocka_unit_test(a_digest_beside_others_is_found_but_not_inside_one),
		cmocka_unit_test(an_answer_belongs_to_its_request_and_status),
		cmocka_unit_test(a_signature_that_leaves_something_out_is_refused),
		cmocka_unit_test(malformed_fields_are_refused),
	};

	crypto_init();
	sign_keypair(public_key, secret_key);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
