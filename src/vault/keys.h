/* Data keys, in their own key store, wrapped by a master key from a key file (mode 0600).
 *
 * A data key belongs to (subject, scope). A scope is what ends together: "account", "identity",
 * "service:<category>", "case:<id>", "retention:<class>", "audit". A key is durable before the first row
 * sealed by it, and destroyed before the rows are deleted. Opened keys are cached in locked memory for a
 * short time and wiped when the scope ends.
 *
 * Lookup of identifiers (phone, document number, account name) goes in two steps so that an ended person
 * cannot be found in yesterday's backup: keyed hash → identifier key (here) → blind index (main store). */
#pragma once

#include "base/ctx.h"
#include "crypto/crypto.h"

struct keys;

enum { SCOPE_SIZE = 64 };

/* dir holds the master key file and, by default, keys.db; store_url may be "postgresql://…". Creates both
 * when missing and create is set. */
err keys_open(struct ctx *c, const char *dir, const char *store_url, enum suite suite, bool create,
	      struct keys **ret);
void keys_close(struct keys *k);
enum suite keys_suite(const struct keys *k);

/* The data key of (subject, scope): keys_make creates it when missing; keys_get answers ERR_GONE when it was
 * ended and ERR_NOT_FOUND when it never was. An ended scope is never made again. */
err keys_make(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope,
	      uint8_t ret[static KEY_SIZE]);
err keys_get(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope,
	     uint8_t ret[static KEY_SIZE]);
/* Several keys of one person in one transaction, for registration: one wait for the disk instead of three.
 * ret has count keys. ERR_GONE when any of the scopes was ended; the others are made nevertheless. */
err keys_make_many(struct ctx *c, struct keys *k, int64_t subject_id, const char *const *scopes, size_t count,
		   uint8_t (*ret)[KEY_SIZE]);

/* Seals under the data key of (subject, scope), as keys_make, and opens it, as keys_get; aad binds what is
 * sealed to its row. Both into c's arena; who opened it wipes it. */
err keys_seal(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, struct slice aad,
	      struct slice plain, struct slice *ret);
err keys_unseal(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, struct slice aad,
		struct slice sealed, struct slice *ret);

/* Ends scopes: destroys the wrapped keys and writes tombstones, in one transaction. Unknown scopes get
 * tombstones too. The ending is listed in dir/tombstones before it is carried out: a key store that is put
 * back from a backup, or was cut off by a crash, carries it out when it opens. */
err keys_end(struct ctx *c, struct keys *k, int64_t subject_id, const char *const *scopes, size_t count);
/* True when (subject, scope) has a tombstone: applied to every row after a restore. */
err keys_ended(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope, bool *ret);

/* A row of a scope that lives on can be ended, too: its value was deleted, and a backup that still holds it
 * must not bring it back. keys_rows_end lists them durably; what of a restored store was collected before
 * at_ms is deleted again. keys_row_ended: 0 when it was not. What ended before the oldest backup was taken
 * may be forgotten. */
enum { KEYS_SLOT_SIZE = 32 };
struct row_end {
	uint8_t slot[KEYS_SLOT_SIZE];
	int64_t at_ms;
};
void keys_row_slot(struct ctx *c, struct keys *k, int64_t subject_id, int64_t record_id, const char *item,
		   uint8_t ret[static KEYS_SLOT_SIZE]);
err keys_rows_end(struct ctx *c, struct keys *k, const struct row_end *list, size_t count);
err keys_row_ended(struct ctx *c, struct keys *k, const uint8_t slot[static KEYS_SLOT_SIZE],
		   int64_t *ret_at_ms);
err keys_row_ends_forget(struct ctx *c, struct keys *k, int64_t before_ms);

/* Blind index of an identifier: kind is "phone", "id_number", "username", …; normal is its normal form. make
 * creates the identifier key when missing; without make, ERR_NOT_FOUND (after equal work). keys_blind_end
 * destroys it. */
err keys_blind(struct ctx *c, struct keys *k, const char *kind, struct slice normal, bool make,
	       uint8_t ret[static HASH_SIZE]);
err keys_blind_end(struct ctx *c, struct keys *k, const char *kind, struct slice normal);
/* The same in two steps, so that an ending that was decided can be finished by who no longer knows the
 * identifier: the slot under which its key stands, and ending what stands there. A slot is a keyed hash;
 * doing it again, or when there is none, changes nothing. */
err keys_blind_slot(struct ctx *c, struct keys *k, const char *kind, struct slice normal,
		    uint8_t ret[static KEYS_SLOT_SIZE]);
err keys_blind_slot_end(struct ctx *c, struct keys *k, const uint8_t slot[static KEYS_SLOT_SIZE]);

/* A keyed hash under a purpose-bound key of the installation (session tokens, pseudonyms, rate-limit
 * buckets). */
void keys_hash(struct keys *k, const char *purpose, struct slice data, uint8_t ret[static HASH_SIZE]);

/* The signing key of the ledger's origin; created with the master key. */
err keys_ledger_signer(struct ctx *c, struct keys *k, uint8_t ret_public[static SIGN_PUBLIC_SIZE],
		       uint8_t ret_secret[static SIGN_SECRET_SIZE]);
/* A named secret kept sealed in the key store ("connector:hrss"); ERR_NOT_FOUND when missing. */
err keys_secret_put(struct ctx *c, struct keys *k, const char *name, struct slice value);
err keys_secret_get(struct ctx *c, struct keys *k, const char *name, struct secret *ret);

/* For `tongban keys status`. */
struct keys_status {
	enum suite suite, master_suite;
	int64_t living, ended, identifiers; /* data keys, tombstones, identifier keys */
};
err keys_status(struct ctx *c, struct keys *k, struct keys_status *ret);

/* Tests only: the store below, to make its n-th call fail. */
struct store *keys_store(struct keys *k);
