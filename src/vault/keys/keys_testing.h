/* A key store of its own for each test. */
#pragma once

#include "vault/keys/internal.h"
#include "vault/testing.h"

static inline struct keys *open_keys(struct ctx *c, const struct place *p, enum suite suite)
{
	char url[256];
	struct keys *k = NULL;

	assert_ok(keys_open(c, p->dir, place_url(p, "keys", url), suite, true, &k));
	return k;
}

struct fixture {
	struct place place;
	struct ctx *c;
	struct keys *k;
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->place = place_new();
	f->c = test_ctx_new();
	f->k = open_keys(f->c, &f->place, SUITE_INTL);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	keys_close(f->k);
	test_ctx_free(f->c);
	place_free(&f->place);
	free(f);
	return 0;
}

static inline void reopen(struct fixture *f, enum suite suite)
{
	keys_close(f->k);
	f->k = open_keys(f->c, &f->place, suite);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
