/* The console's API for guardians' papers and reports. */
#include "api/api.h"
#include "ops/staff_wards.h"

static struct staff staff_of(const struct api_call *k)
{
	const struct actor *a = &k->c->actor;

	return (struct staff){.id = a->id, .name = a->name, .role = a->role, .department = a->department};
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static const char *kind_name(const char *kind)
{
	static const char *const names[][2] = {{"consent", "监护关系证明材料"},
					       {"report", "监护人报告"},
					       {"hotline", "来电报告"},
					       {"declined", "监护人不同意"},
					       {"withdrawn", "监护人撤回同意"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], kind) == 0)
			return names[i][1];
	return kind;
}

static void put_task(const struct api_call *k, struct json *j, const struct guardian_task *t)
{
	json_put_id(j, "id", t->ward_id);
	json_put_text(j, "kind", t->kind);
	json_put_text(j, "kind_name", kind_name(t->kind));
	json_put_text(j, "state", t->state);
	json_put_time(j, "at", t->at_ms);
	json_put_bool(j, "recorded_by_me", t->officer_id == k->c->actor.id);
}

static err list_task(struct ctx *c, const struct guardian_task *t, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, t->ward_id))
		return OK;
	json_open(&l->k->out, '{');
	put_task(l->k, &l->k->out, t);
	json_close(&l->k->out, '}');
	return OK;
}

static err tasks_get(struct api_call *k)
{
	struct listing l = {.k = k};
	struct staff s = staff_of(k);
	bool done = slice_is(http_query(k->q, "state"), "done");

	TRY(staff_may_review(k->c, &s));
	TRY(api_page_open(k, &l.page));
	TRY(guardian_task_list(k->c, done ? "done" : "open", l.page.before, l.page.limit + 1, list_task, &l));
	api_page_close(k, &l.page);
	return OK;
}

struct seen {
	struct api_call *k;
	struct held *items;
	size_t count;
};

static err keep_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct seen *seen = arg;

	if (seen->count < ITEMS_MAX && strcmp(h->item->key, "album_image") != 0) {
		seen->items[seen->count] = *h;
		seen->items[seen->count++].masked = arena_copy(c->arena, slice_of(h->masked));
	}
	return OK;
}

static err put_paper(struct ctx *c, const struct attachment *a, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_id(j, "id", a->id);
	json_put_text(j, "content_type", a->content_type);
	json_close(j, '}');
	return OK;
}

static err task_get(struct api_call *k)
{
	struct seen seen = {.k = k, .items = ARENA_ARRAY(k->c->arena, struct held, ITEMS_MAX)};
	struct staff s = staff_of(k);
	struct json *j = &k->out;
	struct guardian_task t;
	struct ward w;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(staff_ward_open(k->c, &s, id, &t, &w, keep_masked, &seen));
	json_open(j, '{');
	put_task(k, j, &t);
	json_put_text(j, "ward_state", ward_state(k->c, &w));
	json_put_text(j, "relation", w.details.relation);
	json_put_bool(j, "related", w.details.related);
	json_put_text(j, "reason", w.details.reason);
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < seen.count; i++) {
		json_open(j, '{');
		json_put_text(j, "key", seen.items[i].item->key);
		json_put_text(j, "name", seen.items[i].item->name);
		json_put_text(j, "masked", seen.items[i].masked);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "papers");
	json_open(j, '[');
	TRY(attachment_of_case(k->c, w.guardian_id, w.id, put_paper, j));
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

/* The type as a constant: the answer outlives the arena of its request. */
static const char *picture_type(const char *type)
{
	return strcmp(type, "image/jpeg") == 0 ? "image/jpeg" : "image/png";
}

static err paper_post(struct api_call *k)
{
	SECRET_SCOPED bytes = {0};
	struct staff s = staff_of(k);
	struct attachment a;
	int64_t id, paper;

	TRY(api_param_id(k, 0, &id));
	TRY(api_param_id(k, 1, &paper));
	TRY(staff_ward_paper(k->c, &s, id, paper, api_text(k, "reason"), &a, &bytes));
	k->a->content_type = picture_type(a.content_type);
	http_set_header(k->a, "Content-Disposition", "inline");
	buf_add(&k->a->body, bytes.p, bytes.n);
	return OK;
}

static err decision_post(struct api_call *k)
{
	bool approve = json_is_true(json_object_get(k->body, "approve"));
	struct staff s = staff_of(k);
	struct ward w;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(staff_ward_decide(k->c, &s, id, approve, api_text(k, "reason"), &w));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", w.id);
	json_close(&k->out, '}');
	return OK;
}

static err report_post(struct api_call *k)
{
	struct staff s = staff_of(k);
	struct ward w;

	TRY(staff_ward_report(k->c, &s, api_text(k, "id_number"), api_text(k, "phone"), api_text(k, "reason"),
			      &w));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", w.id);
	json_close(&k->out, '}');
	return OK;
}

#define TASK "id: id, kind: text, kind_name: text, state: open|done, at: time, recorded_by_me: bool"

const struct api_route api_staff_guardian_routes[] = {
	{"GET", "/api/v1/staff/guardian-tasks", tasks_get, API_STAFF, 0, "staff_guardian_tasks",
	 "监护关系审核", .answer = "{items: [{" TASK "}], next?: text}", .query = "state cursor limit"},
	{"GET", "/api/v1/staff/guardian-tasks/{id}", task_get, API_STAFF, 0, "staff_guardian_task",
	 "一项监护审核，个人信息经过遮盖",
	 .answer =
		 "{" TASK ", ward_state: text, relation?: text, related: bool, reason?: text, "
		 "items: [{key: text, name: text, masked?: text}], papers: [{id: id, content_type: text}]}"},
	{"POST", "/api/v1/staff/guardian-tasks/{id}/papers/{paper}", paper_post, API_STAFF, API_NOT_JSON,
	 "staff_guardian_paper", "说明理由后查看一份材料；监护人会看到查看人和理由",
	 .body = "{reason: text}"},
	{"POST", "/api/v1/staff/guardian-tasks/{id}/decision", decision_post, API_STAFF, 0,
	 "staff_guardian_decide", "审核决定", .body = "{approve: bool, reason: text}", .answer = "{id: id}"},
	{"POST", "/api/v1/staff/guardian-reports", report_post, API_STAFF, API_CREATES,
	 "staff_guardian_report", "登记监护人的来电报告，账号即刻暂停，由另一名工作人员审核",
	 .body = "{id_number: text, phone: text, reason: text}", .answer = "{id: id}", .status = 201},
	{0},
};
