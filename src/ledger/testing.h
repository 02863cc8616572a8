/* For tests of the ledger: a fresh store on the backend that TB_TEST_STORE or TB_TEST_POSTGRES names (SQLite
 * unless set), audit keys in memory, and a release of three items. Stands in for the layers policy and vault.
 */
#pragma once

#include "ledger/internal.h"
#include "vault/testing.h"

#include <sqlite3.h>

extern struct ctx *site_ctx; /* of the running test */
#undef assert_err
#define assert_err(call, expected)                                                                           \
	do {                                                                                                 \
		err assert_err_ = (call);                                                                    \
		if (assert_err_.code != (expected))                                                          \
			fail_msg("%s: %d instead of %d (%s)", #call, (int)assert_err_.code, (int)(expected), \
				 site_ctx->failure.detail);                                                  \
	} while (0)

struct site {
	struct place place;
	char url[256];
	struct ctx *c;
	struct clock *clock;
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
};

enum { ITEM_NAME, ITEM_ID, ITEM_PHONE, SUBJECT_A = 1001, SUBJECT_B = 1002, SUBJECT_C = 1003 };

int site_start(void **state); /* store, ledger, three people without entries */
int site_end(void **state);

void ledger_start(struct site *b);
/* Closes and opens the ledger again, as a process that starts anew (the lease of the old one has run out). */
void ledger_restart(struct site *b);
/* Also closes and opens the store. */
void store_restart(struct site *b);

/* A context of its own for another thread. */
struct ctx *ctx_for_thread(const struct site *b);

/* The mark as a key store would keep it; empty: none. */
extern char mark_held[NOTE_MAX];
/* The next ledger_start opens this generation. */
extern int64_t log_generation;

/* Ends the audit key of a person. */
void audit_key_end(int64_t subject_id);

/* One entry of an ordinary kind; returns its number. */
int64_t write_entry(struct ctx *c, int64_t subject_id, const char *note);
/* Rounds until nothing waits. Returns how many entries became leaves. */
int64_t sequence_all(struct site *b);

/* Findings of `ledger verify`; text (may be NULL) gets the lines. */
int64_t findings(struct site *b, struct slice checkpoint, struct buf *text);
void assert_sound(struct site *b);

/* SQL as the owner of the database: past triggers and grants. Returns the first column of the first row, or
 * NULL; freed by the caller. */
__attribute__((format(printf, 2, 3))) char *raw_sql(struct site *b, const char *fmt, ...);
/* A blob literal of the backend, and a column as hex. */
void raw_blob(const struct site *b, const char *hex, char *ret, size_t size);
const char *raw_hex_fn(const struct site *b, const char *column, char ret[static 64]);
