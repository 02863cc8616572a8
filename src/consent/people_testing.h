/* A city without people yet, for the tests of consent, account and identity: stores, keys, ledger, the city's
 * real policy. */
#pragma once

#include "consent/consent.h"
#include "vault/testing.h"
#include "vault/vault.h"

struct people {
	struct place place;
	struct clock *clock;
	struct release *release;
	struct ctx *c; /* of an installation that agreed to the policy */
};

struct people *people_new(const char *city);
void people_free(struct people *p);
int people_teardown(void **state);
/* Another context on the same stores, with an installation of its own that agreed. */
struct ctx *people_ctx(struct people *p);
void people_ctx_free(struct ctx *c);
/* An installation that agreed to nothing. */
void installation_for(struct ctx *c);
void agree_for(struct ctx *c, int64_t subject_id);
/* Gives the whole consent that a service asks for. */
int64_t consent_for(struct ctx *c, int64_t subject_id, const char *service);

/* Runs fn(c, arg) on two threads at once; the contexts are a's and b's. */
typedef err (*race_fn)(struct ctx *c, void *arg);
void race(struct ctx *a, void *arg_a, struct ctx *b, void *arg_b, race_fn fn, err ret[static 2]);
