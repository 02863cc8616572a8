/* Sealed blobs. The file is there before its row, and gone before it: a row always tells where to look. */
#include "vault/blob_file.h"
#include "vault/blob_store.h"
#include "vault/vault_store.h"

static struct slice aad_of(struct ctx *c, int64_t subject_id, int64_t blob_id)
{
	return slice_of(
		arena_printf(c->arena, "vault_blob|%lld|%lld", (long long)subject_id, (long long)blob_id));
}

static err write_sealed(struct ctx *c, int64_t subject_id, const char *scope, int64_t blob_id,
			struct slice bytes)
{
	enum suite suite = keys_suite(c->keys);
	uint8_t key[KEY_SIZE];
	SECRET_SCOPED sealed = {0}; /* no secret, but too big for the arena */

	secret_init(&sealed, seal_size(suite, bytes.n));
	TRY(keys_make(c, c->keys, subject_id, scope, key));
	err e = seal(c, suite, key, aad_of(c, subject_id, blob_id), bytes, sealed.p);
	crypto_wipe(key, sizeof key);
	TRY(e);
	return blob_file_write(c, blob_file_name(c, scope, blob_id), sealed.p, sealed.n);
}

err vault_blob_put(struct ctx *c, int64_t subject_id, const char *scope, int64_t blob_id, struct slice bytes)
{
	TRY(write_sealed(c, subject_id, scope, blob_id, bytes));
	err e = store_exec(
		c, c->store, Q_VAULT_BLOB_PUT,
		PARAMS(P_INT(subject_id), P_INT(blob_id), P_STR(scope), P_INT(bytes.n), P_INT(c->now_ms)),
		NULL);
	if (failed(e) && failed(blob_file_remove(c, blob_file_name(c, scope, blob_id))))
		return e; /* a sealed file without a row: nothing finds it, and it ends with its scope */
	return e;
}

err vault_blob_get(struct ctx *c, int64_t subject_id, const char *scope, int64_t blob_id, struct secret *ret)
{
	SECRET_SCOPED sealed = {0}, plain = {0};
	uint8_t key[KEY_SIZE];
	size_t size = 0;

	TRY(keys_get(c, c->keys, subject_id, scope, key));
	err e = blob_file_read(c, blob_file_name(c, scope, blob_id), &sealed);
	if (!failed(e)) {
		secret_init(&plain, sealed.n);
		e = unseal(c, key, aad_of(c, subject_id, blob_id), slice_bytes(sealed.p, sealed.n), plain.p,
			   &size);
	}
	crypto_wipe(key, sizeof key);
	TRY(e);
	*ret = (struct secret){plain.p, size};
	plain = (struct secret){0};
	return OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

struct blob_row {
	int64_t blob_id, ends_at_ms;
	const char *scope;
};

struct blob_rows {
	struct blob_row *list;
	size_t count, capacity;
};

static err read_row(struct ctx *c, const struct row *row, void *arg)
{
	struct blob_rows *all = arg;

	if (all->count == all->capacity) {
		size_t capacity = all->capacity ? all->capacity * 2 : 16;
		struct blob_row *list = ARENA_ARRAY(c->arena, struct blob_row, capacity);
		if (all->count > 0)
			memcpy(list, all->list, all->count * sizeof *list);
		all->list = list;
		all->capacity = capacity;
	}
	all->list[all->count++] = (struct blob_row){row_int(row, 0), row_int(row, 4), row_copy(c, row, 1)};
	return OK;
}

static err read_rows(struct ctx *c, int64_t subject_id, struct blob_rows *ret)
{
	return store_rows(c, c->store, Q_VAULT_BLOB_LIST, PARAMS(P_INT(subject_id)), read_row, ret);
}

static err remove_blob(struct ctx *c, int64_t subject_id, const struct blob_row *b)
{
	TRY(blob_file_remove(c, blob_file_name(c, b->scope, b->blob_id)));
	return store_exec(c, c->store, Q_VAULT_BLOB_DELETE, PARAMS(P_INT(subject_id), P_INT(b->blob_id)),
			  NULL);
}

/* Before: a blob is never given again, so an ending that was listed is carried out, at the latest after a
 * restore. */
static err list_deletion(struct ctx *c, int64_t subject_id, int64_t blob_id)
{
	struct row_end end = {.at_ms = c->now_ms};

	keys_row_slot(c, c->keys, subject_id, blob_id, BLOB_ITEM, end.slot);
	return keys_rows_end(c, c->keys, &end, 1);
}

err vault_blob_delete(struct ctx *c, int64_t subject_id, int64_t blob_id)
{
	struct blob_rows all = {0};

	TRY(read_rows(c, subject_id, &all));
	for (size_t i = 0; i < all.count; i++) {
		if (all.list[i].blob_id != blob_id)
			continue;
		TRY(list_deletion(c, subject_id, blob_id));
		return remove_blob(c, subject_id, &all.list[i]);
	}
	FAIL(c, ERR_NOT_FOUND, "没有这个附件");
}

/* Of a restored store: blobs that were deleted since. Numbers are given once, so the time does not matter. */
err blobs_end_deleted(struct ctx *c, int64_t subject_id, int64_t *ended)
{
	struct blob_rows all = {0};

	TRY(read_rows(c, subject_id, &all));
	for (size_t i = 0; i < all.count; i++) {
		bool deleted = false;
		TRY(deleted_before(c, subject_id, all.list[i].blob_id, BLOB_ITEM, 0, &deleted));
		if (!deleted)
			continue;
		TRY(remove_blob(c, subject_id, &all.list[i]));
		++*ended;
	}
	return OK;
}

static bool among(const char *scope, const char *const *scopes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(scope, scopes[i]) == 0)
			return true;
	return false;
}

err blobs_end(struct ctx *c, int64_t subject_id, const char *const *scopes, size_t count)
{
	struct blob_rows all = {0};

	TRY(read_rows(c, subject_id, &all));
	for (size_t i = 0; i < all.count; i++)
		if (among(all.list[i].scope, scopes, count))
			TRY(remove_blob(c, subject_id, &all.list[i]));
	return OK;
}

err blobs_expire(struct ctx *c, int64_t subject_id, int64_t *ret_deleted)
{
	struct blob_rows all = {0};
	int64_t deleted = 0;

	TRY(read_rows(c, subject_id, &all));
	for (size_t i = 0; i < all.count; i++) {
		if (all.list[i].ends_at_ms == 0 || all.list[i].ends_at_ms > c->now_ms)
			continue;
		TRY(remove_blob(c, subject_id, &all.list[i]));
		deleted++;
	}
	*ret_deleted = deleted;
	return OK;
}

struct scope_call {
	err (*fn)(struct ctx *c, const struct scope_held *s, void *arg);
	void *arg;
};

static err scope_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct scope_call *call = arg;
	struct scope_held s = {
		.scope = row_copy(c, row, 0), .blobs = row_int(row, 1), .ends_at_ms = row_int(row, 2)};

	return call->fn(c, &s, call->arg);
}

err blobs_scopes(struct ctx *c, int64_t subject_id,
		 err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg)
{
	struct scope_call call = {fn, arg};

	return store_rows(c, c->store, Q_VAULT_BLOB_SCOPE_LIST, PARAMS(P_INT(subject_id)), scope_row, &call);
}

/* The new file first, then the row, then the old file: at each moment the row names a file that is there. */
err vault_blob_reseal(struct ctx *c, int64_t subject_id, int64_t blob_id, const char *from, const char *scope,
		      const char *rule, int64_t ends_at_ms)
{
	const char *to = retention_scope(c, scope, ends_at_ms);
	SECRET_SCOPED plain = {0};
	int64_t changed = 0;

	TRY(vault_blob_get(c, subject_id, from, blob_id, &plain));
	err e = write_sealed(c, subject_id, to, blob_id, slice_bytes(plain.p, plain.n));
	if (failed(e) && e.code != ERR_CONFLICT) /* there already: an earlier attempt stopped after it */
		return e;
	TRY(store_exec(c, c->store, Q_VAULT_BLOB_RETAIN,
		       PARAMS(P_INT(subject_id), P_INT(blob_id), P_STR(to), P_STR(rule), P_INT(ends_at_ms),
			      P_STR(from)),
		       &changed));
	if (changed == 0)
		FAIL(c, ERR_STALE, "附件已变更，请重试");
	return blob_file_remove(c, blob_file_name(c, from, blob_id));
}
