/* The log against itself. Each leaf hash stands in three places: in the person's entry, in the entry bundle,
 * and in the tile of level 0. Where one of them differs from the other two, it is the one that was changed,
 * and the walk goes on with what the others say; so one changed byte is one finding, and the trees above
 * still compare. */
#include "ledger/verify.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TREE_PAGE = 256 };

/* One leaf as the store tells it. */
struct leaf_row {
	bool present, has_data;
	int64_t subject_id, n;
	struct merkle_hash data;
};

struct log_walk {
	struct check *check;
	uint64_t size; /* leaves of the newest committed tree */
	uint64_t tile; /* the tile of level 0 at work */
	struct leaf_row leaves[TILE_WIDTH];
	struct merkle_hash bundle[TILE_WIDTH], hashes[TILE_WIDTH];
	unsigned bundle_width, hashes_width;
	struct merkle_range range;	/* of the leaf hashes that are believed */
	struct edge above[TILE_LEVELS]; /* nodes of levels 8, 16, … as they should be */

	int64_t tree_size, tree_token; /* the last tree row that was read */
	struct tree_row {
		uint64_t size;
		struct merkle_hash root;
		bool root_whole;
		int64_t token;
		char *note; /* NULL: not signed */
	} trees[TREE_PAGE];
	size_t tree_at, tree_count;
};

/* ---- one leaf ------------------------------------------------------------------------------- */

static err read_leaf(struct ctx *, const struct row *row, void *arg)
{
	struct log_walk *w = arg;
	int64_t index = row_int(row, 0);

	if (index < 0 || (uint64_t)index / TILE_WIDTH != w->tile)
		return OK; /* a later tile's; a gap is told by the leaf that is missing */
	struct leaf_row *leaf = &w->leaves[(uint64_t)index % TILE_WIDTH];
	if (leaf->present) {
		found(w->check, "ledger_leaf：叶子 %" PRId64 "：重复（用户 %" PRId64 " 第 %" PRId64 " 条）",
		      index, row_int(row, 1), row_int(row, 2));
		return OK;
	}
	*leaf = (struct leaf_row){.present = true, .subject_id = row_int(row, 1), .n = row_int(row, 2)};
	struct slice data = row_is_null(row, 3) ? SLICE("") : row_blob(row, 3);
	leaf->has_data = data.n == HASH_SIZE;
	if (leaf->has_data)
		memcpy(leaf->data.b, data.p, HASH_SIZE);
	return OK;
}

/* The hash that a leaf should have; what contradicts it is told. */
static struct merkle_hash believed_leaf(struct log_walk *w, unsigned at)
{
	const struct leaf_row *leaf = &w->leaves[at];
	uint64_t index = w->tile * TILE_WIDTH + at;
	struct merkle_hash entry = {0}, bundle = {0}, hash = {0};
	bool has_bundle = at < w->bundle_width, has_hash = at < w->hashes_width;

	if (leaf->has_data)
		entry = merkle_leaf(slice_bytes(leaf->data.b, HASH_SIZE));
	if (has_bundle)
		bundle = merkle_leaf(slice_bytes(w->bundle[at].b, HASH_SIZE));
	if (has_hash)
		hash = w->hashes[at];
	if (!leaf->present)
		found(w->check, "ledger_leaf：叶子 %" PRIu64 "：缺失", index);

	bool entry_bundle = leaf->has_data && has_bundle && merkle_equal(&entry, &bundle);
	bool entry_hash = leaf->has_data && has_hash && merkle_equal(&entry, &hash);
	bool bundle_hash = has_bundle && has_hash && merkle_equal(&bundle, &hash);
	if (leaf->has_data && !entry_bundle && !entry_hash)
		found(w->check,
		      "ledger_entry：用户 %" PRId64 " 第 %" PRId64 " 条：摘要与公开日志的叶子 %" PRIu64
		      " 不符",
		      leaf->subject_id, leaf->n, index);
	if (!entry_bundle && !bundle_hash)
		found(w->check, "ledger_tile：记录包 %" PRIu64 " 第 %u 项（叶子 %" PRIu64 "）不符或缺失",
		      w->tile, at, index);
	if (!entry_hash && !bundle_hash)
		found(w->check, "ledger_tile：第 0 层分块 %" PRIu64 " 第 %u 项（叶子 %" PRIu64 "）不符或缺失",
		      w->tile, at, index);
	return entry_bundle || entry_hash ? entry : has_hash ? hash : bundle;
}

/* ---- tiles above ---------------------------------------------------------------------------- */

static err compare_tile(struct log_walk *w, int level, uint64_t index, const struct edge *expected)
{
	struct check *k = w->check;
	struct merkle_hash stored[TILE_WIDTH];
	unsigned width = 0;

	TRY(tree_tile(k->c, k->tx, level, index, stored, &width));
	for (unsigned i = 0; i < expected->width; i++)
		if (i >= width || !merkle_equal(&stored[i], &expected->hash[i]))
			found(k, "ledger_tile：第 %d 层分块 %" PRIu64 " 第 %u 项不符或缺失", level, index, i);
	return OK;
}

/* Levels from 1 on; level 0 is compared leaf by leaf. */
static err push_above(struct log_walk *w, int level, const struct merkle_hash *node)
{
	struct edge *at = &w->above[level];

	at->hash[at->width++] = *node;
	if (at->width < TILE_WIDTH)
		return OK;
	TRY(compare_tile(w, level, (w->range.size >> (level * TILE_HEIGHT) >> TILE_HEIGHT) - 1, at));
	struct merkle_hash root = merkle_fold(at->hash, TILE_WIDTH);
	at->width = 0;
	return push_above(w, level + 1, &root);
}

static err compare_edges(struct log_walk *w)
{
	for (int level = 1; level < TILE_LEVELS; level++)
		if (w->above[level].width)
			TRY(compare_tile(w, level, w->size >> (level * TILE_HEIGHT) >> TILE_HEIGHT,
					 &w->above[level]));
	return OK;
}

/* ---- trees and checkpoints ------------------------------------------------------------------ */

static err read_tree(struct ctx *c, const struct row *row, void *arg)
{
	struct log_walk *w = arg;
	struct tree_row *t = &w->trees[w->tree_count++];
	struct slice root = row_blob(row, 1);

	*t = (struct tree_row){.size = (uint64_t)row_int(row, 0), .token = row_int(row, 2)};
	t->root_whole = root.n == HASH_SIZE;
	if (t->root_whole)
		memcpy(t->root.b, root.p, HASH_SIZE);
	if (!row_is_null(row, 3))
		t->note = row_copy(c, row, 3);
	w->tree_size = (int64_t)t->size;
	return OK;
}

/* The next tree row, or NULL. The arena holds the notes of the page. */
static err next_tree(struct log_walk *w, const struct tree_row **ret)
{
	struct check *k = w->check;

	if (w->tree_at == w->tree_count) {
		w->tree_at = w->tree_count = 0;
		arena_clear(k->c->arena);
		TRY(tx_rows(k->c, k->tx, Q_LEDGER_CHECK_TREES,
			    PARAMS(P_INT(LOG_ID), P_INT(w->tree_size), P_INT(TREE_PAGE),
				   P_INT(k->ledger->means.generation)),
			    read_tree, w));
	}
	*ret = w->tree_at < w->tree_count ? &w->trees[w->tree_at] : NULL;
	return OK;
}

static void check_tree(struct log_walk *w, const struct tree_row *t, const struct merkle_hash *root)
{
	struct check *k = w->check;
	struct checkpoint signed_tree;

	if (!t->root_whole || !merkle_equal(&t->root, root))
		found(k, "ledger_tree：大小 %" PRIu64 "：根与叶子不符", t->size);
	if (t->token < w->tree_token)
		found(k, "ledger_tree：大小 %" PRIu64 "：出自已被取代的写入者", t->size);
	w->tree_token = t->token;
	if (!t->note)
		return;
	if (!checkpoint_open(&k->ledger->key, slice_of(t->note), &signed_tree) || signed_tree.size != t->size)
		found(k, "ledger_checkpoint：大小 %" PRIu64 "：签名或内容不成立", t->size);
	else if (!merkle_equal(&signed_tree.root, root))
		found(k, "ledger_checkpoint：大小 %" PRIu64 "：所签的根与叶子不符", t->size);
}

/* Compares what was said about trees of the size reached. */
static err check_size(struct log_walk *w)
{
	struct check *k = w->check;
	struct merkle_hash root;
	const struct tree_row *t;

	TRY(next_tree(w, &t));
	bool kept = k->has_kept && k->kept.size == w->range.size;
	if (!kept && (!t || t->size != w->range.size))
		return OK;
	root = merkle_range_root(&w->range);
	if (kept && !merkle_equal(&k->kept.root, &root))
		found(k, "另存的检查点：大小 %" PRIu64 "：与本日志的历史不一致", k->kept.size);
	if (!t || t->size != w->range.size)
		return OK;
	check_tree(w, t, &root);
	w->tree_at++;
	return OK;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static err check_tile(struct log_walk *w)
{
	struct check *k = w->check;
	uint64_t first = w->tile * TILE_WIDTH;
	unsigned width = tile_width_at(0, w->tile, w->size);

	memset(w->leaves, 0, sizeof w->leaves);
	TRY(tx_rows(k->c, k->tx, Q_LEDGER_CHECK_LEAVES,
		    PARAMS(P_INT(LOG_ID), P_INT(first), P_INT(TILE_WIDTH + 1)), read_leaf, w));
	TRY(tree_tile(k->c, k->tx, TILE_ENTRIES, w->tile, w->bundle, &w->bundle_width));
	TRY(tree_tile(k->c, k->tx, 0, w->tile, w->hashes, &w->hashes_width));
	struct merkle_hash leaves[TILE_WIDTH];
	for (unsigned at = 0; at < width; at++) {
		leaves[at] = believed_leaf(w, at);
		merkle_range_add(&w->range, &leaves[at]);
		TRY(check_size(w));
	}
	if (width < TILE_WIDTH)
		return OK;
	struct merkle_hash root = merkle_fold(leaves, TILE_WIDTH);
	return push_above(w, 1, &root);
}

static err beyond(struct ctx *, const struct row *row, void *arg)
{
	found(arg,
	      "ledger_leaf：叶子 %" PRId64 "（用户 %" PRId64 " 第 %" PRId64 " 条）：不在任何已提交的树中",
	      row_int(row, 0), row_int(row, 1), row_int(row, 2));
	return OK;
}

static err walk_log(struct log_walk *w)
{
	struct check *k = w->check;
	struct checkpoint newest;
	bool any;

	TRY(tree_newest(k->c, k->tx, &newest, &any));
	w->size = newest.size;
	if (k->has_kept && k->kept.size > w->size)
		found(k, "另存的检查点：大小 %" PRIu64 "：本日志只有 %" PRIu64 " 个叶子，末尾被截去",
		      k->kept.size, w->size);
	TRY(check_size(w));
	for (; w->tile * TILE_WIDTH < w->size; w->tile++)
		TRY(check_tile(w));
	TRY(compare_edges(w));
	return tx_rows(k->c, k->tx, Q_LEDGER_CHECK_LEAVES,
		       PARAMS(P_INT(LOG_ID), P_INT(w->size), P_INT(TILE_WIDTH)), beyond, k);
}

err check_log(struct check *k)
{
	struct log_walk *w = calloc(1, sizeof *w);

	if (!w)
		FAIL(k->c, ERR_INTERNAL, "内存不足");
	w->check = k;
	w->tree_size = -1;
	err e = walk_log(w);
	free(w);
	return e;
}
