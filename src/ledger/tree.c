/* Tiles in the store: full ones are rows for good, the partial ones at the right edge are rewritten by each
 * round. */
#include "ledger/internal.h"

#include <assert.h>

/* ---- the newest tree ------------------------------------------------------------------------ */

struct newest {
	struct checkpoint tree;
	bool any;
};

static err read_newest(struct ctx *c, const struct row *row, void *arg)
{
	struct newest *n = arg;

	n->any = true;
	n->tree.size = (uint64_t)row_int(row, 0);
	return hash_read(c, row_blob(row, 1), n->tree.root.b);
}

err tree_newest(struct ctx *c, struct tx *tx, struct checkpoint *ret, bool *ret_any)
{
	struct newest n = {.tree.root = merkle_empty()};

	TRY(tx_rows(c, tx, Q_LEDGER_TREE_NEWEST, PARAMS(P_INT(LOG_ID)), read_newest, &n));
	*ret = n.tree;
	*ret_any = n.any;
	return OK;
}

/* ---- edges ---------------------------------------------------------------------------------- */

static unsigned edge_shift(int level)
{
	return level > 0 ? (unsigned)level * TILE_HEIGHT : 0;
}

uint64_t edge_tile_index(const struct edges *e, int level)
{
	return e->size >> edge_shift(level) >> TILE_HEIGHT;
}

static unsigned edge_width(const struct edges *e, int level)
{
	return (unsigned)(e->size >> edge_shift(level)) % TILE_WIDTH;
}

static err damaged(struct ctx *c, const char *what)
{
	FAIL(c, ERR_STORE, "公开日志的%s与已提交的树不符，已停止签署；请运行 ledger verify", what);
}

static err read_edge(struct ctx *c, const struct row *row, void *arg)
{
	struct edges *e = arg;
	int64_t level = row_int(row, 0);
	struct slice hashes = row_blob(row, 2);

	if (level < TILE_ENTRIES || level >= TILE_LEVELS || hashes.n % HASH_SIZE ||
	    hashes.n >= sizeof e->at[0].hash)
		return damaged(c, "边缘");
	struct edge *at = &e->at[level + 1];
	at->width = (unsigned)(hashes.n / HASH_SIZE);
	memcpy(at->hash, hashes.p, hashes.n);
	return OK;
}

err edges_load(struct ctx *c, struct tx *tx, const struct checkpoint *tree, struct edges *ret)
{
	ret->size = tree->size;
	for (int i = 0; i < EDGE_COUNT; i++) {
		ret->at[i].width = 0;
		ret->at[i].touched = false;
	}
	TRY(tx_rows(c, tx, Q_LEDGER_EDGE_ALL, PARAMS(P_INT(LOG_ID)), read_edge, ret));
	for (int level = TILE_ENTRIES; level < TILE_LEVELS; level++)
		if (ret->at[level + 1].width != edge_width(ret, level))
			return damaged(c, "边缘");
	struct merkle_hash root = edges_root(ret);
	return merkle_equal(&root, &tree->root) ? OK : damaged(c, "根");
}

struct merkle_hash edges_root(const struct edges *e)
{
	struct merkle_hash root = merkle_empty();
	bool any = false;

	for (int level = 0; level < TILE_LEVELS; level++) {
		const struct edge *at = &e->at[level + 1];
		unsigned end = at->width;
		for (unsigned bit = 0; bit < TILE_HEIGHT; bit++) {
			unsigned count = 1U << bit;
			if (!(at->width & count))
				continue;
			end -= count;
			struct merkle_hash node = merkle_fold(at->hash + end, count);
			root = any ? merkle_node(&node, &root) : node;
			any = true;
		}
	}
	return root;
}

/* Puts a hash at the end of a level; a tile that becomes full is stored, and its root goes to the level
 * above. */
static err edge_push(struct ctx *c, struct tx *tx, struct edges *e, int level, const struct merkle_hash *hash)
{
	assert(level < TILE_LEVELS);
	struct edge *at = &e->at[level + 1];
	at->touched = true;
	at->hash[at->width++] = *hash;
	if (at->width < TILE_WIDTH)
		return OK;
	uint64_t index = ((e->size + 1) >> edge_shift(level) >> TILE_HEIGHT) - 1;
	at->width = 0;
	TRY(tx_exec(c, tx, Q_LEDGER_TILE_ADD,
		    PARAMS(P_INT(LOG_ID), P_INT(level), P_INT(index), P_BLOB(at->hash, sizeof at->hash)),
		    NULL));
	if (level == TILE_ENTRIES)
		return OK;
	struct merkle_hash root = merkle_fold(at->hash, TILE_WIDTH);
	return edge_push(c, tx, e, level + 1, &root);
}

err edges_add(struct ctx *c, struct tx *tx, struct edges *e, const struct merkle_hash *data)
{
	struct merkle_hash leaf = merkle_leaf(slice_bytes(data->b, sizeof data->b));

	TRY(edge_push(c, tx, e, TILE_ENTRIES, data));
	TRY(edge_push(c, tx, e, 0, &leaf));
	e->size++;
	return OK;
}

err edges_store(struct ctx *c, struct tx *tx, struct edges *e)
{
	for (int level = TILE_ENTRIES; level < TILE_LEVELS; level++) {
		struct edge *at = &e->at[level + 1];
		if (!at->touched)
			continue;
		TRY(tx_exec(c, tx, Q_LEDGER_EDGE_PUT,
			    PARAMS(P_INT(LOG_ID), P_INT(level), P_INT(edge_tile_index(e, level)),
				   P_BLOB(at->hash, at->width * HASH_SIZE)),
			    NULL));
		at->touched = false;
	}
	return OK;
}

/* ---- reading tiles and nodes ---------------------------------------------------------------- */

struct tile_read {
	struct merkle_hash *hash;
	unsigned width;
};

/* A tile that has just become full is there twice, full and as an emptied edge: the wider one counts. */
static err read_tile(struct ctx *c, const struct row *row, void *arg)
{
	struct tile_read *t = arg;
	struct slice hashes = row_blob(row, 0);

	if (hashes.n % HASH_SIZE || hashes.n > TILE_WIDTH * HASH_SIZE)
		return damaged(c, "分块");
	if (hashes.n / HASH_SIZE > t->width) {
		t->width = (unsigned)(hashes.n / HASH_SIZE);
		memcpy(t->hash, hashes.p, hashes.n);
	}
	return OK;
}

err tree_tile(struct ctx *c, struct tx *tx, int level, uint64_t index,
	      struct merkle_hash ret[static TILE_WIDTH], unsigned *ret_width)
{
	struct tile_read t = {.hash = ret};

	TRY(tx_rows(c, tx, Q_LEDGER_TILE_GET, PARAMS(P_INT(LOG_ID), P_INT(level), P_INT(index)), read_tile,
		    &t));
	*ret_width = t.width;
	return OK;
}

err tree_node(void *reader, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	struct tree_reader *r = reader;
	struct tile_id tile = {.level = (int)(level / TILE_HEIGHT)};
	unsigned below = level % TILE_HEIGHT, count = 1U << below;
	uint64_t first = index << below; /* position within the tile's own level */

	tile.index = first / TILE_WIDTH;
	if (r->held.width == 0 || r->held.level != tile.level || r->held.index != tile.index) {
		r->held.width = 0;
		TRY(tree_tile(r->c, r->tx, tile.level, tile.index, r->hash, &tile.width));
		r->held = tile;
	}
	unsigned at = (unsigned)(first % TILE_WIDTH);
	if (at + count > r->held.width)
		return damaged(r->c, "分块");
	*ret = merkle_fold(r->hash + at, count);
	return OK;
}
