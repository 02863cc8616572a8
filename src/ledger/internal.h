/* Between the files of src/ledger. */
#pragma once

#include "ledger/ledger.h"
#include "ledger/note.h"
#include "ledger/tile.h"

#include <pthread.h>

enum {
	LOG_ID = 1,
	SALT_SIZE = 16,
	/* Bytes of a canonical entry: a ground with all that two officers may write of it, and every item. */
	ENTRY_MAX = 32000,
	SEALED_PLAIN_MAX = SALT_SIZE + ENTRY_MAX,
	LEASE_MS = 2000,
	PROMISE_MS = 60 * 1000, /* rounds are far more frequent; a restart must fit in */
};
#define AUDIT_SCOPE "audit"

struct ledger {
	struct store *store;
	struct ledger_means means;
	struct keys *keys; /* holds the mark */
	struct note_key key;
	char base[ORIGIN_MAX]; /* the origin without its generation and "/test" */
	int64_t holder;	       /* of the lease: this process */

	pthread_mutex_t round_lock; /* one round at a time; guards edges */
	struct edges *edges;

	pthread_t thread;
	bool thread_runs;
	pthread_mutex_t lock; /* guards the two below */
	pthread_cond_t wake;
	bool stopping;
	enum err_code state;
};

/* ---- entry.c: the canonical form ------------------------------------------------------------ */

/* One entry on its way into the store. */
struct prepared {
	int64_t subject_id, n, entry_id, at_ms;
	uint8_t data[HASH_SIZE], head[HASH_SIZE];
	struct buf sealed;
};

/* Writes entry number n = h->n + 1 in canonical form, hashes and seals it. Release r->sealed. */
err entry_prepare(struct ctx *c, const struct head *h, const struct entry *e, struct prepared *ret);

/* The same for a deferred entry: number n = register->n + 1 of the register, its text names the person and n
 * = 0, sealed for the person. */
err entry_prepare_deferred(struct ctx *c, const struct head *reg, int64_t subject_id, const struct entry *e,
			   struct prepared *ret);

/* One entry as it was read back. */
struct opened {
	uint8_t data[HASH_SIZE];
	uint8_t salt[SALT_SIZE];
	struct slice text; /* the canonical entry, in the arena */
};
/* Opens and checks against data. ERR_GONE: erased. ERR_CRYPTO: changed, or sealed for another place. */
err entry_open(struct ctx *c, int64_t subject_id, int64_t n, struct slice data, struct slice sealed,
	       struct opened *ret);
err entry_open_deferred(struct ctx *c, int64_t subject_id, int64_t deferred_n, struct slice data,
			struct slice sealed, struct opened *ret);
/* Reads a canonical entry; strings live in the arena. ERR_INTERNAL when it is not one. */
err entry_parse(struct ctx *c, struct slice text, struct usage *ret);
void entry_data(const uint8_t salt[static SALT_SIZE], struct slice text, uint8_t ret[static HASH_SIZE]);
void entry_chain(const uint8_t before[static HASH_SIZE], const uint8_t data[static HASH_SIZE],
		 uint8_t ret[static HASH_SIZE]);
/* 2026-11-21T22:54:01.123+08:00, as json_time writes it; 0 when it is not that. */
int64_t entry_time(struct slice text);
const char *entry_action_text(enum entry_action a);

/* ---- deferral.c ----------------------------------------------------------------------------- */

/* What ledger_write does with an entry that has deferred_until_ms. */
err deferral_write(struct ctx *c, const struct head *h, const struct entry *e, int flags, tx_fn rows,
		   void *arg);

/* ---- tree.c: tiles in the store ------------------------------------------------------------- */

/* The partial tiles at the right edge; index 0 is the entry bundle, index L + 1 the tile of level L. */
enum { EDGE_COUNT = TILE_LEVELS + 1 };
struct edge {
	unsigned width;
	bool touched;
	struct merkle_hash hash[TILE_WIDTH];
};
struct edges {
	uint64_t size; /* leaves */
	struct edge at[EDGE_COUNT];
};

/* The newest committed tree; size 0 and the empty root when there is none (*ret_any false). */
err tree_newest(struct ctx *c, struct tx *tx, struct checkpoint *ret, bool *ret_any);
/* Loads the edges of the tree of that size. ERR_STORE when they do not make up its root. */
err edges_load(struct ctx *c, struct tx *tx, const struct checkpoint *tree, struct edges *ret);
/* Adds a leaf; full tiles are written at once. */
err edges_add(struct ctx *c, struct tx *tx, struct edges *e, const struct merkle_hash *data);
err edges_store(struct ctx *c, struct tx *tx, struct edges *e);
struct merkle_hash edges_root(const struct edges *e);
/* Where the partial tile of a level starts. */
uint64_t edge_tile_index(const struct edges *e, int level);

/* Nodes of the tree as a merkle_node_fn; arg is a struct tree_reader. */
struct tree_reader {
	struct ctx *c;
	struct tx *tx;
	struct tile_id held; /* the last tile read */
	struct merkle_hash hash[TILE_WIDTH];
};
err tree_node(void *reader, unsigned level, uint64_t index, struct merkle_hash *ret);
/* Reads a tile as far as it is filled; *ret_width is 0 when there is none. */
err tree_tile(struct ctx *c, struct tx *tx, int level, uint64_t index,
	      struct merkle_hash ret[static TILE_WIDTH], unsigned *ret_width);

/* ---- mark.c: what was signed last, kept apart from the store -------------------------------- */

/* The key of a generation of this log. False when its name would be too long. */
bool generation_key(const struct ledger *l, int64_t generation, struct note_key *ret);
/* *ret_any is false when nothing was signed under this origin, or no mark is kept. */
err mark_read(struct ctx *c, struct ledger *l, struct checkpoint *ret, bool *ret_any);
err mark_write(struct ctx *c, struct ledger *l, struct slice note);
/* Whether the committed tree is the mark's or has grown from it. */
err mark_contained(struct ctx *c, struct tx *tx, const struct checkpoint *mark, const struct checkpoint *tree,
		   bool *ret);

/* Copies a blob of exactly 32 bytes; ERR_STORE otherwise. */
err hash_read(struct ctx *c, struct slice blob, uint8_t ret[static HASH_SIZE]);
