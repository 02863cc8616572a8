/* What the files of the key store share. */
#pragma once

#include "store/store.h"
#include "vault/keys.h"

enum { SLOT_SIZE = HASH_SIZE, WRAPPED_MAX = 128 };

/* Keys derived from the master key, one for each use. In locked memory; never copied out of it. */
struct roots {
	uint8_t wrap[KEY_SIZE];	  /* wraps data keys and identifier keys */
	uint8_t slot[KEY_SIZE];	  /* names (person, scope) */
	uint8_t lookup[KEY_SIZE]; /* names identifiers */
	uint8_t hash[KEY_SIZE];	  /* keys_hash */
	uint8_t secret[KEY_SIZE]; /* seals named secrets */
};

struct key_cache;

struct keys {
	struct store *store;
	enum suite suite;  /* seals; what another suite sealed still opens */
	enum suite naming; /* of slots, lookups and blind indexes: the master key's suite */
	struct roots *roots;
	struct key_cache *cache;
	char *sqlite_path; /* of the key store; NULL on PostgreSQL */
	char *tombstones;  /* path of the list beside it */
};

/* ---- master_key.c -------------------------------------------------------------------------------------- */
struct master_key {
	enum suite suite; /* derives from the key, and names with it */
	uint8_t key[KEY_SIZE];
};
/* Reads dir/master.key. ERR_NOT_FOUND when missing; ERR_CRYPTO, with what to do, when it is readable by
 * others, or is no master key. */
err master_key_read(struct ctx *c, const char *dir, struct master_key *ret);
/* Writes a new one, durable when this returns. When another process was faster, reads that one. */
err master_key_make(struct ctx *c, const char *dir, enum suite suite, struct master_key *ret);

/* ---- cache.c: opened data keys, for seconds, in locked memory ------------------------------------------ */
struct key_cache *key_cache_new(void);
void key_cache_free(struct key_cache *cache);
bool key_cache_get(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE],
		   uint8_t ret[static KEY_SIZE]);
/* A key read from the store may be put only when nothing was ended since the reading began: take the mark
 * before. */
uint64_t key_cache_mark(struct key_cache *cache);
void key_cache_put(struct key_cache *cache, uint64_t mark, const uint8_t slot[static SLOT_SIZE],
		   const uint8_t key[static KEY_SIZE]);
void key_cache_drop(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE]);

/* ---- wrap.c -------------------------------------------------------------------------------------------- */
/* Wraps a key for the row named by name (a slot or a lookup), to which it is bound. */
err key_wrap(struct ctx *c, const struct keys *k, const uint8_t name[static SLOT_SIZE],
	     const uint8_t key[static KEY_SIZE], uint8_t ret[static WRAPPED_MAX], size_t *ret_size);
err key_unwrap(struct ctx *c, const struct keys *k, const uint8_t name[static SLOT_SIZE],
	       struct slice wrapped, uint8_t ret[static KEY_SIZE]);
/* One row of one BLOB column: copied into room; found says whether there was a row, size 0 stands for NULL.
 */
struct wrapped {
	bool found;
	size_t size;
	uint8_t room[WRAPPED_MAX];
};
err wrapped_row(struct ctx *c, const struct row *row, void *wrapped);

/* ---- erase.c ------------------------------------------------------------------------------------------- */
/* After keys were destroyed: makes SQLite move its write-ahead log into the database and cut it, so that the
 * log does not keep what the database forgot. Waits for readers a short time; what it could not do, the next
 * call or closing does. */
void keys_erase_log(const struct keys *k);

/* ---- named.c ------------------------------------------------------------------------------------------- */
/* Makes the ledger's signing key unless there is one. */
err keys_signer_make(struct ctx *c, struct keys *k);
/* The check is a secret that only the right master key opens. ERR_NOT_FOUND in a new key store. */
err keys_check_make(struct ctx *c, struct keys *k);
err keys_check_read(struct ctx *c, struct keys *k);

/* ---- tombstones.c -------------------------------------------------------------------------------------- */
struct tombstone {
	char kind; /* 's' scope, 'i' identifier, 'r' row */
	uint8_t name[SLOT_SIZE];
	uint8_t wrapped[HASH_SIZE]; /* 'i': SHA-256 of the wrapped key; 'r': the time (row_ends.c) */
};
int64_t tombstone_time_ms(const struct tombstone *t);
/* Durable when this returns; the keys are destroyed after that. */
err tombstones_add(struct ctx *c, const struct keys *k, const struct tombstone *list, size_t count);
/* Takes the rows that ended before then off the list. */
err tombstones_forget(struct ctx *c, const struct keys *k, int64_t before_ms);
/* Ends again what the list says, when the key store is older than the list. */
err tombstones_check(struct ctx *c, struct keys *k);
