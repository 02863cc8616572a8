/* For src/connectors only. */
#pragma once

#include "connectors/connectors.h"
#include "crypto/crypto.h"

#include <curl/curl.h>
#include <pthread.h>

enum { ANSWER_MAX = 1 << 20, FIELD_SIZE = 512, IDLE_MAX = 16 };

/* Closed: requests pass. After some failures in a row it opens: requests fail at once for a while. Then one
 * passes on trial; its fate decides. Times are those of the contexts, so a test's clock moves them, too. */
struct breaker {
	int failures;
	int64_t open_until_ms;
	bool on_trial;
};

struct authority {
	char *id, *url;	  /* url without a slash at its end */
	const char *path; /* of url: "" or "/authorities/hrss" */
	uint8_t public_key[SIGN_PUBLIC_SIZE];
	struct breaker breaker;
	bool healthy; /* the last call went well, as far as this server knows */
};

struct connectors {
	struct authority *authorities;
	size_t count;
	char *key_id;
	char *scanner; /* NULL: there is none */
	struct secret signer;
	long timeout_ms, connect_timeout_ms;
	pthread_mutex_t lock; /* breakers and idle handles */
	CURL *idle[IDLE_MAX]; /* with their open connections */
	size_t idle_count;
};

/* connectors.c: NULL when it is not on the allow list; ERR_AUTHORITY when an officer cut it off. */
struct authority *authority_find(const struct connectors *k, const char *id);
err authority_must_be_joined(struct ctx *c, const char *id);

/* breaker.c */
bool breaker_allows(struct breaker *b, int64_t now_ms);
void breaker_tell(struct breaker *b, int64_t now_ms, bool success);

/* list.c: reads connectors.json into k. */
err connectors_read(struct ctx *c, const char *path, struct connectors *k);

struct request {
	const char *method;	/* "POST" or "GET" */
	const char *url, *path; /* path: of the whole URL, as it is signed */
	struct slice body;
	const char *idempotency_key; /* or NULL */
};

struct answer {
	int status;
	struct buf *body;
	char digest[FIELD_SIZE], signature_input[FIELD_SIZE], signature[FIELD_SIZE];
};

/* exchange.c: one signed request and its answer, unchecked. ret_sent as in connectors.h. */
err exchange(struct ctx *c, struct connectors *k, const struct request *r, struct answer *ret,
	     const char **ret_sent);
