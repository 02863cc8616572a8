/* The mark: the newest checkpoint, written to the key store before it is published. A restore puts the store
 * back, never the key store; so the mark tells that a log would be signed anew from a point that it had
 * passed. A mark without its checkpoint, after a crash between the two, does no harm: its tree is committed,
 * and is signed again as it is. */
#include "ledger/internal.h"

#include <inttypes.h>
#include <stdio.h>

bool generation_key(const struct ledger *l, int64_t generation, struct note_key *ret)
{
	char name[2 * ORIGIN_MAX], number[24] = "";

	if (generation > 1)
		snprintf(number, sizeof number, "/%" PRId64, generation);
	snprintf(name, sizeof name, "%s%s%s", l->base, number, l->means.test_clock ? "/test" : "");
	return note_key_init(ret, name, l->means.public_key);
}

static const char *mark_name(struct ctx *c, const struct ledger *l)
{
	return arena_printf(c->arena, "ledger/mark/%s", l->key.name);
}

err mark_read(struct ctx *c, struct ledger *l, struct checkpoint *ret, bool *ret_any)
{
	SECRET_SCOPED note = {0};
	struct failure before = c->failure;

	*ret_any = false;
	if (!l->means.mark_get)
		return OK;
	err e = l->means.mark_get(c, l->keys, mark_name(c, l), &note);
	if (e.code == ERR_NOT_FOUND) {
		c->failure = before;
		return OK;
	}
	TRY(e);
	if (!checkpoint_open(&l->key, slice_bytes(note.p, note.n), ret))
		FAIL(c, ERR_CRYPTO, "密钥库中的检查点已损坏");
	*ret_any = true;
	return OK;
}

err mark_write(struct ctx *c, struct ledger *l, struct slice note)
{
	return l->means.mark_put ? l->means.mark_put(c, l->keys, mark_name(c, l), note) : OK;
}

err mark_contained(struct ctx *c, struct tx *tx, const struct checkpoint *mark, const struct checkpoint *tree,
		   bool *ret)
{
	struct tree_reader reader = {.c = c, .tx = tx};
	struct merkle_hash root = tree->root;

	*ret = false;
	if (tree->size < mark->size)
		return OK;
	if (tree->size > mark->size)
		TRY(merkle_root(tree_node, &reader, mark->size, &root));
	*ret = merkle_equal(&root, &mark->root);
	return OK;
}

struct comparison {
	struct checkpoint mark;
	bool contained;
};

static err compare(struct ctx *c, struct tx *tx, void *arg)
{
	struct comparison *m = arg;
	struct checkpoint tree;
	bool any;

	TRY(tree_newest(c, tx, &tree, &any));
	return mark_contained(c, tx, &m->mark, &tree, &m->contained);
}

err ledger_put_back(struct ctx *c, struct ledger *l, bool *ret)
{
	struct comparison m = {.contained = true};
	bool any;

	TRY(mark_read(c, l, &m.mark, &any));
	if (any)
		TRY(store_read(c, l->store, compare, &m));
	*ret = !m.contained;
	return OK;
}
