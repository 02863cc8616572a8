/* Giving, reading and taking back a rating. */
#include "base/id.h"
#include "services/ratings_inside.h"

static const char *const shown_words[] = {"none", "anonymous", "name", "username"};

const char *rating_shown_word(enum rating_shown shown)
{
	return shown_words[shown];
}

static enum rating_shown shown_of(struct slice word)
{
	enum rating_shown s = RATING_USERNAME;

	while (s > RATING_NOT_SHOWN && !slice_is(word, shown_words[s]))
		s--;
	return s;
}

bool rating_is_taken(const struct ctx *c)
{
	return release_service(c->release, RATING_SERVICE) != NULL;
}

err rating_declared(struct ctx *c, int64_t subject_id, const struct service **ret)
{
	*ret = release_service(c->release, RATING_SERVICE);
	return *ret ? OK : form_undeclared(c, subject_id, RATING_ITEM, "隐私政策没有声明服务评价，没有记录");
}

err rating_target(struct ctx *c, struct slice key, const struct service **ret)
{
	const struct service *s = release_service(c->release, arena_copy(c->arena, key));

	if (!s || s->shape == SHAPE_INTERNAL)
		FAIL(c, ERR_NOT_FOUND, "没有找到这项服务");
	*ret = s;
	return OK;
}

const char *rating_scope(struct ctx *c, const struct service *s)
{
	return arena_printf(c->arena, "service:%s", s->category->key);
}

/* ---- the value ---- */

#define AFTER_STARS "分"
#define BEFORE_TEXT "，"

static err write_value(struct ctx *c, int stars, struct slice text, struct slice *ret)
{
	if (stars < 1 || stars > RATING_STARS_MAX)
		return fail_field(c, "stars", "请选择1至5颗星");
	if (!slice_is_utf8(text) || slice_chars(text) > RATING_TEXT_MAX)
		return fail_field(c, "text", "评价最多150个字");
	const char *value = arena_printf(c->arena, "%d" AFTER_STARS "%s%.*s", stars,
					 text.n ? BEFORE_TEXT : "", (int)text.n, text.p ? text.p : "");
	return item_normal(c, release_item(c->release, RATING_ITEM), slice_of(value), ret);
}

void rating_parse(struct ctx *c, struct slice value, struct rating *ret)
{
	static const size_t head = 1 + sizeof AFTER_STARS - 1, comma = sizeof BEFORE_TEXT - 1;

	ret->stars = value.n && value.p[0] >= '1' && value.p[0] <= '5' ? value.p[0] - '0' : 0;
	ret->text = NULL;
	if (value.n > head + comma)
		ret->text =
			arena_copy(c->arena, (struct slice){value.p + head + comma, value.n - head - comma});
}

/* ---- the row ---- */

struct own_rows {
	struct rating *list;
	size_t count, room;
};

static err keep_row(struct ctx *c, const struct row *row, void *arg)
{
	struct own_rows *r = arg;

	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 16;
		struct rating *list = ARENA_ARRAY(c->arena, struct rating, room);
		if (r->count)
			memcpy(list, r->list, r->count * sizeof *list);
		r->list = list;
		r->room = room;
	}
	r->list[r->count++] = (struct rating){
		.service = row_copy(c, row, 0), .id = row_int(row, 1), .shown = shown_of(row_text(row, 2))};
	return OK;
}

static err read_rows(struct ctx *c, int64_t subject_id, struct own_rows *ret)
{
	*ret = (struct own_rows){0};
	return store_rows(c, c->store, Q_RATING_LIST, PARAMS(P_INT(subject_id)), keep_row, ret);
}

err rating_rows(struct ctx *c, int64_t subject_id, struct rating **ret, size_t *ret_count)
{
	struct own_rows rows;

	TRY(read_rows(c, subject_id, &rows));
	*ret = rows.list;
	*ret_count = rows.count;
	return OK;
}

err rating_find(struct ctx *c, int64_t subject_id, const char *service, struct rating *ret)
{
	struct own_rows rows;

	TRY(read_rows(c, subject_id, &rows));
	*ret = (struct rating){0};
	for (size_t i = 0; i < rows.count; i++)
		if (strcmp(rows.list[i].service, service) == 0)
			*ret = rows.list[i];
	return OK;
}

/* ---- giving ---- */

struct giving {
	int64_t subject_id, rating_id;
	const char *service;
	bool anew;
};

/* Another rating in the place of a public one is not public: nobody chose that for these words. */
static err give_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct giving *g = arg;
	int64_t changed = 0;

	if (g->anew)
		TRY(tx_exec(c, tx, Q_RATING_INSERT,
			    PARAMS(P_INT(g->subject_id), P_STR(g->service), P_INT(g->rating_id)), &changed));
	else
		TRY(tx_exec(c, tx, Q_RATING_SHOWN,
			    PARAMS(P_INT(g->subject_id), P_STR(g->service), P_INT(g->rating_id),
				   P_STR(shown_words[RATING_NOT_SHOWN])),
			    &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这项评价刚刚发生变化，请刷新后重试");
	return tx_exec(c, tx, Q_RATING_PUBLIC_DELETE, PARAMS(P_STR(g->service), P_INT(g->rating_id)), NULL);
}

static err give_once(struct ctx *c, int64_t subject_id, const struct service *s, const char *target,
		     struct vault_value *v)
{
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct giving g = {.subject_id = subject_id, .service = target};
	struct permit *permit = NULL;
	struct rating before;
	struct facts f;
	struct head h;

	itemset_add(&q.items, v->item->number);
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	TRY(rating_find(c, subject_id, target, &before));
	g.anew = before.id == 0;
	g.rating_id = g.anew ? id_new(c->now_ms) : before.id;
	return vault_collect(c, permit, &h, g.rating_id, rating_scope(c, s), v, 1, give_rows, &g);
}

err rating_give(struct ctx *c, int64_t subject_id, struct slice service, int stars, struct slice text)
{
	struct vault_value v = {.item = release_item(c->release, RATING_ITEM), .origin = "typed"};
	const struct service *s = NULL, *target = NULL;
	err e = {ERR_STALE};

	TRY(rating_declared(c, subject_id, &s));
	TRY(rating_target(c, service, &target));
	TRY(write_value(c, stars, text, &v.value));
	for (int i = 0; i < RATING_TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = give_once(c, subject_id, s, target->key, &v);
	}
	return e;
}

/* ---- taking back ---- */

static err delete_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct giving *g = arg;
	struct itemset items = {0};
	struct vault_deletion d = {g->subject_id, g->rating_id, &items};

	itemset_add(&items, release_item(c->release, RATING_ITEM)->number);
	TRY(vault_delete_rows(c, tx, &d));
	TRY(tx_exec(c, tx, Q_RATING_PUBLIC_DELETE, PARAMS(P_STR(g->service), P_INT(g->rating_id)), NULL));
	return tx_exec(c, tx, Q_RATING_DELETE,
		       PARAMS(P_INT(g->subject_id), P_STR(g->service), P_INT(g->rating_id)), NULL);
}

err rating_delete(struct ctx *c, int64_t subject_id, struct slice service)
{
	const char *key = arena_copy(c->arena, service);
	const struct service *s;
	struct rating r;
	struct head h;

	TRY(rating_declared(c, subject_id, &s));
	TRY(rating_find(c, subject_id, key, &r));
	if (!r.id)
		FAIL(c, ERR_NOT_FOUND, "没有对这项服务的评价");
	struct giving g = {.subject_id = subject_id, .rating_id = r.id, .service = key};
	struct entry e = {.action = ENTRY_DELETE,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = s->clause};
	itemset_add(&e.items, release_item(c->release, RATING_ITEM)->number);
	TRY(form_closed(c, subject_id, &e.items, LOCK_DELETE));
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, delete_rows, &g, NULL);
}

/* ---- one's own ---- */

static err fill_in(struct ctx *c, const struct held *held, void *arg)
{
	struct own_rows *rows = arg;

	for (size_t i = 0; !held->rule && i < rows->count; i++)
		if (rows->list[i].id == held->record_id) {
			rating_parse(c, slice_of(held->masked), &rows->list[i]);
			rows->list[i].at_ms = held->collected_at_ms;
		}
	return OK;
}

static err own_once(struct ctx *c, int64_t subject_id, const struct service *s, struct own_rows *rows)
{
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .masked = true,
				 .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(read_rows(c, subject_id, rows));
	if (rows->count == 0)
		return OK;
	itemset_add(&q.items, release_item(c->release, RATING_ITEM)->number);
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	return vault_masked(c, permit, &h, -1, fill_in, rows);
}

err rating_own(struct ctx *c, int64_t subject_id, rating_fn fn, void *arg)
{
	const struct service *s;
	struct own_rows rows;
	err e = {ERR_STALE};

	TRY(rating_declared(c, subject_id, &s));
	for (int i = 0; i < RATING_TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = own_once(c, subject_id, s, &rows);
	}
	TRY(e);
	for (size_t i = 0; i < rows.count; i++)
		if (rows.list[i].stars) /* else its item was deleted by itself */
			TRY(fn(c, &rows.list[i], arg));
	return OK;
}
