/* What a guardian is asked about a child's items, and answers (TJ-6.3.a). */
#include "ops/ward_uses.h"
#include "api/api.h"

static const char *state_name(const struct exception_use *u)
{
	static const char *const names[][2] = {
		{"guardian_asked", "待您决定"}, {"guardian_declined", "您不同意"}, {"withdrawn", "已撤回"},
		{"failed", "未办成"},		{"published", "已公开"},	   {"acting", "办理中"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], u->state) == 0)
			return names[i][1];
	return "已办理";
}

static void put_use(struct api_call *k, const struct exception_use *u)
{
	struct json *j = &k->out;
	const struct release *r = k->c->release;
	const struct exception *e = release_exception(r, u->ground);
	const struct recipient *to = u->recipient ? release_recipient(r, u->recipient) : NULL;

	json_open(j, '{');
	json_put_id(j, "id", u->id);
	json_put_text(j, "state", u->state);
	json_put_text(j, "state_name", state_name(u));
	json_put_bool(j, "can_agree", strcmp(u->state, "guardian_asked") == 0);
	json_put_bool(j, "can_withdraw", ward_use_may_withdraw(u));
	json_put_text(j, "context", u->context);
	json_put_text(j, "ground_name", e ? e->ground : NULL);
	json_put_text(j, "recipient_name", to ? to->name : NULL);
	json_put_time(j, "until", u->scope_until_ms);
	json_key(j, "items");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++)
		if (itemset_has(&u->items, i))
			json_text(j, release_item_at(r, i)->name);
	json_close(j, ']');
	json_put_text(j, "text", u->text);
	json_put_text(j, "text_hash", exception_text_hash(k->c, u));
	json_put_time(j, "asked_at", u->created_at_ms);
	json_put_time(j, "agreed_at", u->guardian_agreed_at_ms);
	json_close(j, '}');
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_use(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (api_page_row(&l->page, u->id))
		put_use(l->k, u);
	return OK;
}

static err uses_get(struct api_call *k)
{
	struct listing l = {.k = k};
	struct ward w;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(ward_get(k->c, k->subject_id, id, &w));
	TRY(api_page_open(k, &l.page));
	TRY(ward_use_list(k->c, &w, l.page.before, l.page.limit + 1, list_use, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err use_get(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(ward_use_get(k->c, k->subject_id, id, &u));
	put_use(k, &u);
	return OK;
}

static err agreement_post(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(ward_use_agree(k->c, k->subject_id, id, api_text(k, "text_hash"), &u));
	put_use(k, &u);
	return OK;
}

static err refusal_post(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(ward_use_refuse(k->c, k->subject_id, id, &u));
	put_use(k, &u);
	return OK;
}

#define USE                                                                                                  \
	"{id: id, state: text, state_name: text, can_agree: bool, can_withdraw: bool, context: text, "       \
	"ground_name?: text, recipient_name?: text, until?: time, items: [text], text: text, "               \
	"text_hash: text, asked_at: time, agreed_at?: time}"
#define BASE "/api/v1/ward-uses"

const struct api_route api_ward_use_routes[] = {
	{"GET", "/api/v1/wards/{id}/uses", uses_get, API_SESSION, 0, "ward_use_list",
	 "就使用孩子的信息征求我意见的事项，新的在前", .answer = "{items: [" USE "], next?: text}",
	 .query = "cursor limit"},
	{"GET", BASE "/{id}", use_get, API_SESSION, 0, "ward_use_get", "一件征求监护人意见的事项",
	 .answer = USE},
	{"POST", BASE "/{id}/agreement", agreement_post, API_SESSION, API_SLOW, "ward_use_agree",
	 "监护人明确同意使用孩子的信息，随即办理", .body = "{text_hash: text}", .answer = USE},
	{"POST", BASE "/{id}/refusal", refusal_post, API_SESSION, 0, "ward_use_refuse",
	 "监护人不同意，或者撤回同意", .body = "{}", .answer = USE},
	{0},
};
