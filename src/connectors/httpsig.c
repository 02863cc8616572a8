/* HTTP message signatures (RFC 9421, ed25519) over digests of bodies (RFC 9530). Needs only base and crypto.
 */
#include "connectors/connectors.h"
#include "crypto/crypto.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	BASE_MAX = 16384,
	COMPONENTS_MAX = 16,
	SKEW_S = 300,
	DIGEST_TEXT_SIZE = 80,
	SIGNATURE_TEXT_SIZE = 96,
};

/* ---- Content-Digest (RFC 9530) ---------------------------------------------------------------------------
 */

static void digest_text(struct slice body, char ret[static DIGEST_TEXT_SIZE])
{
	uint8_t hash[HASH_SIZE];
	char base64[DIGEST_TEXT_SIZE / 2 + 8];

	hash_sha256(body, hash);
	base64_encode(hash, sizeof hash, base64);
	snprintf(ret, DIGEST_TEXT_SIZE, "sha-256=:%s:", base64);
}

/* The field may hold digests by several algorithms; that by sha-256 must be there and right. */
static bool digest_fits(struct slice field, struct slice body)
{
	char expected[DIGEST_TEXT_SIZE];

	digest_text(body, expected);
	size_t n = strlen(expected);
	const char *found = field.n >= n ? memmem(field.p, field.n, expected, n) : NULL;
	if (!found)
		return false;
	char before = found == field.p ? ',' : found[-1];
	return before == ',' || before == ' ';
}

/* ---- the little of structured fields (RFC 8941) that signatures use ---------------------------------------
 */

struct scan {
	const char *p, *end;
};

static bool next_is(struct scan *s, char wanted)
{
	if (s->p == s->end || *s->p != wanted)
		return false;
	s->p++;
	return true;
}

static bool is_key_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || strchr("_-.*", ch);
}

static struct slice scan_key(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p && is_key_char(*s->p))
		s->p++;
	return slice_bytes(start, (size_t)(s->p - start));
}

/* A string without escapes: names and key ids need none. */
static bool scan_string(struct scan *s, struct slice *ret)
{
	if (!next_is(s, '"'))
		return false;
	const char *start = s->p;
	while (s->p < s->end && *s->p != '"') {
		if (*s->p < 0x20 || *s->p > 0x7e || *s->p == '\\')
			return false;
		s->p++;
	}
	*ret = slice_bytes(start, (size_t)(s->p - start));
	return next_is(s, '"');
}

static bool scan_integer(struct scan *s, int64_t *ret)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return slice_int(slice_bytes(start, (size_t)(s->p - start)), ret);
}

/* One signature of a Signature-Input field. */
struct covered {
	struct slice label, params; /* params: from the parenthesis to the end, as it is signed */
	struct {
		struct slice name;
		bool of_request;
	} list[COMPONENTS_MAX];
	size_t count;
	int64_t created, expires;
	bool known_algorithm;
};

static bool scan_component(struct scan *s, struct covered *k)
{
	if (k->count == COMPONENTS_MAX || !scan_string(s, &k->list[k->count].name))
		return false;
	while (next_is(s, ';')) {
		if (!slice_is(scan_key(s), "req"))
			return false;
		k->list[k->count].of_request = true;
	}
	k->count++;
	return true;
}

static bool scan_param(struct scan *s, struct covered *k)
{
	struct slice key = scan_key(s), text = {0};
	int64_t number = 0;

	if (!next_is(s, '='))
		return false;
	bool is_text = s->p < s->end && *s->p == '"';
	if (is_text ? !scan_string(s, &text) : !scan_integer(s, &number))
		return false;
	if (slice_is(key, "created"))
		k->created = number;
	else if (slice_is(key, "expires"))
		k->expires = number;
	else if (slice_is(key, "alg"))
		k->known_algorithm = slice_is(text, "ed25519");
	return true;
}

/* label=("a" "b";req);created=1;keyid="k" — one signature; a field with several is refused. */
static bool scan_signature_input(struct slice field, struct covered *ret)
{
	struct scan s = {field.p, field.p + field.n};
	struct covered k = {.known_algorithm = true};

	k.label = scan_key(&s);
	if (k.label.n == 0 || !next_is(&s, '='))
		return false;
	const char *start = s.p;
	if (!next_is(&s, '('))
		return false;
	while (!next_is(&s, ')')) {
		if (k.count > 0 && !next_is(&s, ' '))
			return false;
		if (!scan_component(&s, &k))
			return false;
	}
	while (next_is(&s, ';')) {
		if (!scan_param(&s, &k))
			return false;
	}
	k.params = slice_bytes(start, (size_t)(s.p - start));
	*ret = k;
	return s.p == s.end;
}

/* label=:base64: */
static bool scan_signature(struct slice field, struct slice label, uint8_t ret[static SIGNATURE_SIZE])
{
	struct scan s = {field.p, field.p + field.n};
	uint8_t bytes[SIGNATURE_SIZE + 8];
	size_t n = 0;

	if (!slice_eq(scan_key(&s), label) || !next_is(&s, '=') || !next_is(&s, ':') || s.p == s.end ||
	    s.end[-1] != ':')
		return false;
	struct slice base64 = slice_bytes(s.p, (size_t)(s.end - s.p) - 1);
	if (base64.n != 88 || !base64_decode(base64, bytes, &n) || n != SIGNATURE_SIZE)
		return false;
	memcpy(ret, bytes, SIGNATURE_SIZE);
	return true;
}

/* ---- the signature base (RFC 9421 section 2.5) ------------------------------------------------------------
 */

static void add_line(struct buf *base, struct slice name, bool of_request, struct slice value)
{
	buf_add_text(base, "\"");
	buf_add_slice(base, name);
	buf_add_text(base, of_request ? "\";req: " : "\": ");
	buf_add_slice(base, value);
	buf_add_text(base, "\n");
}

static void add_params(struct buf *base, struct slice params)
{
	buf_add_text(base, "\"@signature-params\": ");
	buf_add_slice(base, params);
}

static const struct http_component *find_component(const struct http_component *components, size_t count,
						   struct slice name, bool of_request)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_is(name, components[i].name) && components[i].of_request == of_request)
			return &components[i];
	}
	return NULL;
}

static bool is_covered(const struct covered *k, const struct http_component *component)
{
	for (size_t i = 0; i < k->count; i++) {
		if (slice_is(k->list[i].name, component->name) &&
		    k->list[i].of_request == component->of_request)
			return true;
	}
	return false;
}

static bool rebuild_base(struct buf *base, const struct covered *k, const struct http_component *components,
			 size_t count)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct http_component *found =
			find_component(components, count, k->list[i].name, k->list[i].of_request);
		if (!found)
			return false;
		for (size_t before = 0; before < i; before++) {
			if (slice_eq(k->list[before].name, k->list[i].name) &&
			    k->list[before].of_request == k->list[i].of_request)
				return false;
		}
		add_line(base, k->list[i].name, found->of_request, found->value);
	}
	add_params(base, k->params);
	return !base->failed;
}

static bool is_fresh(const struct covered *k, int64_t now_ms)
{
	int64_t now_s = now_ms / 1000;

	if (k->created < now_s - SKEW_S || k->created > now_s + SKEW_S)
		return false;
	return k->expires == 0 || k->expires >= now_s;
}

err http_verify_components(struct ctx *c, const uint8_t *public_key, const struct http_component *components,
			   size_t count, size_t required, struct slice signature_input,
			   struct slice signature, int64_t now_ms)
{
	uint8_t bytes[SIGNATURE_SIZE];
	struct covered k;
	BUF_SCOPED base;

	buf_init(&base, BASE_MAX);
	if (!scan_signature_input(signature_input, &k) || !scan_signature(signature, k.label, bytes))
		FAIL(c, ERR_CRYPTO, "报文签名格式不符");
	if (!k.known_algorithm)
		FAIL(c, ERR_CRYPTO, "报文签名算法不符");
	if (!is_fresh(&k, now_ms))
		FAIL(c, ERR_CRYPTO, "报文签名已过时");
	for (size_t i = 0; i < required; i++) {
		if (!is_covered(&k, &components[i]))
			FAIL(c, ERR_CRYPTO, "报文签名未覆盖 %s", components[i].name);
	}
	if (!rebuild_base(&base, &k, components, count) || !sign_verify(public_key, buf_slice(&base), bytes))
		FAIL(c, ERR_CRYPTO, "报文签名不符");
	return OK;
}

static void add_signature_params(struct buf *out, const struct http_component *components, size_t count,
				 const char *key_id, int64_t now_ms)
{
	buf_add_text(out, "(");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\"%s\"%s", i ? " " : "", components[i].name,
			   components[i].of_request ? ";req" : "");
	buf_printf(out, ");created=%lld;keyid=\"%s\";alg=\"ed25519\"", (long long)(now_ms / 1000), key_id);
}

static err sign_components(struct ctx *c, const uint8_t *secret_key, const char *key_id,
			   const struct http_component *components, size_t count, const char *digest,
			   int64_t now_ms, struct buf *ret_headers)
{
	uint8_t bytes[SIGNATURE_SIZE];
	char base64[SIGNATURE_TEXT_SIZE];
	BUF_SCOPED params, base;

	buf_init(&params, BASE_MAX);
	buf_init(&base, BASE_MAX);
	add_signature_params(&params, components, count, key_id, now_ms);
	for (size_t i = 0; i < count; i++)
		add_line(&base, slice_of(components[i].name), components[i].of_request, components[i].value);
	add_params(&base, buf_slice(&params));
	sign(secret_key, buf_slice(&base), bytes);
	base64_encode(bytes, sizeof bytes, base64);
	buf_printf(ret_headers, "Content-Digest: %s\nSignature-Input: sig=", digest);
	buf_add_slice(ret_headers, buf_slice(&params));
	buf_printf(ret_headers, "\nSignature: sig=:%s:\n", base64);
	if (params.failed || base.failed || ret_headers->failed)
		FAIL(c, ERR_INTERNAL, "报文签名过长");
	return OK;
}

/* ---- requests and answers ---------------------------------------------------------------------------------
 */

enum { REQUEST_COMPONENTS = 3, ANSWER_COMPONENTS = 4, STATUS_SIZE = 12 };

static void request_components(struct http_component ret[static REQUEST_COMPONENTS], const char *method,
			       const char *path, struct slice digest)
{
	ret[0] = (struct http_component){"@method", false, slice_of(method)};
	ret[1] = (struct http_component){"@path", false, slice_of(path)};
	ret[2] = (struct http_component){"content-digest", false, digest};
}

static void answer_components(struct http_component ret[static ANSWER_COMPONENTS], const char *status,
			      const char *method, const char *path, struct slice digest)
{
	ret[0] = (struct http_component){"@status", false, slice_of(status)};
	ret[1] = (struct http_component){"content-digest", false, digest};
	ret[2] = (struct http_component){"@method", true, slice_of(method)};
	ret[3] = (struct http_component){"@path", true, slice_of(path)};
}

err http_sign(struct ctx *c, const uint8_t *secret_key, const char *key_id, const char *method,
	      const char *path, struct slice body, int64_t now_ms, struct buf *ret_headers)
{
	struct http_component components[REQUEST_COMPONENTS];
	char digest[DIGEST_TEXT_SIZE];

	digest_text(body, digest);
	request_components(components, method, path, slice_of(digest));
	return sign_components(c, secret_key, key_id, components, REQUEST_COMPONENTS, digest, now_ms,
			       ret_headers);
}

err http_verify(struct ctx *c, const uint8_t *public_key, const char *method, const char *path,
		struct slice body, struct slice content_digest, struct slice signature_input,
		struct slice signature, int64_t now_ms)
{
	struct http_component components[REQUEST_COMPONENTS];

	if (!digest_fits(content_digest, body))
		FAIL(c, ERR_CRYPTO, "报文摘要不符");
	request_components(components, method, path, content_digest);
	return http_verify_components(c, public_key, components, REQUEST_COMPONENTS, REQUEST_COMPONENTS,
				      signature_input, signature, now_ms);
}

err http_sign_answer(struct ctx *c, const uint8_t *secret_key, const char *key_id, int status,
		     const char *method, const char *path, struct slice body, int64_t now_ms,
		     struct buf *ret_headers)
{
	struct http_component components[ANSWER_COMPONENTS];
	char digest[DIGEST_TEXT_SIZE], status_text[STATUS_SIZE];

	digest_text(body, digest);
	snprintf(status_text, sizeof status_text, "%d", status);
	answer_components(components, status_text, method, path, slice_of(digest));
	return sign_components(c, secret_key, key_id, components, ANSWER_COMPONENTS, digest, now_ms,
			       ret_headers);
}

err http_verify_answer(struct ctx *c, const uint8_t *public_key, int status, const char *method,
		       const char *path, struct slice body, struct slice content_digest,
		       struct slice signature_input, struct slice signature, int64_t now_ms)
{
	struct http_component components[ANSWER_COMPONENTS];
	char status_text[STATUS_SIZE];

	if (!digest_fits(content_digest, body))
		FAIL(c, ERR_CRYPTO, "报文摘要不符");
	snprintf(status_text, sizeof status_text, "%d", status);
	answer_components(components, status_text, method, path, content_digest);
	return http_verify_components(c, public_key, components, ANSWER_COMPONENTS, ANSWER_COMPONENTS,
				      signature_input, signature, now_ms);
}
