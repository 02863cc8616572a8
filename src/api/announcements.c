/* What an officer tells everybody. */
#include "api/api.h"
#include "notify/notices.h"
#include "ops/staff.h"

enum { TITLE_MAX = 120, BODY_MAX = 3000 };

static err must_be_officer(struct api_call *k)
{
	const struct staff s = {.id = k->c->actor.id, .role = k->c->actor.role};

	return staff_must_be(k->c, &s, STAFF_POLICY_OFFICER, NULL);
}

static err check_text(struct api_call *k, const char *member, size_t most)
{
	struct slice text = api_text(k, member);

	if (text.n == 0 || text.n > most)
		return fail_field(k->c, member, "请填写，且不要过长");
	return OK;
}

static err announcement_create(struct api_call *k)
{
	struct announcement a = {.title = api_string(k, "title"),
				 .body = api_string(k, "text"),
				 .by = k->c->actor.name,
				 .promotional = json_is_true(json_object_get(k->body, "promotional")),
				 .mandatory = json_is_true(json_object_get(k->body, "mandatory"))};
	int64_t id = 0;

	TRY(must_be_officer(k));
	TRY(check_text(k, "title", TITLE_MAX));
	TRY(check_text(k, "text", BODY_MAX));
	TRY(announcement_publish(k->c, &a, &id));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", id);
	json_close(&k->out, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err write_announcement(struct ctx *c, const struct announcement *a, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;

	(void)c;
	if (!api_page_row(&l->page, a->id))
		return OK;
	json_open(j, '{');
	json_put_id(j, "id", a->id);
	json_put_text(j, "title", a->title);
	json_put_text(j, "text", a->body);
	json_put_bool(j, "promotional", a->promotional);
	json_put_bool(j, "mandatory", a->mandatory);
	json_put_text(j, "by", a->by);
	json_put_time(j, "at", a->at_ms);
	json_close(j, '}');
	return OK;
}

static err announcements_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(must_be_officer(k));
	TRY(api_page_open(k, &l.page));
	TRY(announcement_list(k->c, l.page.before, l.page.limit + 1, write_announcement, &l));
	api_page_close(k, &l.page);
	return OK;
}

const struct api_route api_announcement_routes[] = {
	{"POST", "/api/v1/staff/announcements", announcement_create, API_STAFF, 0, "announcement_create",
	 "发布公告", .body = "{title: text, text: text, promotional: bool, mandatory: bool}",
	 .answer = "{id: id}", .status = 201},
	{"GET", "/api/v1/staff/announcements", announcements_get, API_STAFF, 0, "announcement_list",
	 "已发布的公告",
	 .answer = "{items: [{id: id, title: text, text: text, promotional: bool, mandatory: bool, by: text, "
		   "at: time}], next?: text}",
	 .query = "cursor limit"},
	{0},
};
