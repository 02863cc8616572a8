/* Rows that were ended one by one (keys.h): a table beside the keys, and the list of tombstones, which a key
 * store that is put back from a backup is brought up to. */
#include "vault/keys/internal.h"
#include <inttypes.h>

_Static_assert((int)SLOT_SIZE == (int)KEYS_SLOT_SIZE, "a slot has one size");

void keys_row_slot(struct ctx *c, struct keys *k, int64_t subject_id, int64_t record_id, const char *item,
		   uint8_t ret[static KEYS_SLOT_SIZE])
{
	const char *name = arena_printf(c->arena, "%" PRId64 "|%" PRId64 "|%s", subject_id, record_id, item);

	keys_hash(k, "row_end", slice_of(name), ret);
}

/* The time stands where other tombstones have a hash. */
static struct tombstone tombstone_of(const struct row_end *e)
{
	struct tombstone t = {.kind = 'r'};

	memcpy(t.name, e->slot, SLOT_SIZE);
	for (int i = 0; i < 8; i++)
		t.wrapped[i] = (uint8_t)((uint64_t)e->at_ms >> (56 - 8 * i));
	return t;
}

int64_t tombstone_time_ms(const struct tombstone *t)
{
	uint64_t at_ms = 0;

	for (int i = 0; i < 8; i++)
		at_ms = at_ms << 8 | t->wrapped[i];
	return (int64_t)at_ms;
}

struct row_ends {
	const struct row_end *list;
	size_t count;
};

static err put_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct row_ends *all = arg;

	for (size_t i = 0; i < all->count; i++)
		TRY(tx_exec(c, tx, Q_ROW_END_PUT,
			    PARAMS(P_BLOB(all->list[i].slot, SLOT_SIZE), P_INT(all->list[i].at_ms)), NULL));
	return OK;
}

err keys_rows_end(struct ctx *c, struct keys *k, const struct row_end *list, size_t count)
{
	struct tombstone *lines = ARENA_ARRAY(c->arena, struct tombstone, count + 1);

	for (size_t i = 0; i < count; i++)
		lines[i] = tombstone_of(&list[i]);
	TRY(tombstones_add(c, k, lines, count));
	return store_write(c, k->store, put_rows, &(struct row_ends){list, count});
}

static err time_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err keys_row_ended(struct ctx *c, struct keys *k, const uint8_t slot[static KEYS_SLOT_SIZE],
		   int64_t *ret_at_ms)
{
	int64_t at_ms = 0;

	TRY(store_rows(c, k->store, Q_ROW_END_FIND, PARAMS(P_BLOB(slot, SLOT_SIZE)), time_row, &at_ms));
	*ret_at_ms = at_ms;
	return OK;
}

/* The list first: what it says is put into the table whenever that does not know its newest line. */
err keys_row_ends_forget(struct ctx *c, struct keys *k, int64_t before_ms)
{
	TRY(tombstones_forget(c, k, before_ms));
	return store_exec(c, k->store, Q_ROW_END_FORGET, PARAMS(P_INT(before_ms)), NULL);
}
