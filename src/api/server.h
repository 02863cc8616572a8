/* What the files of src/api share beyond api.h. */
#pragma once

#include "api/api.h"
#include "api/shape.h"
#include "ops/security.h"
#include <stdatomic.h>

enum { BODY_DEFAULT = 64 * 1024, ARENA_BODY_MAX = 32 << 20 };

/* One route as the router knows it. */
struct bound_route {
	const struct api_route *route;
	struct shape *body; /* NULL: no JSON body */
	struct api *api;
};

struct api {
	struct api_options options;
	struct bound_route *bound;
	struct http_route *http;
	size_t count;
	_Atomic int64_t attempts[ATTEMPT_KINDS]; /* refused since the last flush */
};

/* Resolves the caller as the route demands. */
err api_authenticate(struct api_call *k);

/* Refuses what carries an attack or a link that is known as fraud (screen.c). */
err api_screen(struct api_call *k);

/* Idempotency-Key: *ret_replayed when the answer of an earlier, equal request was written. */
struct idempotency {
	bool active;
	struct slice kept; /* the sealed answer, when the handler's own write keeps it */
	uint8_t scope[HASH_SIZE], key[HASH_SIZE], request[HASH_SIZE], seal[KEY_SIZE];
};
err idempotency_begin(struct api_call *k, struct idempotency *ret, bool *ret_replayed);
/* Keeps the answer of a success, forgets the key after a failure. */
void idempotency_end(struct api_call *k, struct idempotency *i, bool success);
