/* What the sandbox keeps: clock, authorities, messages, cases. One JSON document behind one lock, written to
 * DIR/sandbox.json, so that a restarted sandbox goes on where it was. Speed does not matter here; being easy
 * to look into does. */
#pragma once

#include "base/ctx.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "people.h"
#include <jansson.h>
#include <pthread.h>

enum { OFFSETS_KEPT = 8, FOLLOWERS_MAX = 16, CLIENT_KEYS_MAX = 4, FOLLOWER_ALIVE_MS = 3000 };
enum { SMS_KEPT = 2000, RECEIVED_KEPT = 2000, ANSWERS_KEPT = 5000 };
enum { SIMS_KEPT = 1000, SIM_TOKEN_LIFE_MS = 120000 };
enum { REPLY_AFTER_MS = 3000, FOLLOW_UP_AFTER_MS = 15000 };

/* A server that follows the clock. */
struct follower {
	char name[64];
	uint64_t seen_ns;
	int64_t now_ms;	       /* what it reported last */
	uint64_t polls;	       /* since the sandbox began */
	uint64_t settled_from; /* number of the first of its latest polls in a row that said settled; 0: not
				  settled */
};

typedef void handler(void *user, const struct http_request *q, struct http_response *a, void *route_user);

struct world {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	json_t *state; /* see world.c */
	bool dirty;
	_Atomic int64_t offset_ms;	   /* of the clock from the wall clock; read without the lock, too */
	int64_t old_offsets[OFFSETS_KEPT]; /* before its last moves: a server may still sign by them */
	unsigned moves;
	int year; /* in which it was made: its people are of that year */
	struct follower followers[FOLLOWERS_MAX];
	struct people *people;
	char path[512]; /* of sandbox.json */
	const char *client_key_paths[CLIENT_KEYS_MAX];
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
};

struct world *world_open(const char *dir, uint64_t seed);
/* Writes sandbox.json when something changed. */
void world_save(struct world *w);
void world_close(struct world *w);

int64_t world_now_ms(const struct world *w);

/* Everything below is called with the lock held; references are borrowed. */
json_t *world_authority(struct world *w, const char *id); /* made when new */
json_t *world_sms(struct world *w);			  /* array, oldest first */
json_t *world_cases(struct world *w);			  /* object by ref */
int64_t world_next(struct world *w);			  /* running number */
void world_reset(struct world *w);
/* Drops the oldest entries. */
void keep_newest(json_t *array, size_t count);

/* A reply in JSON; takes the reference. */
void reply(struct http_response *a, int status, json_t *body);
void reply_problem(struct http_response *a, int status, const char *detail);
/* RFC 3339, as a new JSON string. */
json_t *json_instant(int64_t at_ms);
/* The request's body as an object; NULL when it is none. */
json_t *body_object(const struct http_request *q);
/* A query parameter or path parameter as text in the arena; NULL when missing. */
const char *query_text(const struct http_request *q, const char *name);
const char *param_text(const struct http_request *q, int index);
