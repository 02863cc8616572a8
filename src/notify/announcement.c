/* What an officer tells everybody: service announcements, and promotion to those who asked for it. And the
 * words of notices that go to those concerned. */
#include "base/id.h"
#include "notify/notice_store.h"

static err check(struct ctx *c, const struct announcement *a)
{
	const char *unsubscribe = city_text(c->release, "message.unsubscribe");

	if (a->promotional && a->mandatory)
		return fail_field(c, "mandatory", "推广信息必须可以退订，不能设为必达");
	if (a->mandatory && unsubscribe && strcmp(unsubscribe, "all") == 0)
		return fail_field(c, "mandatory", "本市的各类消息都可以退订，不能设为必达");
	return OK;
}

static err publish_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct announcement *a = arg;

	TRY(tx_exec(c, tx, Q_ANNOUNCEMENT_INSERT,
		    PARAMS(P_INT(a->id), P_STR(a->title), P_STR(a->body), P_INT(a->promotional),
			   P_INT(a->mandatory), P_STR(a->by), P_INT(a->at_ms)),
		    NULL));
	return notice_round_rows(c, tx, a->id, "announcement", a->id);
}

err announcement_publish(struct ctx *c, const struct announcement *a, int64_t *ret_id)
{
	struct announcement row = *a;

	row.id = id_new(c->now_ms);
	row.at_ms = c->now_ms;
	TRY(check(c, a));
	TRY(store_write(c, c->store, publish_rows, &row));
	*ret_id = row.id;
	return OK;
}

struct listing {
	announcement_fn fn;
	void *arg;
};

static struct announcement announcement_of(struct ctx *c, const struct row *r)
{
	return (struct announcement){.id = row_int(r, 0),
				     .title = row_copy(c, r, 1),
				     .body = row_copy(c, r, 2),
				     .promotional = row_int(r, 3) != 0,
				     .mandatory = row_int(r, 4) != 0,
				     .by = row_copy(c, r, 5),
				     .at_ms = row_int(r, 6)};
}

static err list_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct listing *l = arg;
	struct announcement a = announcement_of(c, r);

	return l->fn(c, &a, l->arg);
}

err announcement_list(struct ctx *c, int64_t before, int limit, announcement_fn fn, void *arg)
{
	struct listing l = {fn, arg};

	return store_rows(c, c->store, Q_ANNOUNCEMENT_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), list_row, &l);
}

static err one_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct announcement *)arg = announcement_of(c, r);
	return OK;
}

err announcement_get(struct ctx *c, int64_t id, struct announcement *ret)
{
	struct announcement a = {0};

	TRY(store_rows(c, c->store, Q_ANNOUNCEMENT_GET, PARAMS(P_INT(id)), one_row, &a));
	if (a.id == 0)
		FAIL(c, ERR_NOT_FOUND, "没有这条公告");
	*ret = a;
	return OK;
}

/* ---- notices with words of their own ---- */

err notice_text_put(struct ctx *c, int64_t id, const struct notice_text *t)
{
	return store_exec(c, c->store, Q_NOTICE_TEXT_INSERT,
			  PARAMS(P_INT(id), P_STR(t->title), P_STR(t->brief), P_STR(t->body)), NULL);
}

static err text_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct notice_text *)arg = (struct notice_text){
		.title = row_copy(c, r, 0), .brief = row_copy(c, r, 1), .body = row_copy(c, r, 2)};
	return OK;
}

err notice_text_get(struct ctx *c, int64_t id, struct notice_text *ret)
{
	struct notice_text t = {0};

	TRY(store_rows(c, c->store, Q_NOTICE_TEXT_GET, PARAMS(P_INT(id)), text_row, &t));
	if (!t.title)
		FAIL(c, ERR_NOT_FOUND, "没有这条公告");
	*ret = t;
	return OK;
}

err notice_text_retract(struct ctx *c, int64_t id)
{
	return store_exec(c, c->store, Q_NOTICE_TEXT_RETRACT, PARAMS(P_INT(id), P_STR("（已撤回）")), NULL);
}
