/* The copy of one's data (PIPL 45): a page to keep, made when the person fetches it, after the request was
 * granted. Each record is released like any other reading, with an entry. */
#include "consent/locks.h"
#include "policy/policy_html.h"
#include "rights/inside.h"

enum { RECORDS_MAX = 512 };

struct record {
	int64_t id;
	const char *service;
	struct itemset items;
};

struct copying {
	const struct rights_request *r;
	struct itemset readable;
	struct locks locks;
	struct record records[RECORDS_MAX];
	size_t count;
};

static struct record *record_of(struct copying *k, const struct held *h)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->records[i].id == h->record_id)
			return &k->records[i];
	return k->count < RECORDS_MAX ? &k->records[k->count++] : NULL;
}

static err plan_row(struct ctx *c, const struct held *h, void *arg)
{
	struct copying *k = arg;
	bool asked = itemset_empty(&k->r->items) || itemset_has(&k->r->items, h->item->number);

	if (h->rule || !asked || lock_of(&k->locks, h->item, LOCK_VIEW) ||
	    !itemset_has(&k->readable, h->item->number))
		return OK;
	struct record *at = record_of(k, h);
	if (!at)
		FAIL(c, ERR_TOO_LARGE, "信息过多，请分几次取得副本");
	at->id = h->record_id;
	if (h->service && !at->service)
		at->service = arena_copy(c->arena, slice_of(h->service));
	itemset_add(&at->items, h->item->number);
	return OK;
}

static const char *origin_name(struct ctx *c, const char *origin)
{
	static const char *const names[][2] = {{"typed", "本人填写"},
					       {"sensor", "设备读取"},
					       {"fetched", "依法取得"},
					       {"request", "本人申请更正"},
					       {"derived", "由其他信息得出"}};

	const char *from = origin_from(c->release, origin);

	if (from)
		return arena_printf(c->arena, "经本人授权取得（%s）", from);
	for (size_t i = 0; origin && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], origin) == 0)
			return names[i][1];
	return "其他";
}

static void put_value(struct ctx *c, struct buf *out, const struct vault_value *v)
{
	html_row_open(out, v->item->name);
	html_cell(out, "内容", slice_is_utf8(v->value) ? arena_copy(c->arena, v->value) : "（不是文字）");
	html_cell(out, "来源", origin_name(c, v->origin));
	html_row_close(out);
}

static err put_record(struct ctx *c, const struct copying *k, const struct record *at, struct buf *out)
{
	static const char *const columns[] = {"信息", "内容", "来源"};
	const struct service *mine = release_service(c->release, "my_information"),
			     *from = at->service ? release_service(c->release, at->service) : NULL;
	struct gate_request q = {.action = GATE_READ,
				 .service = mine,
				 .purpose = mine->purpose,
				 .items = at->items,
				 .now_ms = c->now_ms};
	RELEASED_SCOPED values = {0};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(facts_load(c, k->r->subject_id, &f, &h));
	TRY(gate_decide(c, c->release, &f, &q, &permit));
	TRY(vault_release(c, permit, &h, at->id, "取得个人信息副本", &values));
	if (values.count == 0)
		return OK;
	html_table_open(out, at->id && from ? from->name : "账号和身份", columns, 3);
	for (size_t i = 0; i < values.count; i++)
		put_value(c, out, &values.values[i]);
	html_table_close(out);
	return OK;
}

static void put_top(struct ctx *c, const struct rights_request *r, struct buf *out)
{
	struct date d = date_of(c->now_ms);

	html_head(out, c->release, "个人信息副本");
	buf_add_text(out, "<header><h1>个人信息副本</h1></header>\n<main>\n<p>");
	html_text(out,
		  arena_printf(c->arena, "%s，个人信息处理者：%s。请求编号：%s。制作日期：%d年%d月%d日。",
			       city_text(c->release, "name"), city_text(c->release, "controller"), r->number,
			       d.year, d.month, d.day));
	buf_add_text(out,
		     "</p>\n<p>以下是制作时正在使用的信息。依法须留存的记录和上传的照片、文件不在其中，可以在"
		     "应用内查看。请妥善保管，不要转发给他人。</p>\n");
}

/* What is closed to viewing is not in the copy, and the copy says so (TJ-4.4.f). */
static void put_closed(struct ctx *c, const struct copying *k, struct buf *out)
{
	for (size_t i = 0; i < k->locks.count; i++) {
		const struct item_lock *l = &k->locks.list[i];
		if (!(l->acts >> LOCK_VIEW & 1))
			continue;
		buf_add_text(out, "<p>");
		html_text(out, arena_printf(c->arena, "“%s”不在副本中：%s", l->item->name, l->cause));
		buf_add_text(out, "</p>\n");
	}
}

err rights_copy(struct ctx *c, int64_t subject_id, int64_t request_id, struct buf *ret)
{
	struct copying *k = ARENA_ARRAY(c->arena, struct copying, 1);
	const struct service *mine = release_service(c->release, "my_information");
	struct rights_request r;
	struct facts f;
	struct head h;

	TRY(rights_get(c, subject_id, request_id, &r));
	if (strcmp(r.kind, "copy") != 0 || strcmp(r.state, "done") != 0)
		FAIL(c, ERR_CONFLICT, "这件请求没有可以取得的副本");
	if (c->now_ms > r.answered_at_ms + RIGHTS_COPY_MS)
		FAIL(c, ERR_GONE, "取得副本的期限已过，如仍需要请重新提出请求");
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(rights_check_again(c, &f));
	if (!mine)
		FAIL(c, ERR_INTERNAL, "the release has no service my_information");
	*k = (struct copying){.r = &r, .readable = mine->items};
	for (size_t i = 0; i < sizeof(mine->reads.bit) / sizeof(mine->reads.bit[0]); i++)
		k->readable.bit[i] |= mine->reads.bit[i];
	TRY(locks_load(c, subject_id, &k->locks));
	TRY(vault_held(c, subject_id, plan_row, k));
	put_top(c, &r, ret);
	for (size_t i = 0; i < k->count; i++)
		TRY(put_record(c, k, &k->records[i], ret));
	put_closed(c, k, ret);
	buf_add_text(ret, "</main></body></html>");
	return OK;
}
