/* The vault: the only way in and out for personal data.
 *
 * A row is (subject, record, item, category, origin, basis, collected_at, ends_at, scope). record 0 is the
 * person's profile, else a case or query id. Collection and reading take a permit that only the gate can
 * make; the ledger entry is written in the same transaction as the rows are stored or read, before any
 * plaintext leaves. */
#pragma once

#include "ledger/ledger.h"
#include "policy/gate.h"
#include "vault/keys.h"

struct vault_value {
	const struct item *item;
	struct slice value; /* plaintext, UTF-8 or bytes */
	const char *origin; /* "typed", "sensor", "photo", "request", "automatic", or "fetched:<from>": a
			       recipient of the policy, or "account" */
	int64_t ends_at_ms; /* 0: as long as its scope */
};

/* Stores values (validated and in normal form) and appends ENTRY_COLLECT; an existing value of (record, item)
 * is replaced. The values' items must be among the permit's; the entry names those that were given. A permit
 * without a person (an installation that registers) fits only a person about whom nothing was written yet.
 * `also` (may be NULL) runs in the same transaction. ERR_STALE: decide again; ERR_GONE: the scope was ended.
 * Consumes the permit. */
err vault_collect(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, const char *scope,
		  const struct vault_value *values, size_t count, tx_fn also, void *arg);
/* The same as a part of a larger write: the values are sealed now; the entry and the rows belong into one
 * ledger_write_all that holds the epoch. Consumes the permit. */
struct vault_row;
struct vault_collection {
	struct entry entry;
	const struct permit *permit;
	struct vault_row *rows;
	size_t count;
	tx_fn also;
	void *arg;
};
err vault_collect_prepare(struct ctx *c, struct permit *permit, const struct head *h, int64_t record_id,
			  const char *scope, const struct vault_value *values, size_t count,
			  struct vault_collection *ret);
err vault_collection_rows(struct ctx *c, struct tx *tx, void *collection);

/* A sensor was read, by which nothing reaches the server (a number dialled, a picture looked at on the
 * device): an entry for a person, a count for the installation. Consumes a permit to collect, whose source it
 * names. */
err vault_sensor_read(struct ctx *c, struct permit *permit, struct head *h);
/* How the note of an entry begins in which a sensor was read; the names of the permissions follow. */
extern const char vault_sensor_note[];
/* The readings of c->installation_id, the last first: collections that came by a sensor are among them. */
struct sensor_use {
	const char *permission, *service;
	int64_t uses, last_at_ms;
};
typedef err (*sensor_use_fn)(struct ctx *c, const struct sensor_use *u, void *arg);
err vault_sensor_uses(struct ctx *c, sensor_use_fn fn, void *arg);
/* Inside a transaction: an installation that left is counted no more. */
err vault_sensor_end_rows(struct ctx *c, struct tx *tx, int64_t installation_id);

/* Releases the permit's items of the record: appends ENTRY_READ or ENTRY_SHARE, and only after the commit
 * opens them. An item that the record does not hold is taken from the profile (record 0): prefilled items of
 * a query or case stand there. So do resident_id_number from a profile's id_number whose id_type is
 * resident_card, and the reverse. Items held nowhere are left out. The same holds for vault_masked of one
 * record. Values live in ret, wiped by released_free. Consumes the permit. For a commercial purpose only what
 * is in use is read, and where nothing of it is, because it was deleted, its period is over or only the law
 * keeps it: ERR_REFUSED (gone), without an entry (NT-3.1.b). */
struct released {
	struct vault_value *values;
	size_t count;
	struct secret memory;
	int64_t entry_n;
	const char *policy; /* the version that the decision rested on, for the entry of what became of it */
};
err vault_release(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, const char *note,
		  struct released *ret);
void released_free(struct released *r);
#define RELEASED_SCOPED __attribute__((cleanup(released_free))) struct released
/* NULL when it is not there. */
const struct vault_value *released_get(const struct released *r, const char *item_key);

/* What is held, without values: for "my information" (masks come from vault_masked) and previews. */
struct held {
	const struct item *item;
	const char *category, *service, *origin, *basis, *scope;
	const char *rule; /* why it is kept under a retention scope; NULL: in use */
	int64_t record_id, collected_at_ms, ends_at_ms;
	const char *masked; /* only from vault_masked */
};
/* The part of an origin that is one of the words above; and from where it was fetched, for people, NULL when
 * it was not. */
const char *origin_word(const char *origin);
const char *origin_from(const struct release *r, const char *origin);
typedef err (*held_fn)(struct ctx *c, const struct held *h, void *arg);
err vault_held(struct ctx *c, int64_t subject_id, held_fn fn, void *arg);
/* For the self-check: adds how many values the person has here, and how many of them lie there unsealed. */
err vault_count_clear(struct ctx *c, int64_t subject_id, int64_t *rows, int64_t *clear);
/* The same with masked values (the mask of each item) for the permit's items, shown to the person or to
 * staff; writes one ENTRY_READ under purpose "show_masked". record_id -1: all records. */
err vault_masked(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, held_fn fn,
		 void *arg);

/* Everything of the permit's items that is held, value by value with what is known of it, for a new holder,
 * or an organ: also what the law keeps (rule set). ENTRY_SHARE or ENTRY_READ. Values live as the call. */
typedef err (*handed_fn)(struct ctx *c, const struct held *h, struct slice value, void *arg);
err vault_hand_over(struct ctx *c, struct permit *permit, struct head *h, handed_fn fn, void *arg);

/* Whether a value in normal form is the one that the profile holds (a document's number under either name).
 * Nothing is released, so there is no entry. ERR_NOT_FOUND when the profile holds none. */
err vault_profile_is(struct ctx *c, int64_t subject_id, const char *item, struct slice value, bool *ret_same);

/* Ends scopes of a person: keys first, then rows. What the law keeps has been resealed by vault_reseal
 * before. */
err vault_end(struct ctx *c, int64_t subject_id, const char *const *scopes, size_t count);
/* Moves items of a record under a retention scope ("retention:<class>") with rule and end date. They are not
 * in use from then on: vault_release leaves them out. Items that are not held are passed over. The key's
 * scope gets the day of the end appended ("retention:<class>@20310731", as vault_scopes tells it; vault_held
 * tells the class), so that what ends on different days has different keys. */
err vault_reseal(struct ctx *c, int64_t subject_id, int64_t record_id, const struct itemset *items,
		 const char *scope, const char *rule, int64_t ends_at_ms);

/* Row function for ledger_write: deletes values in use (a correction, a withdrawn consent, the person's own
 * deletion). What was retained stays. The entry that goes with it names the items. */
struct vault_deletion {
	int64_t subject_id, record_id;
	const struct itemset *items;
};
err vault_delete_rows(struct ctx *c, struct tx *tx, void *deletion);

/* Row function: the items in use of a scope that have an end date get a later one, because the category was
 * used again. prolonged counts those that did. */
struct vault_prolonging {
	int64_t subject_id;
	const char *scope;
	int64_t ends_at_ms, prolonged;
};
err vault_prolong_rows(struct ctx *c, struct tx *tx, void *prolonging);

/* Row function: deletes what one service holds in use under a scope (a withdrawn consent). */
struct vault_service_deletion {
	int64_t subject_id;
	const char *service, *scope;
	int64_t deleted;
};
err vault_delete_service_rows(struct ctx *c, struct tx *tx, void *deletion);

/* Takes what this context deleted into the list of the key store, from where it stays deleted after a
 * restore: once the transactions are through and before the act is acknowledged. The sweep does it for
 * everybody of whom something was left, by a server that ended in between: at start, and now and then. */
err vault_deletions_list(struct ctx *c);
err vault_deletions_sweep(struct ctx *c);

/* The next end date of any of the person's items after now; 0 when there is none. */
err vault_next_end(struct ctx *c, int64_t subject_id, int64_t *ret_ends_at_ms);

/* The scopes under which a person has items or blobs: for previews. ends_at_ms is the last of their end
 * dates. */
struct scope_held {
	const char *scope;
	int64_t items, blobs, ends_at_ms;
};
err vault_scopes(struct ctx *c, int64_t subject_id,
		 err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg);
/* Deletes what has reached its end date by now, and ends the retention scopes whose day has come. */
err vault_expire(struct ctx *c, int64_t subject_id, int64_t *ret_deleted);
/* Keys of the items that it would delete now, between commas; NULL when there are none. */
err vault_expiring(struct ctx *c, int64_t subject_id, const char **ret_items);

/* After a restore of the store: ends, with today's key store, every scope that has a tombstone, and deletes
 * the values and blobs that were deleted one by one. fn (may be NULL) is told each (person, scope) that was
 * removed, so that other modules remove what hangs on it. */
struct tombstones_applied {
	int64_t scopes, values;
};
err vault_apply_tombstones(struct ctx *c,
			   err (*fn)(struct ctx *c, int64_t subject_id, const char *scope, void *arg),
			   void *arg, struct tombstones_applied *ret);

/* Sealed blobs for attachments: files below the data directory, sealed under (subject, scope). */
err vault_blob_put(struct ctx *c, int64_t subject_id, const char *scope, int64_t blob_id, struct slice bytes);
err vault_blob_get(struct ctx *c, int64_t subject_id, const char *scope, int64_t blob_id, struct secret *ret);
err vault_blob_delete(struct ctx *c, int64_t subject_id, int64_t blob_id);
/* Moves a blob from one scope under a retention scope, with rule and end date. */
err vault_blob_reseal(struct ctx *c, int64_t subject_id, int64_t blob_id, const char *from, const char *scope,
		      const char *rule, int64_t ends_at_ms);

/* Where blobs live; once at start. */
void vault_blob_dir(const char *dir);
