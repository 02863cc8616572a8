/* Single values that were deleted stay deleted when an older backup is put back.
 *
 * A deletion is noted in the transaction that carries it out, so that neither stands without the other. After
 * the commit, and before the act is acknowledged, the key store takes it into its list (keys_rows_end), which
 * is no part of a backup. Whatever ends the server in between, the sweep of the next start does it. */
#include "vault/vault_store.h"

enum { DELETIONS_MAX = 512, SWEEP_MEMORY = 1 << 20 };

void deletion_remember(struct ctx *c, int64_t subject_id)
{
	for (unsigned i = 0; i < c->deleted_count; i++)
		if (i < DELETED_OF_MAX && c->deleted_of[i] == subject_id)
			return;
	if (c->deleted_count < DELETED_OF_MAX)
		c->deleted_of[c->deleted_count] = subject_id;
	if (c->deleted_count <= DELETED_OF_MAX)
		c->deleted_count++;
}

struct noted {
	int64_t record_id, at_ms;
	const char *item;
};

struct noted_list {
	struct noted rows[DELETIONS_MAX];
	size_t count;
};

static err noted_row(struct ctx *c, const struct row *row, void *arg)
{
	struct noted_list *l = arg;

	if (l->count < DELETIONS_MAX)
		l->rows[l->count++] = (struct noted){row_int(row, 0), row_int(row, 2), row_copy(c, row, 1)};
	return OK;
}

struct done {
	int64_t subject_id;
	const struct noted_list *list;
};

static err done_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct done *d = arg;

	for (size_t i = 0; i < d->list->count; i++) {
		const struct noted *n = &d->list->rows[i];
		TRY(tx_exec(
			c, tx, Q_VAULT_DELETION_DONE,
			PARAMS(P_INT(d->subject_id), P_INT(n->record_id), P_STR(n->item), P_INT(n->at_ms)),
			NULL));
	}
	return OK;
}

static err list_some(struct ctx *c, int64_t subject_id, size_t *ret_count)
{
	struct noted_list *l = ARENA_NEW(c->arena, struct noted_list);
	struct row_end *ends = ARENA_ARRAY(c->arena, struct row_end, DELETIONS_MAX);

	TRY(store_rows(c, c->store, Q_VAULT_DELETION_LIST, PARAMS(P_INT(subject_id)), noted_row, l));
	*ret_count = l->count;
	if (l->count == 0)
		return OK;
	for (size_t i = 0; i < l->count; i++) {
		keys_row_slot(c, c->keys, subject_id, l->rows[i].record_id, l->rows[i].item, ends[i].slot);
		ends[i].at_ms = l->rows[i].at_ms;
	}
	TRY(keys_rows_end(c, c->keys, ends, l->count));
	return store_write(c, c->store, done_rows, &(struct done){subject_id, l});
}

static err list_person(struct ctx *c, int64_t subject_id)
{
	size_t count = DELETIONS_MAX;

	while (count == DELETIONS_MAX)
		TRY(list_some(c, subject_id, &count));
	return OK;
}

static err sweep(struct ctx *c)
{
	struct subjects some = {.count = SUBJECTS_MAX};
	int64_t after = 0;

	while (some.count == SUBJECTS_MAX) {
		TRY(subjects_after(c, Q_VAULT_DELETION_PAGE, after, &some));
		for (size_t i = 0; i < some.count; i++) {
			TRY(list_person(c, after = some.ids[i]));
			arena_clear(c->arena);
		}
	}
	return OK;
}

/* With an arena of its own, emptied after each person: there may be many. */
err vault_deletions_sweep(struct ctx *c)
{
	struct ctx own = *c;

	own.arena = arena_new(SWEEP_MEMORY);
	err e = sweep(&own);
	arena_free(own.arena);
	c->failure = own.failure;
	return e;
}

err vault_deletions_list(struct ctx *c)
{
	unsigned count = c->deleted_count;

	c->deleted_count = 0;
	if (count > DELETED_OF_MAX)
		return vault_deletions_sweep(c);
	for (unsigned i = 0; i < count; i++)
		TRY(list_person(c, c->deleted_of[i]));
	return OK;
}

err deleted_before(struct ctx *c, int64_t subject_id, int64_t record_id, const char *item,
		   int64_t collected_at_ms, bool *ret)
{
	uint8_t slot[KEYS_SLOT_SIZE];
	int64_t at_ms = 0;

	keys_row_slot(c, c->keys, subject_id, record_id, item, slot);
	TRY(keys_row_ended(c, c->keys, slot, &at_ms));
	*ret = collected_at_ms < at_ms;
	return OK;
}
