/* The only code that talks to the outside world. Hosts come from an allow list (one base URL per authority
 * id, settings file connectors.json in the data directory); redirects are not followed; requests are signed
 * (RFC 9421 with RFC 9530 digests, ed25519), answers' digests and signatures are checked; timeouts, and a
 * circuit breaker per authority. */
#pragma once

#include "base/buf.h"
#include "base/ctx.h"

struct connectors;

/* Reads connectors.json: {"authorities": {"hrss": {"url": "http://127.0.0.1:8090/authorities/hrss",
 * "public_key": base64}, "sms": …}, "key_id": "tongban",
 * "scanner": see scanner.h, may be missing}. The server's own signing key is kept in the key
 * store ("connector_signer"). */
err connectors_open(struct ctx *c, const char *path, struct connectors **ret);
void connectors_close(struct connectors *k);

/* POSTs JSON to <base>/<path> of the authority. idempotency_key may be NULL. *ret_status is the HTTP status;
 * the body goes to ret (at most 1 MiB). ERR_AUTHORITY: could not be reached, too slow, breaker open, 5xx, bad
 * signature; *ret_sent says whether the request may have arrived: "not_sent", "sent" or "unknown". 4xx
 * answers are OK with their status. */
err connector_post(struct ctx *c, const char *authority, const char *path, struct slice json,
		   const char *idempotency_key, int *ret_status, struct buf *ret, const char **ret_sent);
/* GET of a signed resource, same rules. */
err connector_get(struct ctx *c, const char *authority, const char *path, int *ret_status, struct buf *ret);
/* Whether the authority is on the allow list. A request to one that the release in force (c->release) does
 * not name as a recipient is refused as well; "sms" is the city's own gateway. So is one to a recipient whose
 * papers do not stand (consent/papers.h): ERR_REFUSED with the clause, nothing is sent. */
bool connector_known(const struct connectors *k, const char *authority);

/* The other way round: an authority of the allow list calls us, signed as above with its own key. ERR_LOGIN,
 * alike, for an unknown one and for a wrong signature; then the rules of a call to it hold: declared, its
 * papers stand, not cut off. */
struct connector_call {
	const char *method, *path; /* path: of the request, as it came */
	struct slice body, digest, input, signature;
};
err connector_caller(struct ctx *c, const char *authority, const struct connector_call *call);

/* RFC 9421 with RFC 9530: httpsig.c, which needs only base and crypto; the sandbox links it, too. `path` is
 * the whole path of the request's URL ("/authorities/hrss/query"). A request covers "@method", "@path" and
 * "content-digest"; an answer covers "@status", "content-digest" and its request's "@method";req and
 * "@path";req, so that it cannot be given for another request. `created` may be five minutes away from
 * now_ms. secret_key has SIGN_SECRET_SIZE bytes, public_key SIGN_PUBLIC_SIZE. */
err http_sign(struct ctx *c, const uint8_t *secret_key, const char *key_id, const char *method,
	      const char *path, struct slice body, int64_t now_ms,
	      struct buf *ret_headers /* lines "Name: value\n" */);
err http_verify(struct ctx *c, const uint8_t *public_key, const char *method, const char *path,
		struct slice body, struct slice content_digest, struct slice signature_input,
		struct slice signature, int64_t now_ms);

/* The same for an answer with `status` to the request (method, path); body is the answer's. */
err http_sign_answer(struct ctx *c, const uint8_t *secret_key, const char *key_id, int status,
		     const char *method, const char *path, struct slice body, int64_t now_ms,
		     struct buf *ret_headers);
err http_verify_answer(struct ctx *c, const uint8_t *public_key, int status, const char *method,
		       const char *path, struct slice body, struct slice content_digest,
		       struct slice signature_input, struct slice signature, int64_t now_ms);

/* The general form: which components there are, and which must be covered (the first `required` of them). */
struct http_component {
	const char *name; /* "@method", "content-digest"… in lower case */
	bool of_request;  /* ;req */
	struct slice value;
};
err http_verify_components(struct ctx *c, const uint8_t *public_key, const struct http_component *components,
			   size_t count, size_t required, struct slice signature_input,
			   struct slice signature, int64_t now_ms);
