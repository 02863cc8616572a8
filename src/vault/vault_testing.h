/* A city with two persons, for the tests of the vault: stores, keys, ledger, the real policy of Tianjin. */
#pragma once

#include "vault/testing.h"
#include "vault/vault.h"

enum { LI = 7001, WANG = 7002 }; /* the persons */

struct city_test {
	struct place place;
	struct ctx *c;
	struct clock *clock;
	struct release *release;
};

struct city_test *city_new(void);
void city_free(struct city_test *t);
int city_setup(void **state);
int city_teardown(void **state);

/* Opens and closes store, keys and ledger; the place stays. */
void city_open(struct city_test *t);
void city_close(struct city_test *t);
void city_open_ledger(struct city_test *t);

/* A permit of the gate for a person who agreed to everything; items is a list of keys up to NULL. */
struct permit *permit_for(struct city_test *t, int64_t subject_id, enum gate_action action,
			  const char *service, const char *const *items);
struct permit *permit_masked_for(struct city_test *t, int64_t subject_id, const char *service,
				 const char *const *items);
struct head head_of(struct city_test *t, int64_t subject_id);
struct vault_value value_of(struct city_test *t, const char *item, const char *text);

/* Gives profile items under scope "account": keys and texts in turn, up to NULL. */
void give(struct city_test *t, int64_t subject_id, int64_t record_id, const char *scope,
	  const char *const *pairs);
/* Pairs of a person's profile, for give. */
extern const char *const city_profile[];
/* Deletes the real name of the profile. */
err delete_name(struct city_test *t, int64_t subject_id);
/* What vault_held and vault_masked tell, counted: see_held is their function, seen its argument. */
struct seen {
	int count;
	char masked[64];
	struct held last;
};
err see_held(struct ctx *c, const struct held *h, void *arg);
/* The released text of one item, or NULL; in the arena. */
const char *read_item(struct city_test *t, int64_t subject_id, int64_t record_id, const char *item);
/* The newest entry of a person. */
struct usage last_entry(struct city_test *t, int64_t subject_id);

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
