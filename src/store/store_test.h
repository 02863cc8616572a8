/* What the store's tests share: a fresh store for each test, on the backend whose turn it is. */
#pragma once

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail /* cmocka's; FAIL needs the one of ctx.h */

struct fixture;

struct backend {
	const char *name;
	void (*reset)(struct fixture *f);		 /* an empty store */
	void (*raw)(struct fixture *f, const char *sql); /* as its owner, beside the store */
};

struct fixture {
	const struct backend *backend;
	const char *url;
	struct ctx c;
	struct store *s;
};

extern const struct backend *test_backend;

int fixture_start(void **state);
int fixture_end(void **state);

void must_at(struct fixture *f, err e, const char *file, int line);
#define must(f, e) must_at((f), (e), __FILE__, __LINE__)

void add_account(struct fixture *f, int64_t id, int64_t balance);
int64_t balance_of(struct fixture *f, int64_t id);
err read_number(struct ctx *c, const struct row *row, void *arg);
err read_two_numbers(struct ctx *c, const struct row *row, void *arg);

int run_common_tests(void);
int run_sqlite_tests(void);
int run_postgres_tests(void);

/* store_test_kill.c: in a child process, writes until it is killed, and tells each acknowledged number. */
enum { ACKED_MAX = 4000 };
int write_until_killed(const char *url);
/* Starts that child, waits for `wanted` acknowledged writes, calls strike, and returns how many were told. */
int strike_while_writing(struct fixture *f, int wanted, void (*strike)(int pid), int64_t *ret_acked);
