#include "vault/vault_store.h"

static struct vault_row *room_for_one(struct ctx *c, struct vault_rows *rows)
{
	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity ? rows->capacity * 2 : 16;
		struct vault_row *list = ARENA_ARRAY(c->arena, struct vault_row, capacity);
		if (rows->count > 0)
			memcpy(list, rows->list, rows->count * sizeof *list);
		rows->list = list;
		rows->capacity = capacity;
	}
	return &rows->list[rows->count++];
}

struct reading {
	int64_t subject_id;
	struct vault_rows rows;
};

/* The columns of vault_item_record and vault_item_person. */
static err read_row(struct ctx *c, const struct row *row, void *arg)
{
	struct reading *r = arg;

	*room_for_one(c, &r->rows) = (struct vault_row){
		.subject_id = r->subject_id,
		.record_id = row_int(row, 0),
		.item = row_copy_or_null(c, row, 1),
		.retained = row_copy_or_null(c, row, 2),
		.category = row_copy_or_null(c, row, 3),
		.service = row_copy_or_null(c, row, 4),
		.origin = row_copy_or_null(c, row, 5),
		.basis = row_copy_or_null(c, row, 6),
		.scope = row_copy_or_null(c, row, 7),
		.rule = row_copy_or_null(c, row, 8),
		.collected_at_ms = row_int(row, 9),
		.ends_at_ms = row_int(row, 10),
		.sealed = arena_slice(c->arena, row_blob(row, 11)),
	};
	return OK;
}

err vault_rows_read(struct ctx *c, int64_t subject_id, int64_t record_id, struct vault_rows *ret)
{
	struct reading r = {.subject_id = subject_id};

	if (record_id == RECORD_ALL)
		TRY(store_rows(c, c->store, Q_VAULT_ITEM_PERSON, PARAMS(P_INT(subject_id)), read_row, &r));
	else
		TRY(store_rows(c, c->store, Q_VAULT_ITEM_RECORD, PARAMS(P_INT(subject_id), P_INT(record_id)),
			       read_row, &r));
	*ret = r.rows;
	return OK;
}

err vault_rows_read_tx(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t record_id,
		       struct vault_rows *ret)
{
	struct reading r = {.subject_id = subject_id};

	if (record_id == RECORD_ALL)
		TRY(tx_rows(c, tx, Q_VAULT_ITEM_PERSON, PARAMS(P_INT(subject_id)), read_row, &r));
	else
		TRY(tx_rows(c, tx, Q_VAULT_ITEM_RECORD, PARAMS(P_INT(subject_id), P_INT(record_id)), read_row,
			    &r));
	*ret = r.rows;
	return OK;
}

err vault_row_put(struct ctx *c, struct tx *tx, const struct vault_row *r)
{
	return tx_exec(c, tx, Q_VAULT_ITEM_PUT,
		       PARAMS(P_INT(r->subject_id), P_INT(r->record_id), P_STR(r->item), P_STR(r->retained),
			      P_STR(r->category), P_STR(r->service), P_STR(r->origin), P_STR(r->basis),
			      P_STR(r->scope), P_STR(r->rule), P_INT(r->collected_at_ms),
			      P_INT(r->ends_at_ms), P_BLOB(r->sealed.p, r->sealed.n)),
		       NULL);
}

err vault_row_delete(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t record_id, const char *item)
{
	int64_t noted = 0;

	TRY(tx_exec(c, tx, Q_VAULT_DELETION_NOTE,
		    PARAMS(P_INT(subject_id), P_INT(record_id), P_STR(item), P_INT(c->now_ms)), &noted));
	if (noted == 0)
		return OK;
	deletion_remember(c, subject_id);
	return tx_exec(c, tx, Q_VAULT_ITEM_DELETE, PARAMS(P_INT(subject_id), P_INT(record_id), P_STR(item)),
		       NULL);
}

err vault_row_take(struct ctx *c, struct tx *tx, const struct vault_row *r)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_VAULT_ITEM_TAKE,
		    PARAMS(P_INT(r->subject_id), P_INT(r->record_id), P_STR(r->item),
			   P_BLOB(r->sealed.p, r->sealed.n)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_STALE, "数据已变更，请重试");
	return OK;
}

err vault_rows_end(struct ctx *c, struct tx *tx, int64_t subject_id, const char *scope)
{
	return tx_exec(c, tx, Q_VAULT_ITEM_END, PARAMS(P_INT(subject_id), P_STR(scope)), NULL);
}

err vault_rows_expire(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t *ret_deleted)
{
	return tx_exec(c, tx, Q_VAULT_ITEM_EXPIRE, PARAMS(P_INT(subject_id), P_INT(c->now_ms)), ret_deleted);
}

static err add_key(struct ctx *c, const struct row *r, void *arg)
{
	const char **keys = arg, *key = arena_copy(c->arena, row_text(r, 0));

	*keys = *keys ? arena_printf(c->arena, "%s,%s", *keys, key) : key;
	return OK;
}

err vault_expiring(struct ctx *c, int64_t subject_id, const char **ret_items)
{
	const char *keys = NULL;

	TRY(store_rows(c, c->store, Q_VAULT_ITEM_EXPIRING, PARAMS(P_INT(subject_id), P_INT(c->now_ms)),
		       add_key, &keys));
	*ret_items = keys;
	return OK;
}

err vault_prolong_rows(struct ctx *c, struct tx *tx, void *prolonging)
{
	struct vault_prolonging *p = prolonging;

	return tx_exec(c, tx, Q_VAULT_ITEM_PROLONG,
		       PARAMS(P_INT(p->subject_id), P_STR(p->scope), P_INT(p->ends_at_ms)), &p->prolonged);
}

err vault_delete_service_rows(struct ctx *c, struct tx *tx, void *deletion)
{
	struct vault_service_deletion *d = deletion;

	TRY(tx_exec(c, tx, Q_VAULT_DELETION_NOTE_SERVICE,
		    PARAMS(P_INT(d->subject_id), P_STR(d->service), P_STR(d->scope), P_INT(c->now_ms)),
		    NULL));
	deletion_remember(c, d->subject_id);
	return tx_exec(c, tx, Q_VAULT_ITEM_DELETE_SERVICE,
		       PARAMS(P_INT(d->subject_id), P_STR(d->service), P_STR(d->scope)), &d->deleted);
}

static err next_end_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err vault_next_end(struct ctx *c, int64_t subject_id, int64_t *ret_ends_at_ms)
{
	return store_rows(c, c->store, Q_VAULT_ITEM_NEXT_END, PARAMS(P_INT(subject_id), P_INT(c->now_ms)),
			  next_end_row, ret_ends_at_ms);
}

struct scope_call {
	err (*fn)(struct ctx *c, const struct scope_held *s, void *arg);
	void *arg;
};

static err scope_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct scope_call *call = arg;
	struct scope_held s = {.scope = row_copy_or_null(c, row, 0),
			       .items = row_int(row, 1),
			       .ends_at_ms = row_int(row, 2)};

	return call->fn(c, &s, call->arg);
}

err vault_rows_scopes(struct ctx *c, int64_t subject_id,
		      err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg)
{
	struct scope_call call = {fn, arg};

	return store_rows(c, c->store, Q_VAULT_SCOPE_LIST, PARAMS(P_INT(subject_id)), scope_row, &call);
}

static err subject_row(struct ctx *c, const struct row *row, void *arg)
{
	struct subjects *all = arg;

	(void)c;
	all->ids[all->count++] = row_int(row, 0);
	return OK;
}

err subjects_after(struct ctx *c, enum query q, int64_t after, struct subjects *ret)
{
	ret->count = 0;
	return store_rows(c, c->store, q, PARAMS(P_INT(after), P_INT(SUBJECTS_MAX)), subject_row, ret);
}
