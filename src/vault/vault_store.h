/* The rows of the vault: the only place that uses its queries, besides blob_store.c. */
#pragma once

#include "vault/vault.h"

enum { RECORD_ALL = -1 };

/* The permissions that a permit used, as people read them; NULL: none (sensor.c). */
const char *sensor_note(struct ctx *c, uint32_t permissions);
/* Counts the readings of a permit, in the transaction of the act. */
err sensor_use_rows(struct ctx *c, struct tx *tx, const struct permit *permit);

struct vault_row {
	int64_t subject_id, record_id, collected_at_ms, ends_at_ms;
	const char *item, *retained, *category, *service, *origin, *basis, *scope,
		*rule; /* rule may be NULL */
	struct slice sealed;
};

/* Rows as they stood, in the arena; sealed, hence no secret. */
struct vault_rows {
	struct vault_row *list;
	size_t count, capacity;
};

/* Of one record, and of the profile, what may be in use; of RECORD_ALL everything held. */
err vault_rows_read(struct ctx *c, int64_t subject_id, int64_t record_id, struct vault_rows *ret);
err vault_rows_read_tx(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t record_id,
		       struct vault_rows *ret);

err vault_row_put(struct ctx *c, struct tx *tx, const struct vault_row *row);
err vault_row_delete(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t record_id, const char *item);
/* Deletes the row if it still holds this sealed value; ERR_STALE when it does not. */
err vault_row_take(struct ctx *c, struct tx *tx, const struct vault_row *row);
err vault_rows_end(struct ctx *c, struct tx *tx, int64_t subject_id, const char *scope);
err vault_rows_expire(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t *ret_deleted);

/* A value of the person is deleted in the transaction that runs: vault_deletions_list will look
 * (deletions.c). */
void deletion_remember(struct ctx *c, int64_t subject_id);
/* Whether a value that was collected then is on the list of deletions. */
err deleted_before(struct ctx *c, int64_t subject_id, int64_t record_id, const char *item,
		   int64_t collected_at_ms, bool *ret);
/* Rounds through people: the next ones by number, by a query of (after, limit). */
enum { SUBJECTS_MAX = 200 };
struct subjects {
	int64_t ids[SUBJECTS_MAX];
	size_t count;
};
err subjects_after(struct ctx *c, enum query q, int64_t after, struct subjects *ret);
/* A blob's place in that list. */
#define BLOB_ITEM "blob"

/* Calls fn for each scope of the person's items. */
err vault_rows_scopes(struct ctx *c, int64_t subject_id,
		      err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg);

/* True for rows that the law keeps: not in use. */
static inline bool row_retained(const struct vault_row *r)
{
	return r->retained[0] != '\0';
}

static inline bool row_past(const struct vault_row *r, int64_t now_ms)
{
	return r->ends_at_ms != 0 && r->ends_at_ms <= now_ms;
}

/* retention:<class>@<day>: what ends on another day has another key, so that each ends on its own day
 * (end.c). */
const char *retention_scope(struct ctx *c, const char *scope, int64_t ends_at_ms);

/* What a row says without its value (held.c). */
struct held held_of(struct ctx *c, const struct vault_row *row);

/* ---- sealing of one row (row_seal.c) ------------------------------------------------------------------- */
/* Seals value into row->sealed under the key of its scope; subject, record and item are bound to it. */
err vault_row_seal(struct ctx *c, const uint8_t key[static KEY_SIZE], struct slice value,
		   struct vault_row *row);
/* Opens into ret, which has room for row->sealed.n bytes. */
err vault_row_open(struct ctx *c, const uint8_t key[static KEY_SIZE], const struct vault_row *row,
		   uint8_t *ret, size_t *ret_size);

/* ---- which rows stand for which items (pick.c) --------------------------------------------------------- */
/* Keys of scopes, each fetched once. A scope that was ended has none. */
struct scope_keys {
	struct secret memory;
	const char **scopes;
	size_t count;
};

struct pick {
	const struct item *item; /* as which it is released; the row may hold it under another name */
	const struct vault_row *row;
	const uint8_t *key; /* into the keys */
};
struct picks {
	struct pick *list;
	size_t count;
	struct itemset items;
	struct scope_keys keys;
	bool in_use; /* chosen without what only the law keeps */
};
/* Of the rows of a record (RECORD_ALL: each row that is held) those that the permitted items are taken from.
 * Rows past their end date or of ended scopes are left out. */
err picks_choose(struct ctx *c, const struct vault_rows *rows, int64_t record_id,
		 const struct itemset *permitted, bool in_use, struct picks *ret);
void picks_free(struct picks *p);
#define PICKS_SCOPED __attribute__((cleanup(picks_free))) struct picks
/* The same choice among the rows as they are now, with the keys that are there already. What came in between
 * is left out, unless it took the place of what was chosen. */
void picks_renew(struct ctx *c, const struct vault_rows *rows, int64_t record_id, struct picks *p);

/* ---- the permit (permit_use.c) ------------------------------------------------------------------------- */
/* Takes the permit for one act on the person: ERR_STALE when it was given on other facts, ERR_INTERNAL when
 * it is used up or for something else. */
err permit_use(struct ctx *c, struct permit *permit, const struct head *h, bool collects);
/* The entry that the permit stands for. */
struct entry permit_entry(struct ctx *c, const struct permit *permit, enum entry_action action,
			  int64_t record_id);
