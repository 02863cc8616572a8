/* A rating for everybody to read, and off again. */
#include "base/json.h"
#include "jobs/jobs.h"
#include "services/ratings_inside.h"
#include <jansson.h>

enum { PUBLIC_MAX = 4096 };

/* ---- the sealed copy ---- */

static struct slice aad_of(struct ctx *c, int64_t subject_id, int64_t rating_id)
{
	return slice_of(arena_printf(c->arena, "rating_public/%lld/%lld", (long long)subject_id,
				     (long long)rating_id));
}

static err seal_copy(struct ctx *c, int64_t subject_id, const struct rating *r, const char *scope,
		     struct slice *ret)
{
	BUF_SCOPED plain = {0};

	buf_init(&plain, PUBLIC_MAX);
	struct json j = json_to(&plain);
	json_open(&j, '{');
	json_put_int(&j, "stars", r->stars);
	json_put_text(&j, "text", r->text);
	json_put_text(&j, "name", r->name);
	json_put_int(&j, "at", c->now_ms);
	json_close(&j, '}');
	if (plain.failed)
		FAIL(c, ERR_TOO_LARGE, "评价过长");
	return keys_seal(c, c->keys, subject_id, scope, aad_of(c, subject_id, r->id), buf_slice(&plain), ret);
}

static err read_copy(struct ctx *c, struct slice text, struct rating *ret)
{
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	const char *said = json_string_value(json_object_get(root, "text"));
	const char *name = json_string_value(json_object_get(root, "name"));

	ret->stars = (int)json_integer_value(json_object_get(root, "stars"));
	ret->text = said ? arena_copy(c->arena, slice_of(said)) : NULL;
	ret->name = name ? arena_copy(c->arena, slice_of(name)) : NULL;
	ret->at_ms = json_integer_value(json_object_get(root, "at"));
	json_decref(root);
	return OK;
}

static err open_copy(struct ctx *c, int64_t subject_id, const char *scope, struct slice sealed,
		     struct rating *ret)
{
	struct slice plain;

	TRY(keys_unseal(c, c->keys, subject_id, scope, aad_of(c, subject_id, ret->id), sealed, &plain));
	return read_copy(c, plain, ret);
}

/* ---- making it public ---- */

/* The ground of the city's list that rests on the person's own choice and on nothing else. */
static const struct exception *own_choice(const struct release *r)
{
	for (unsigned i = 0; i < release_exception_count(r); i++) {
		const struct exception *e = release_exception_at(r, i);
		if (exception_holds(e, EXCEPTION_PUBLISH) && e->needs == 1U << NEED_OWN_PUBLICATION)
			return e;
	}
	return NULL;
}

static const char *name_item(enum rating_shown shown)
{
	return shown == RATING_NAME ? "real_name" : shown == RATING_USERNAME ? "username" : NULL;
}

static const char *note_of(struct ctx *c, const struct service *target, enum rating_shown shown)
{
	static const char *const as[] = {[RATING_ANONYMOUS] = "不署名",
					 [RATING_NAME] = "署名为隐去部分的姓名",
					 [RATING_USERNAME] = "署名为用户名"};

	return arena_printf(c->arena, "本人选择公开对“%s”的评价，%s", target->name, as[shown]);
}

struct showing {
	int64_t subject_id;
	const struct rating *r;
	struct slice sealed; /* empty: off */
};

static err show_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct showing *s = arg;
	const struct rating *r = s->r;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_RATING_SHOWN,
		    PARAMS(P_INT(s->subject_id), P_STR(r->service), P_INT(r->id),
			   P_STR(rating_shown_word(r->shown))),
		    &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这项评价刚刚发生变化，请刷新后重试");
	if (r->shown == RATING_NOT_SHOWN)
		return tx_exec(c, tx, Q_RATING_PUBLIC_DELETE, PARAMS(P_STR(r->service), P_INT(r->id)), NULL);
	return tx_exec(c, tx, Q_RATING_PUBLIC_PUT,
		       PARAMS(P_STR(r->service), P_INT(r->id), P_INT(s->subject_id),
			      P_BLOB(s->sealed.p, s->sealed.n)),
		       NULL);
}

static err choose_name(struct ctx *c, const struct released *released, struct rating *r)
{
	const char *item = name_item(r->shown);
	const struct vault_value *v = item ? released_get(released, item) : NULL;

	if (item && !v)
		return fail_field(c, "shown",
				  r->shown == RATING_NAME ? "完成实名认证之后才能署名"
							  : "您还没有设置用户名");
	if (r->shown == RATING_NAME) /* never the whole name: the mask of the list of items */
		r->name = item_masked(c, v->item, v->value);
	else if (v)
		r->name = arena_copy(c->arena, v->value);
	return OK;
}

/* The choice is an entry of its own; then the gate judges, the vault releases with an entry, and the copy
 * goes up. What a crash leaves in between is not public. */
static err show_once(struct ctx *c, int64_t subject_id, const struct service *s, const struct service *target,
		     struct rating *r)
{
	const struct exception *choice = own_choice(c->release);
	RELEASED_SCOPED released = {0};
	struct showing w = {.subject_id = subject_id, .r = r};
	struct gate_ground ground = {.exception = choice,
				     .where = EXCEPTION_PUBLISH,
				     .given = 1U << NEED_OWN_PUBLICATION,
				     .use_id = r->id,
				     .note = note_of(c, target, r->shown)};
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s,
				 .purpose = s->purpose,
				 .now_ms = c->now_ms,
				 .ground = &ground};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	itemset_add(&q.items, release_item(c->release, RATING_ITEM)->number);
	if (name_item(r->shown))
		itemset_add(&q.items, release_item(c->release, name_item(r->shown))->number);
	ground.scope_items = q.items;
	TRY(facts_load(c, subject_id, &f, &h));
	if (f.minor)
		FAIL(c, ERR_CONFLICT, "未成年人的评价不公开");
	TRY(form_decide(c, &f, &h, &q, &permit));
	TRY(vault_release(c, permit, &h, r->id, NULL, &released));
	const struct vault_value *v = released_get(&released, RATING_ITEM);
	if (!v)
		FAIL(c, ERR_NOT_FOUND, "没有对这项服务的评价");
	rating_parse(c, v->value, r);
	TRY(choose_name(c, &released, r));
	TRY(seal_copy(c, subject_id, r, rating_scope(c, s), &w.sealed));
	struct entry e = {.action = ENTRY_CONSENT,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .items = q.items,
			  .basis = "consent",
			  .decision = "allowed",
			  .clause = choice ? choice->clause : NULL,
			  .note = ground.note,
			  .ref_id = r->id};
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, show_rows, &w, NULL);
}

static err take_off(struct ctx *c, int64_t subject_id, const struct service *s, const struct service *target,
		    const struct rating *r)
{
	const struct exception *choice = own_choice(c->release);
	struct showing w = {.subject_id = subject_id, .r = r};
	struct entry e = {.action = ENTRY_WITHDRAW,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .basis = "consent",
			  .decision = "allowed",
			  .clause = choice ? choice->clause : NULL,
			  .note = arena_printf(c->arena, "对“%s”的评价不再公开", target->name),
			  .ref_id = r->id};
	struct head h;

	itemset_add(&e.items, release_item(c->release, RATING_ITEM)->number);
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, show_rows, &w, NULL);
}

err rating_show(struct ctx *c, int64_t subject_id, struct slice service, enum rating_shown shown)
{
	const struct service *s, *target;
	struct rating r;
	err e = {ERR_STALE};

	TRY(rating_declared(c, subject_id, &s));
	TRY(rating_target(c, service, &target));
	TRY(rating_find(c, subject_id, target->key, &r));
	if (!r.id)
		FAIL(c, ERR_NOT_FOUND, "没有对这项服务的评价");
	if (shown == r.shown)
		return OK;
	r.shown = shown;
	if (shown == RATING_NOT_SHOWN)
		return take_off(c, subject_id, s, target, &r);
	for (int i = 0; i < RATING_TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = show_once(c, subject_id, s, target, &r);
	}
	return e;
}

/* ---- everybody ---- */

struct copy {
	int64_t rating_id, subject_id;
	struct slice sealed;
};

struct copies {
	struct copy *list;
	size_t count, room;
};

static err keep_copy(struct ctx *c, const struct row *row, void *arg)
{
	struct copies *all = arg;

	if (all->count < all->room)
		all->list[all->count++] = (struct copy){row_int(row, 0), row_int(row, 1),
							arena_slice(c->arena, row_blob(row, 2))};
	return OK;
}

struct looking {
	int64_t rating_id;
	bool held;
};

static err look(struct ctx *c, const struct held *held, void *arg)
{
	struct looking *l = arg;

	(void)c;
	l->held |= held->record_id == l->rating_id && !held->rule;
	return OK;
}

struct telling {
	const char *service, *scope;
	int limit, told;
	rating_fn fn;
	void *arg;
};

/* Whatever way the rating itself went, its copy goes with it. */
static err tell_copy(struct ctx *c, const struct copy *one, struct telling *t)
{
	struct rating r = {.id = one->rating_id, .service = t->service};
	struct looking l = {.rating_id = one->rating_id};

	TRY(vault_held(c, one->subject_id, look, &l));
	if (!l.held)
		return OK;
	err e = open_copy(c, one->subject_id, t->scope, one->sealed, &r);
	if (e.code == ERR_GONE) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	t->told++;
	return t->fn(c, &r, t->arg);
}

/* *before: where the next page begins; 0: there is none. */
static err tell_page(struct ctx *c, struct telling *t, int64_t *before)
{
	struct copies all = {ARENA_ARRAY(c->arena, struct copy, (size_t)t->limit), 0, (size_t)t->limit};

	TRY(store_rows(c, c->store, Q_RATING_PUBLIC_LIST,
		       PARAMS(P_STR(t->service), P_INT(*before), P_INT(t->limit)), keep_copy, &all));
	for (size_t i = 0; i < all.count && t->told < t->limit; i++)
		TRY(tell_copy(c, &all.list[i], t));
	*before = all.count == all.room ? all.list[all.count - 1].rating_id : 0;
	return OK;
}

err rating_public(struct ctx *c, struct slice service, int64_t before, int limit, rating_fn fn, void *arg)
{
	const struct service *s, *target;

	if (!rating_is_taken(c))
		FAIL(c, ERR_NOT_FOUND, "本应用不收集服务评价");
	TRY(rating_declared(c, 0, &s));
	TRY(rating_target(c, service, &target));
	struct telling t = {target->key, rating_scope(c, s), limit, 0, fn, arg};
	before = before ? before : INT64_MAX;
	while (before && t.told < limit)
		TRY(tell_page(c, &t, &before));
	return OK;
}

/* ---- a person who left ---- */

struct leaving {
	int64_t subject_id;
	const struct rating *r;
};

static err leave_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct leaving *l = arg;

	TRY(tx_exec(c, tx, Q_RATING_PUBLIC_DELETE, PARAMS(P_STR(l->r->service), P_INT(l->r->id)), NULL));
	return tx_exec(c, tx, Q_RATING_DELETE,
		       PARAMS(P_INT(l->subject_id), P_STR(l->r->service), P_INT(l->r->id)), NULL);
}

err ratings_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct rating *list = NULL;
	size_t count = 0;

	*ret_again_at_ms = 0;
	TRY(rating_rows(c, j->subject_id, &list, &count));
	for (size_t i = 0; i < count; i++) {
		struct leaving l = {j->subject_id, &list[i]};
		TRY(store_write(c, c->store, leave_rows, &l));
	}
	return OK;
}
