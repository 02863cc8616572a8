/* The console's API: staff sessions, and the cases of the own department. */
#include "api/staff.h"
#include "account/watch.h"
#include "base/clock.h"
#include "identity/identity.h"

struct staff *api_staff_of(const struct api_call *k)
{
	struct staff *s = ARENA_NEW(k->c->arena, struct staff);

	*s = (struct staff){.id = k->c->actor.id,
			    .name = k->c->actor.name,
			    .role = k->c->actor.role,
			    .department = k->c->actor.department};
	return s;
}

err api_staff_must_be(struct api_call *k, const char *role, const char *role2)
{
	return staff_must_be(k->c, api_staff_of(k), role, role2);
}

const char *api_office_text(const struct api_call *k, const char *name)
{
	struct slice t = api_text(k, name);

	while (t.n > 0 && strchr(" \t\r\n", t.p[0])) {
		t.p++;
		t.n--;
	}
	while (t.n > 0 && strchr(" \t\r\n", t.p[t.n - 1]))
		t.n--;
	return t.n > 0 ? arena_copy(k->c->arena, t) : "";
}

err api_office_words(struct api_call *k, const char *name, char between, const char **ret)
{
	enum { WORDS_MAX = 8192 };
	const json_t *list = json_object_get(k->body, name);
	BUF_SCOPED out = {0};

	buf_init(&out, WORDS_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		if (!*word || strchr(word, between))
			return fail_field(k->c, name,
					  between == '\n' ? "请逐项填写，不能有空项，每一项不能换行"
							  : "请逐项选择，不能有空项，每一项不能含有空格");
		if (i)
			buf_add(&out, &between, 1);
		buf_add_text(&out, word);
	}
	if (out.failed)
		return fail_field(k->c, name, "所填的内容过多");
	*ret = arena_copy(k->c->arena, buf_slice(&out));
	return OK;
}

err api_office_day(struct api_call *k, const char *name, int64_t *ret_ms)
{
	struct date d;

	if (!date_parse(api_text(k, name), &d))
		return fail_field(k->c, name, "请填写日期，例如2026-01-31");
	*ret_ms = date_start_ms(d);
	return OK;
}

struct slice api_text_in(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? slice_bytes(json_string_value(value), json_string_length(value))
				     : SLICE("");
}

struct person_named api_office_person(const struct api_call *k)
{
	const json_t *person = json_object_get(k->body, "person");

	return (struct person_named){.real_name = api_text_in(person, "real_name"),
				     .id_number = api_text_in(person, "id_number"),
				     .mobile_phone = api_text_in(person, "mobile_phone")};
}

err api_staff_resolve(struct api_call *k, struct slice token)
{
	struct staff s;

	TRY(staff_session_find(k->c, token, &s));
	k->c->actor = (struct actor){ACTOR_STAFF, s.id, s.role, s.name, s.department};
	return OK;
}

static void put_staff(struct api_call *k, const struct staff *s)
{
	const struct recipient *department =
		s->department ? release_recipient(k->c->release, s->department) : NULL;

	json_put_text(&k->out, "name", s->name);
	json_put_text(&k->out, "role", s->role);
	json_key(&k->out, "department");
	if (department) {
		json_named(&k->out, department->key, department->name);
	} else {
		json_none(&k->out);
	}
	json_put_int(&k->out, "idle_limit_s", STAFF_IDLE_MS / 1000);
}

enum { TRIES_PER_ADDRESS = 60, TRIES_WINDOW_MS = 10 * 60 * 1000 };

/* An account locks by itself; this bounds who tries many accounts from one place. */
static err session_post(struct api_call *k)
{
	char token[TOKEN_SIZE];
	struct staff s;

	TRY(throttle(k->c, "staff_address", slice_of(k->q->peer),
		     city_int(k->c->release, "staff.per_address_10min", TRIES_PER_ADDRESS), TRIES_WINDOW_MS));
	err e = staff_login(k->c, api_text(k, "login"), api_text(k, "password"), api_text(k, "totp"), &s,
			    token);
	if (e.code == ERR_LOCKED)
		watch_note(k->c, &(struct watch_event){"intrusion", "staff_password_guessing", "locked",
						       k->q->peer});
	TRY(e);
	json_open(&k->out, '{');
	put_staff(k, &s);
	if (api_give_token(k, "staff", token, STAFF_LIFE_MS / 1000))
		json_put_text(&k->out, "token", token);
	json_close(&k->out, '}');
	return OK;
}

static err session_get(struct api_call *k)
{
	json_open(&k->out, '{');
	put_staff(k, api_staff_of(k));
	json_close(&k->out, '}');
	return OK;
}

static err session_delete(struct api_call *k)
{
	TRY(staff_session_end(k->c, k->token));
	api_drop_cookie(k, "staff");
	return OK;
}

/* ---- cases
 * -------------------------------------------------------------------------------------------------------------
 */

static void put_case(struct api_call *k, const struct service_case *s)
{
	const struct service *service = release_service(k->c->release, s->service);

	json_put_id(&k->out, "id", s->id);
	json_put_text(&k->out, "number", s->number);
	json_put_text(&k->out, "service", s->service);
	json_put_text(&k->out, "service_name", service ? service->name : s->service);
	json_put_text(&k->out, "state", s->state);
	json_put_text(&k->out, "state_name", case_state_name(s->state));
	json_put_time(&k->out, "created_at", s->created_at_ms);
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_case(struct ctx *c, int64_t subject_id, const struct service_case *s, void *arg)
{
	struct listing *l = arg;

	(void)c;
	(void)subject_id;
	if (!api_page_row(&l->page, s->id))
		return OK;
	json_open(&l->k->out, '{');
	put_case(l->k, s);
	json_close(&l->k->out, '}');
	return OK;
}

static err cases_get(struct api_call *k)
{
	struct listing l = {.k = k};
	const struct staff *s = api_staff_of(k);
	struct slice state = http_query(k->q, "state");

	TRY(staff_may_handle(k->c, s));
	TRY(api_page_open(k, &l.page));
	TRY(case_queue_list(k->c, s->department, state.p ? arena_copy(k->c->arena, state) : NULL,
			    l.page.before, l.page.limit + 1, list_case, &l));
	api_page_close(k, &l.page);
	return OK;
}

struct seen {
	struct held *items;
	size_t count;
};

static err keep_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct seen *seen = arg;

	if (seen->count < ITEMS_MAX) {
		seen->items[seen->count] = *h;
		seen->items[seen->count++].masked = arena_copy(c->arena, slice_of(h->masked));
	}
	return OK;
}

/* The course, with what the department itself answered. What the person said when called back stays with the
 * hotline. */
static err put_course(struct ctx *c, const struct case_event *e, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	json_open(&k->out, '{');
	json_put_text(&k->out, "kind", e->kind);
	json_put_text(&k->out, "name", case_state_name(e->kind));
	json_put_time(&k->out, "at", e->at_ms);
	json_put_text(&k->out, "text", strcmp(e->kind, "replied") == 0 ? e->text : NULL);
	json_close(&k->out, '}');
	return OK;
}

static err case_get(struct api_call *k)
{
	struct seen seen = {.items = ARENA_ARRAY(k->c->arena, struct held, ITEMS_MAX)};
	struct service_case s;
	int64_t id, subject_id;

	TRY(api_param_id(k, 0, &id));
	TRY(staff_case_open(k->c, api_staff_of(k), id, &subject_id, &s, keep_masked, &seen));
	json_open(&k->out, '{');
	put_case(k, &s);
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < seen.count; i++) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "key", seen.items[i].item->key);
		json_put_text(&k->out, "name", seen.items[i].item->name);
		json_put_text(&k->out, "masked", seen.items[i].masked);
		json_put_bool(&k->out, "sensitive", seen.items[i].item->sensitive);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	json_key(&k->out, "events");
	json_open(&k->out, '[');
	TRY(case_events(k->c, subject_id, id, put_course, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err reveal_post(struct api_call *k)
{
	RELEASED_SCOPED released = {0};
	struct slice item = api_text(k, "item");
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(staff_case_reveal(k->c, api_staff_of(k), id, item, api_text(k, "reason"), &released));
	const struct vault_value *v = released_get(&released, arena_copy(k->c->arena, item));
	if (!v)
		FAIL(k->c, ERR_NOT_FOUND, "这件诉求没有这项信息");
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", v->item->key);
	json_put_slice(&k->out, "value", v->value);
	json_put_int(&k->out, "usage_n", released.entry_n);
	json_close(&k->out, '}');
	return OK;
}

#define STAFF "name: text, role: text, department?: {key: text, name: text}, idle_limit_s: int"
#define CASE                                                                                                 \
	"id: id, number: text, service: text, service_name: text, state: text, state_name: text, "           \
	"created_at: time"

const struct api_route api_staff_routes[] = {
	{"POST", "/api/v1/staff/sessions", session_post, API_ANYONE, API_SLOW, "staff_login",
	 "工作人员登录（密码和动态口令）",
	 .body = "{login: text, password: text, totp: text, transport?: bearer|cookie}",
	 .answer = "{" STAFF ", token?: text}", .status = 201},
	{"GET", "/api/v1/staff/sessions/current", session_get, API_STAFF, 0, "staff_session",
	 "当前登录的工作人员", .answer = "{" STAFF "}"},
	{"DELETE", "/api/v1/staff/sessions/current", session_delete, API_STAFF, 0, "staff_logout",
	 "工作人员退出登录", .status = 204},
	{"GET", "/api/v1/staff/cases", cases_get, API_STAFF, 0, "staff_cases", "本部门的诉求",
	 .answer = "{items: [{" CASE "}], next?: text}", .query = "state cursor limit"},
	{"GET", "/api/v1/staff/cases/{id}", case_get, API_STAFF, 0, "staff_case",
	 "一件诉求的经过和答复，个人信息经过遮盖",
	 .answer = "{" CASE ", items: [{key: text, name: text, masked?: text, sensitive: bool}], "
		   "events: [{kind: text, name: text, at: time, text?: text}]}"},
	{"POST", "/api/v1/staff/cases/{id}/reveal", reveal_post, API_STAFF, 0, "staff_reveal",
	 "说明理由后查看一项信息；当事人会看到查看人和理由", .body = "{item: text, reason: text}",
	 .answer = "{key: text, value: text, usage_n: int}"},
	{0},
};
