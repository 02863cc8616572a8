/* Ending: keys first, then files and rows. Whatever stops it in between leaves rows that nothing opens, and
 * doing it again finishes it. */
#include "vault/blob_store.h"
#include "vault/vault_store.h"

enum { RESEAL_TRIES = 3 };

struct ending {
	int64_t subject_id;
	const char *const *scopes;
	size_t count;
};

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct ending *e = arg;

	for (size_t i = 0; i < e->count; i++)
		TRY(vault_rows_end(c, tx, e->subject_id, e->scopes[i]));
	return OK;
}

err vault_end(struct ctx *c, int64_t subject_id, const char *const *scopes, size_t count)
{
	struct ending e = {subject_id, scopes, count};

	TRY(keys_end(c, c->keys, subject_id, scopes, count));
	TRY(blobs_end(c, subject_id, scopes, count));
	return store_write(c, c->store, end_rows, &e);
}

/* ---- what the law keeps -------------------------------------------------------------------------------- */

struct resealing {
	struct vault_row *from, *to;
	size_t count;
};

static err reseal_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct resealing *r = arg;

	for (size_t i = 0; i < r->count; i++) {
		TRY(vault_row_take(c, tx, &r->from[i]));
		TRY(vault_row_put(c, tx, &r->to[i]));
	}
	return OK;
}

static err reseal_one(struct ctx *c, const uint8_t key[static KEY_SIZE], const struct vault_row *from,
		      struct vault_row *ret_to)
{
	uint8_t old[KEY_SIZE];
	SECRET_SCOPED plain = {0};
	size_t size = 0;

	TRY(keys_get(c, c->keys, from->subject_id, from->scope, old));
	secret_init(&plain, from->sealed.n);
	err e = vault_row_open(c, old, from, plain.p, &size);
	crypto_wipe(old, sizeof old);
	TRY(e);
	return vault_row_seal(c, key, slice_bytes(plain.p, size), ret_to);
}

static bool to_reseal(struct ctx *c, const struct vault_row *row, int64_t record_id,
		      const struct itemset *items)
{
	const struct item *it = release_item(c->release, row->item);

	return it && itemset_has(items, it->number) && row->record_id == record_id &&
	       !row_past(row, c->now_ms);
}

static err prepare(struct ctx *c, int64_t subject_id, int64_t record_id, const struct itemset *items,
		   const struct vault_row *as, struct resealing *ret)
{
	struct vault_rows rows;
	uint8_t key[KEY_SIZE];
	err e = OK;

	TRY(vault_rows_read(c, subject_id, record_id, &rows));
	struct resealing r = {ARENA_ARRAY(c->arena, struct vault_row, rows.count + 1),
			      ARENA_ARRAY(c->arena, struct vault_row, rows.count + 1), 0};
	TRY(keys_make(c, c->keys, subject_id, as->scope, key));
	for (size_t i = 0; i < rows.count && !failed(e); i++) {
		if (!to_reseal(c, &rows.list[i], record_id, items))
			continue;
		struct vault_row *to = &r.to[r.count];
		r.from[r.count] = *to = rows.list[i];
		to->scope = to->retained = as->scope;
		to->rule = as->rule;
		to->ends_at_ms = as->ends_at_ms;
		e = reseal_one(c, key, &r.from[r.count++], to);
	}
	crypto_wipe(key, sizeof key);
	*ret = r;
	return e;
}

const char *retention_scope(struct ctx *c, const char *scope, int64_t ends_at_ms)
{
	struct date d = date_of(ends_at_ms);

	if (ends_at_ms == 0)
		return arena_copy(c->arena, slice_of(scope));
	return arena_printf(c->arena, "%s@%04d%02d%02d", scope, d.year, d.month, d.day);
}

/* A value that was replaced while it was being resealed is resealed anew. */
err vault_reseal(struct ctx *c, int64_t subject_id, int64_t record_id, const struct itemset *items,
		 const char *scope, const char *rule, int64_t ends_at_ms)
{
	struct vault_row as = {
		.scope = retention_scope(c, scope, ends_at_ms), .rule = rule, .ends_at_ms = ends_at_ms};
	struct resealing r;
	err e = OK;

	for (int i = 0; i < RESEAL_TRIES; i++) {
		TRY(prepare(c, subject_id, record_id, items, &as, &r));
		if (r.count == 0)
			return OK;
		e = store_write(c, c->store, reseal_rows, &r);
		if (e.code != ERR_STALE)
			return e;
	}
	return e;
}

/* ---- scopes and end dates ------------------------------------------------------------------------------ */

struct scope_list {
	struct scope_held *list;
	size_t count, capacity;
};

/* As the queries say "no end date", so that it counts as the latest. */
static const int64_t NO_END = INT64_C(9000000000000000);

static err add_scope(struct ctx *c, const struct scope_held *s, void *arg)
{
	struct scope_list *l = arg;

	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->list[i].scope, s->scope) != 0)
			continue;
		l->list[i].items += s->items;
		l->list[i].blobs += s->blobs;
		if (s->ends_at_ms > l->list[i].ends_at_ms)
			l->list[i].ends_at_ms = s->ends_at_ms;
		return OK;
	}
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 16;
		struct scope_held *list = ARENA_ARRAY(c->arena, struct scope_held, capacity);
		if (l->count > 0)
			memcpy(list, l->list, l->count * sizeof *list);
		l->list = list;
		l->capacity = capacity;
	}
	l->list[l->count++] = *s;
	return OK;
}

static err read_scopes(struct ctx *c, int64_t subject_id, struct scope_list *ret)
{
	struct scope_list l = {0};

	TRY(vault_rows_scopes(c, subject_id, add_scope, &l));
	TRY(blobs_scopes(c, subject_id, add_scope, &l));
	*ret = l;
	return OK;
}

err vault_scopes(struct ctx *c, int64_t subject_id,
		 err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg)
{
	struct scope_list l;

	TRY(read_scopes(c, subject_id, &l));
	for (size_t i = 0; i < l.count; i++) {
		struct scope_held s = l.list[i];
		s.ends_at_ms = s.ends_at_ms == NO_END ? 0 : s.ends_at_ms;
		TRY(fn(c, &s, arg));
	}
	return OK;
}

struct expiring {
	int64_t subject_id, deleted;
};

static err expire_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct expiring *e = arg;

	return vault_rows_expire(c, tx, e->subject_id, &e->deleted);
}

/* A retention scope ends as a whole, its key before its rows: after a crash in between, the next run finds
 * the rows and goes on. */
err vault_expire(struct ctx *c, int64_t subject_id, int64_t *ret_deleted)
{
	struct expiring e = {.subject_id = subject_id};
	struct scope_list before;
	int64_t blobs = 0;

	TRY(read_scopes(c, subject_id, &before));
	for (size_t i = 0; i < before.count; i++) {
		const struct scope_held *s = &before.list[i];
		bool over = s->ends_at_ms <= c->now_ms;
		if (over && slice_starts(slice_of(s->scope), "retention:"))
			TRY(keys_end(c, c->keys, subject_id, &s->scope, 1));
	}
	TRY(blobs_expire(c, subject_id, &blobs));
	TRY(store_write(c, c->store, expire_rows, &e));
	*ret_deleted = e.deleted + blobs;
	return OK;
}
