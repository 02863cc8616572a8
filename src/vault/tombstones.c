/* A restored store knows nothing of what ended after its backup was taken; today's key store does. */
#include "vault/blob_store.h"
#include "vault/vault_store.h"

typedef err (*ended_fn)(struct ctx *c, int64_t subject_id, const char *scope, void *arg);

struct applying {
	ended_fn fn;
	void *arg;
	int64_t subject_id;
	struct tombstones_applied done;
};

static err apply_scope(struct ctx *c, const struct scope_held *s, void *arg)
{
	struct applying *a = arg;
	bool ended = false;

	TRY(keys_ended(c, c->keys, a->subject_id, s->scope, &ended));
	if (!ended)
		return OK;
	TRY(vault_end(c, a->subject_id, &s->scope, 1));
	a->done.scopes++;
	return a->fn ? a->fn(c, a->subject_id, s->scope, a->arg) : OK;
}

/* What the law keeps (retained) was not deleted with the value in use. */
static err apply_values(struct ctx *c, struct applying *a)
{
	struct vault_rows rows;

	TRY(vault_rows_read(c, a->subject_id, RECORD_ALL, &rows));
	for (size_t i = 0; i < rows.count; i++) {
		const struct vault_row *r = &rows.list[i];
		bool deleted = false;
		if (!row_retained(r))
			TRY(deleted_before(c, r->subject_id, r->record_id, r->item, r->collected_at_ms,
					   &deleted));
		if (!deleted)
			continue;
		TRY(store_exec(c, c->store, Q_VAULT_ITEM_DELETE,
			       PARAMS(P_INT(r->subject_id), P_INT(r->record_id), P_STR(r->item)), NULL));
		a->done.values++;
	}
	return blobs_end_deleted(c, a->subject_id, &a->done.values);
}

static err apply_some(struct ctx *c, const struct subjects *some, struct applying *a)
{
	for (size_t i = 0; i < some->count; i++) {
		a->subject_id = some->ids[i];
		TRY(vault_scopes(c, a->subject_id, apply_scope, a));
		TRY(apply_values(c, a));
		arena_clear(c->arena);
	}
	return OK;
}

static err apply_all(struct ctx *c, struct applying *a)
{
	struct subjects some = {.count = SUBJECTS_MAX};
	int64_t after = 0;

	while (some.count == SUBJECTS_MAX) {
		TRY(subjects_after(c, Q_VAULT_SUBJECT_PAGE, after, &some));
		if (some.count > 0)
			after = some.ids[some.count - 1];
		TRY(apply_some(c, &some, a));
	}
	return OK;
}

/* With an arena of its own, emptied after each person: there may be millions. */
err vault_apply_tombstones(struct ctx *c, ended_fn fn, void *arg, struct tombstones_applied *ret)
{
	struct ctx own = *c;
	struct applying a = {.fn = fn, .arg = arg};

	own.arena = arena_new(64 << 20);
	err e = apply_all(&own, &a);
	arena_free(own.arena);
	c->failure = own.failure;
	TRY(e);
	*ret = a.done;
	return OK;
}
