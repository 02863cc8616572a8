/* For tests of the keys and the vault: a data directory of their own, and stores of their own on the backend
 * that TB_TEST_STORE names ("postgresql://…"; SQLite unless set). */
#pragma once

#include "store/store.h"
#include "vault/keys.h"
#include <ftw.h>
#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64];
	char database[48];
};

static inline const char *test_server(void)
{
	const char *url = getenv("TB_TEST_STORE");

	if (!url)
		url = getenv("TB_TEST_POSTGRES");
	return url && strncmp(url, "postgresql:", 11) == 0 ? url : NULL;
}

static inline void test_sql(const char *fmt, ...)
{
	char sql[256];
	va_list ap;
	PGconn *pg = PQconnectdb(test_server());

	va_start(ap, fmt);
	vsnprintf(sql, sizeof sql, fmt, ap);
	va_end(ap);
	PQclear(PQexec(pg, "SET client_min_messages = error"));
	PGresult *r = PQexec(pg, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
}

static inline struct place place_new(void)
{
	static int count;
	struct place p = {.dir = "/tmp/tongban-test-XXXXXX"};

	if (!mkdtemp(p.dir))
		abort();
	snprintf(p.database, sizeof p.database, "vault_test_%d_%d", (int)getpid(), ++count);
	if (test_server()) {
		test_sql("CREATE DATABASE %s_keys", p.database);
		test_sql("CREATE DATABASE %s_city", p.database);
	}
	return p;
}

/* The store of a set within the place; NULL-terminated text in buf. */
static inline const char *place_url(const struct place *p, const char *set, char buf[static 256])
{
	const char *server = test_server();

	if (server)
		snprintf(buf, 256, "%.*s/%s_%s", (int)(strrchr(server, '/') - server), server, p->database,
			 set);
	else
		snprintf(buf, 256, "sqlite:%s/%s.db", p->dir, strcmp(set, "city") == 0 ? "tongban" : set);
	return buf;
}

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void place_free(const struct place *p)
{
	nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (test_server()) {
		test_sql("DROP DATABASE %s_keys WITH (FORCE)", p->database);
		test_sql("DROP DATABASE %s_city WITH (FORCE)", p->database);
		test_sql("DROP DATABASE IF EXISTS %s_old WITH (FORCE)", p->database);
	}
}

static inline struct ctx *test_ctx_new(void)
{
	struct ctx *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->arena = arena_new(64 << 20);
	c->now_ms = INT64_C(1795275600000);
	return c;
}

static inline void test_ctx_free(struct ctx *c)
{
	arena_free(c->arena);
	free(c);
}

/* Compares codes; a difference shows the detail. */
#define assert_err(call, expected)                                                                           \
	do {                                                                                                 \
		err assert_err_ = (call);                                                                    \
		if (assert_err_.code != (expected))                                                          \
			fail_msg("%s: %d instead of %d (%s)", #call, (int)assert_err_.code, (int)(expected), \
				 c->failure.detail);                                                         \
	} while (0)
#define assert_ok(call) assert_err(call, ERR_OK)

struct search {
	const void *needle;
	size_t n;
	int hits;
};

/* How many files below dir hold the bytes, whatever kind of file they are. */
static struct search searching;

static inline int search_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)ftw;
	if (kind != FTW_F || st->st_size == 0)
		return 0;
	char *bytes = malloc((size_t)st->st_size);
	FILE *f = fopen(path, "rb");
	size_t n = f && bytes ? fread(bytes, 1, (size_t)st->st_size, f) : 0;
	if (memmem(bytes, n, searching.needle, searching.n))
		searching.hits++;
	if (f)
		fclose(f);
	free(bytes);
	return 0;
}

static inline int files_with(const char *dir, const void *needle, size_t n)
{
	searching = (struct search){needle, n, 0};
	nftw(dir, search_one, 16, FTW_PHYS);
	return searching.hits;
}
