/* A use in the store: one sealed document under the person's audit key, and a row of the officers' register.
 */
#include "ops/exception_store.h"
#include "base/json.h"
#include <jansson.h>

enum { DETAIL_MAX = 48 * 1024 };
#define SCOPE "audit"

static void drop(json_t **j)
{
	json_decref(*j);
}
#define JSON_SCOPED __attribute__((cleanup(drop))) json_t

/* ---- the sealed document ---- */

void exception_put_evidence(struct json *j, const char *member, const char *const evidence[static NEED_COUNT])
{
	json_key(j, member);
	json_open(j, '{');
	for (int i = 0; i < NEED_COUNT; i++)
		if (evidence[i])
			json_put_text(j, exception_need_field((enum exception_need)i), evidence[i]);
	json_close(j, '}');
}

static void put_values(struct json *j, const struct exception_use *u)
{
	json_key(j, "values");
	json_open(j, '{');
	for (size_t i = 0; i < u->value_count; i++)
		json_put_slice(j, u->values[i].item->key, u->values[i].value);
	json_close(j, '}');
}

static void put_detail(struct ctx *c, const struct exception_use *u, struct buf *out)
{
	struct json j = json_to(out);

	json_open(&j, '{');
	json_put_text(&j, "ground", u->ground);
	json_put_text(&j, "context", u->context);
	json_put_text(&j, "service", u->service);
	json_put_text(&j, "recipient", u->recipient);
	json_put_text(&j, "officer_name", u->officer_name);
	json_put_text(&j, "second_name", u->second_name);
	json_put_text(&j, "scope", u->scope);
	json_put_int(&j, "scope_until", u->scope_until_ms);
	json_put_int(&j, "case_id", u->case_id);
	json_put_int(&j, "acts", u->acts);
	json_put_text(&j, "organ", u->organ);
	json_put_text(&j, "purpose", u->purpose);
	json_put_text(&j, "measures", u->measures);
	json_put_text(&j, "text", u->text);
	json_put_int(&j, "agreed_at", u->agreed_at_ms);
	json_put_int(&j, "published_at", u->published_at_ms);
	json_put_text(&j, "minor_ground", u->minor_ground);
	json_put_int(&j, "guardian_id", u->guardian_id);
	json_put_int(&j, "guardian_agreed_at", u->guardian_agreed_at_ms);
	json_key(&j, "items");
	itemset_json(&j, c->release, &u->items);
	exception_put_evidence(&j, "evidence", u->evidence);
	exception_put_evidence(&j, "minor_evidence", u->minor_evidence);
	put_values(&j, u);
	json_close(&j, '}');
}

static const char *text_of(struct ctx *c, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_copy(c->arena, slice_of(text)) : NULL;
}

static void read_items(struct ctx *c, const json_t *list, struct exception_use *u)
{
	size_t i;
	json_t *key;

	json_array_foreach(list, i, key)
	{
		const struct item *it = release_item(c->release, json_string_value(key));
		if (it)
			itemset_add(&u->items, it->number);
	}
}

static void read_values(struct ctx *c, json_t *object, struct exception_use *u)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		const struct item *it = release_item(c->release, key);
		if (it && u->value_count < EXCEPTION_VALUES_MAX)
			u->values[u->value_count++] = (struct exception_value){
				it, slice_of(arena_copy(c->arena, slice_of(json_string_value(value))))};
	}
}

static err read_detail(struct ctx *c, struct slice text, struct exception_use *u)
{
	JSON_SCOPED *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *evidence = json_object_get(root, "evidence");

	if (!root)
		FAIL(c, ERR_CRYPTO, "这件例外情形的记录已损坏");
	u->ground = text_of(c, root, "ground");
	u->context = text_of(c, root, "context");
	u->service = text_of(c, root, "service");
	u->recipient = text_of(c, root, "recipient");
	u->officer_name = text_of(c, root, "officer_name");
	u->second_name = text_of(c, root, "second_name");
	u->scope = text_of(c, root, "scope");
	u->scope_until_ms = json_integer_value(json_object_get(root, "scope_until"));
	u->case_id = json_integer_value(json_object_get(root, "case_id"));
	u->organ = text_of(c, root, "organ");
	u->acts = (unsigned)json_integer_value(json_object_get(root, "acts"));
	u->purpose = text_of(c, root, "purpose");
	u->measures = text_of(c, root, "measures");
	u->text = text_of(c, root, "text");
	u->agreed_at_ms = json_integer_value(json_object_get(root, "agreed_at"));
	u->published_at_ms = json_integer_value(json_object_get(root, "published_at"));
	u->minor_ground = text_of(c, root, "minor_ground");
	u->guardian_id = json_integer_value(json_object_get(root, "guardian_id"));
	u->guardian_agreed_at_ms = json_integer_value(json_object_get(root, "guardian_agreed_at"));
	for (int i = 0; i < NEED_COUNT; i++) {
		const char *field = exception_need_field((enum exception_need)i);
		u->evidence[i] = text_of(c, evidence, field);
		u->minor_evidence[i] = text_of(c, json_object_get(root, "minor_evidence"), field);
	}
	read_items(c, json_object_get(root, "items"), u);
	read_values(c, json_object_get(root, "values"), u);
	return OK;
}

static struct slice aad_of(struct ctx *c, const struct exception_use *u)
{
	return slice_of(arena_printf(c->arena, "exception_use/%lld/%lld", (long long)u->subject_id,
				     (long long)u->id));
}

err exception_seal(struct ctx *c, const struct exception_use *u, struct slice *ret)
{
	BUF_SCOPED plain = {0};

	buf_init(&plain, DETAIL_MAX);
	put_detail(c, u, &plain);
	if (plain.failed)
		FAIL(c, ERR_TOO_LARGE, "填写的内容过长");
	err e = keys_seal(c, c->keys, u->subject_id, SCOPE, aad_of(c, u), buf_slice(&plain), ret);
	crypto_wipe(plain.data, plain.size);
	return e;
}

static err unseal_detail(struct ctx *c, struct slice sealed, struct exception_use *u)
{
	struct slice plain = {0};

	err e = keys_unseal(c, c->keys, u->subject_id, SCOPE, aad_of(c, u), sealed, &plain);
	if (e.code == ERR_GONE) { /* erased: who decided, and when, is left */
		failure_clear(c);
		return OK;
	}
	TRY(e);
	e = read_detail(c, plain, u);
	crypto_wipe((char *)plain.p, plain.n);
	return e;
}

/* ---- rows ---- */

err exception_put_rows(struct ctx *c, struct tx *tx, const struct exception_use *u, struct slice sealed)
{
	return tx_exec(c, tx, Q_EXCEPTION_PUT,
		       PARAMS(P_INT(u->subject_id), P_INT(u->id), P_BLOB(sealed.p, sealed.n)), NULL);
}

struct use_list {
	struct exception_use *uses;
	size_t count, room;
};

static err keep_row(struct ctx *c, const struct row *row, void *arg)
{
	struct use_list *list = arg;

	if (list->count == list->room)
		return OK;
	list->uses[list->count++] = (struct exception_use){
		.id = row_int(row, 0),
		.subject_id = row_int(row, 1),
		.state = row_copy(c, row, 2),
		.outcome = row_copy(c, row, 3),
		.officer_id = row_int(row, 4),
		.second_id = row_int(row, 5),
		.created_at_ms = row_int(row, 6),
		.decided_at_ms = row_int(row, 7),
		.deferred_until_ms = row_int(row, 8),
		.renewal_until_ms = row_int(row, 9),
		.renewal_by = row_int(row, 10),
	};
	return OK;
}

static err keep_sealed(struct ctx *c, const struct row *row, void *arg)
{
	*(struct slice *)arg = arena_slice(c->arena, row_blob(row, 0));
	return OK;
}

static err open_detail(struct ctx *c, struct exception_use *u)
{
	struct slice sealed = SLICE("");

	TRY(store_rows(c, c->store, Q_EXCEPTION_DETAIL, PARAMS(P_INT(u->subject_id), P_INT(u->id)),
		       keep_sealed, &sealed));
	return unseal_detail(c, sealed, u);
}

err exception_read(struct ctx *c, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u = {0};
	struct use_list list = {&u, 0, 1};

	TRY(store_rows(c, c->store, Q_EXCEPTION_REGISTER_FIND, PARAMS(P_INT(use_id)), keep_row, &list));
	if (list.count == 0)
		FAIL(c, ERR_NOT_FOUND, "没有这件例外情形的记录");
	TRY(open_detail(c, &u));
	*ret = u;
	return OK;
}

static err read_list(struct ctx *c, enum query q, const struct param *params, size_t n, int limit,
		     exception_fn fn, void *arg)
{
	struct use_list list = {ARENA_ARRAY(c->arena, struct exception_use, (size_t)limit + 1), 0,
				(size_t)limit};

	TRY(store_rows(c, c->store, q, params, n, keep_row, &list));
	for (size_t i = 0; i < list.count; i++) {
		TRY(open_detail(c, &list.uses[i]));
		TRY(fn(c, &list.uses[i], arg));
	}
	return OK;
}

err exception_read_list(struct ctx *c, bool publications, int64_t before, int limit, exception_fn fn,
			void *arg)
{
	return read_list(c, Q_EXCEPTION_REGISTER_LIST,
			 PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit), P_INT(publications)), limit,
			 fn, arg);
}

err exception_read_about(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn,
			 void *arg)
{
	return read_list(c, Q_EXCEPTION_REGISTER_ABOUT,
			 PARAMS(P_INT(subject_id), P_INT(before ? before : INT64_MAX), P_INT(limit)), limit,
			 fn, arg);
}

err publication_read_public(struct ctx *c, int64_t before, int limit, exception_fn fn, void *arg)
{
	return read_list(c, Q_PUBLICATION_PUBLIC, PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)),
			 limit, fn, arg);
}

err publication_read_own(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn,
			 void *arg)
{
	return read_list(c, Q_PUBLICATION_OF_PERSON,
			 PARAMS(P_INT(subject_id), P_INT(before ? before : INT64_MAX), P_INT(limit)), limit,
			 fn, arg);
}
