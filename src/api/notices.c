/* The inbox, the notice of a new version, subscriptions and push. */
#include "notify/notices.h"
#include "api/api.h"
#include "identity/identity.h"
#include "ops/publications.h"
#include "ops/ward_uses.h"
#include "policy/better.h"
#include "rights/rights.h"
#include "services/cases.h"

/* ---- the notice of a version ---- */

/* Lines of policy_notice.changes as a JSON array. */
static void put_changes(struct json *j, const char *changes)
{
	json_key(j, "changes");
	json_open(j, '[');
	while (*changes) {
		size_t n = strcspn(changes, "\n"), kind = strcspn(changes, "\t\n");
		if (kind + 3 <= n) { /* else it is no change: nothing is read beyond the line */
			json_open(j, '{');
			json_put_slice(j, "kind", (struct slice){changes, kind});
			json_put_bool(j, "major", changes[kind + 1] == '1');
			json_put_slice(j, "text", (struct slice){changes + kind + 3, n - kind - 3});
			json_close(j, '}');
		}
		changes += n + (changes[n] == '\n');
	}
	json_close(j, ']');
}

static void put_texts(struct json *j, const char *member, const char *const *list, size_t n)
{
	json_key(j, member);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, list[i]);
	json_close(j, ']');
}

/* What holds for the person until there is an agreement: the better of both versions (TJ-7.1.b). */
static void put_rights(struct api_call *k, const struct facts *f)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;
	size_t n = 0;

	json_key(j, "rights");
	json_open(j, '{');
	json_put_int(j, "reply_days", better_deadline(r, f->accepted_release, "reply.days", 15));
	json_put_int(j, "delete_days", better_deadline(r, f->accepted_release, "delete.days", 15));
	const char *const *scopes = better_offers(k->c, r, f->accepted_release, "cancel.scopes", &n);
	put_texts(j, "cancel_scopes", scopes, n);
	const char *const *grounds = better_grounds(k->c, r, f->accepted_release, "refusal.statutory", &n);
	put_texts(j, "refusal_grounds", grounds, n);
	json_close(j, '}');
}

static err notice_get(struct api_call *k)
{
	struct policy_notice n = {0};
	struct json *j = &k->out;
	struct facts f;
	struct head h;
	bool any = false;

	TRY(notice_pending(k->c, k->subject_id, &n, &any));
	TRY(api_facts(k, &f, &h));
	json_open(j, '{');
	json_put_bool(j, "pending", any);
	put_rights(k, &f);
	if (any) {
		json_put_text(j, "version", n.version);
		json_put_time(j, "effective_at", n.effective_at_ms);
		json_put_bool(j, "in_force", n.effective_at_ms <= k->c->now_ms);
		json_put_bool(j, "major", n.major);
		json_put_bool(j, "reduces_rights", n.reduces);
		json_put_bool(j, "may_continue", k->subject_id && notice_may_continue(k->c, &n));
		json_put_text(j, "agreed_version", release_version_agreed(k->c->release, f.accepted_release));
		put_changes(j, n.changes);
	}
	json_close(j, '}');
	return OK;
}

static err notice_put(struct api_call *k)
{
	return notice_was_shown(k->c, k->subject_id, api_string(k, "version"));
}

/* ---- the inbox ---- */

static err case_words(struct ctx *c, int64_t subject_id, const struct message *m, const char **ret_title,
		      const char **ret_text)
{
	struct service_case k;

	TRY(case_find(c, subject_id, m->ref_id, &k));
	const struct service *s = release_service(c->release, k.service);
	*ret_title = arena_printf(c->arena, "%s · %s", s ? s->name : k.service, case_state_name(k.state));
	*ret_text = arena_printf(c->arena, "编号 %s", k.number);
	return OK;
}

/* Where it stands, and no word of what was asked. */
static err request_words(struct ctx *c, int64_t subject_id, const struct message *m, const char **ret_title,
			 const char **ret_text)
{
	struct rights_request r;

	*ret_title = "个人信息请求";
	*ret_text = "请求的资料已按期限删除。";
	err e = rights_get(c, subject_id, m->ref_id, &r);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	*ret_title = arena_printf(c->arena, "%s · %s", rights_kind_name(r.kind), rights_state_name(r.state));
	*ret_text = arena_printf(c->arena, "编号 %s", r.number);
	return OK;
}

/* What one is asked, or what was published and on which ground (NT-2.3.b, NT-2.3.c). */
static err publication_words(struct api_call *k, const struct message *m, const char **ret_title,
			     const char **ret_text)
{
	struct exception_use u;

	err e = publication_own_get(k->c, k->subject_id, m->ref_id, &u);
	*ret_title = "公开个人信息的告知";
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(k->c);
		*ret_text = "这件公开已经结束。";
		return OK;
	}
	TRY(e);
	const struct exception *g = release_exception(k->c->release, u.ground);
	*ret_text = u.text ? u.text
			   : arena_printf(k->c->arena, "为了%s，依据“%s”，公开了有关您的信息。", u.purpose,
					  g ? g->ground : "法定情形");
	return OK;
}

/* What a guardian is asked (TJ-6.3.a). */
static err ward_use_words(struct api_call *k, const struct message *m, const char **ret_title,
			  const char **ret_text)
{
	struct exception_use u;

	err e = ward_use_get(k->c, k->subject_id, m->ref_id, &u);
	*ret_title = "征求监护人意见";
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(k->c);
		*ret_text = "这件征求意见已经结束。";
		return OK;
	}
	TRY(e);
	*ret_text = u.text;
	return OK;
}

/* Time, network and device stand only in the message itself: reading them is an entry (NT-1.3.b). */
static err login_words(struct api_call *k, const struct message *m, bool whole, const char **ret_title,
		       const char **ret_text)
{
	struct login_alert a;
	char at[TIME_TEXT_SIZE];

	*ret_title = "异常登录提醒";
	*ret_text = "您的账号有一次与平常不同的登录，请查看是不是您本人。";
	if (!whole)
		return OK;
	TRY(login_alert_get(k->c, k->subject_id, m->ref_id, &a));
	time_text(a.at_ms, at);
	*ret_text = arena_printf(
		k->c->arena, "时间：%.10s %.5s\n%s%s%s%s%s%s%s", at, at + 11, a.place ? "网络：" : "",
		a.place ? a.place : "", a.device ? "\n设备：" : "", a.device ? a.device : "",
		a.reasons ? "\n原因：" : "", a.reasons ? a.reasons : "",
		strcmp(a.state, "stopped") == 0 ? "\n系统要求再次验证，当时没有登录成功。" : "");
	return OK;
}

static err put_words(struct api_call *k, const struct message *m, bool whole)
{
	const char *title, *text;
	struct json *j = &k->out;

	if (strcmp(m->kind, "policy") == 0) {
		struct policy_notice n;
		TRY(notice_by_number(k->c, m->ref_id, &n));
		struct date day = date_of(n.effective_at_ms);
		title = arena_printf(k->c->arena, "隐私政策更新为%s版", n.version);
		text = arena_printf(k->c->arena, "自%d年%d月%d日起施行。%s", day.year, day.month, day.day,
				    n.major ? "本次更新有重大变更，请阅读。" : "请阅读更新的内容。");
		json_put_text(j, "version", n.version);
		json_put_bool(j, "major", n.major);
		put_changes(j, n.changes);
	} else if (strcmp(m->kind, "announcement") == 0) {
		struct announcement a;
		TRY(announcement_get(k->c, m->ref_id, &a));
		title = a.title;
		text = a.body;
		json_put_bool(j, "promotional", a.promotional);
	} else if (strcmp(m->kind, "incident") == 0 || strcmp(m->kind, "end") == 0 ||
		   strcmp(m->kind, "transfer") == 0) {
		struct notice_text t;
		TRY(notice_text_get(k->c, m->ref_id, &t));
		title = t.title;
		text = t.body;
	} else if (strcmp(m->kind, "request") == 0) {
		TRY(request_words(k->c, k->subject_id, m, &title, &text));
	} else if (strcmp(m->kind, "login") == 0) {
		TRY(login_words(k, m, whole, &title, &text));
	} else if (strcmp(m->kind, "ward_use") == 0) {
		TRY(ward_use_words(k, m, &title, &text));
	} else if (strcmp(m->kind, "publication") == 0) {
		TRY(publication_words(k, m, &title, &text));
	} else {
		err e = case_words(k->c, k->subject_id, m, &title, &text);
		if (e.code == ERR_NOT_FOUND) { /* its time of keeping is over */
			failure_clear(k->c);
			title = "办件进展";
			text = "办件资料已按期限删除。";
		} else {
			TRY(e);
		}
	}
	json_put_text(j, "title", title);
	json_put_text(j, "text", text);
	return OK;
}

static err put_message(struct api_call *k, const struct message *m, bool whole)
{
	struct json *j = &k->out;

	json_put_id(j, "id", m->id);
	json_put_text(j, "kind", m->kind);
	json_put_id(j, "ref_id", m->ref_id);
	json_put_time(j, "at", m->at_ms);
	json_put_time(j, "read_at", m->read_at_ms);
	return put_words(k, m, whole);
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err write_message(struct ctx *c, const struct message *m, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, m->id))
		return OK;
	json_open(&l->k->out, '{');
	TRY(put_message(l->k, m, false));
	json_close(&l->k->out, '}');
	return OK;
}

static err messages_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(message_list(k->c, k->subject_id, l.page.before, l.page.limit + 1, write_message, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err write_delivery(struct ctx *c, const char *channel, const char *state, int64_t at_ms, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "channel", channel);
	json_put_text(j, "state", state);
	json_put_time(j, "at", at_ms);
	json_close(j, '}');
	return OK;
}

static err one_message(struct api_call *k)
{
	struct message m;
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	TRY(message_get(k->c, k->subject_id, id, &m));
	json_open(&k->out, '{');
	TRY(put_message(k, &m, true));
	json_key(&k->out, "deliveries");
	json_open(&k->out, '[');
	TRY(message_deliveries(k->c, k->subject_id, id, write_delivery, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err message_put(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	return message_open(k->c, k->subject_id, id);
}

static err unread_get(struct api_call *k)
{
	struct unread u;

	TRY(message_unread(k->c, k->subject_id, &u));
	json_open(&k->out, '{');
	json_put_int(&k->out, "unread", u.all);
	json_put_int(&k->out, "policy", u.policy);
	json_close(&k->out, '}');
	return OK;
}

/* ---- subscriptions and push ---- */

static err write_topic(struct ctx *c, const struct topic *t, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "key", t->key);
	json_put_text(j, "name", t->name);
	json_put_bool(j, "subscribed", t->subscribed || !t->optional);
	json_put_bool(j, "optional", t->optional);
	json_close(j, '}');
	return OK;
}

static err subscriptions_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(subscription_list(k->c, k->subject_id, write_topic, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err subscription_put(struct api_call *k)
{
	return subscription_set(k->c, k->subject_id, arena_copy(k->c->arena, k->q->params[0]),
				json_is_true(json_object_get(k->body, "subscribed")));
}

static err push_put(struct api_call *k)
{
	return push_register(k->c, k->subject_id, k->platform, api_string(k, "sdk"), api_text(k, "token"));
}

static err push_delete(struct api_call *k)
{
	return push_forget(k->c, k->subject_id);
}

#define CHANGES "[{kind: text, major: bool, text: text}]"
#define MESSAGE                                                                                              \
	"id: id, kind: policy|announcement|case|incident|end|request|login|publication|transfer,"            \
	" ref_id: id, at: time, "                                                                            \
	"read_at?: "                                                                                         \
	"time, "                                                                                             \
	"version?: text, "                                                                                   \
	"major?: bool, changes?: " CHANGES ", promotional?: bool, title: text, text: text"

const struct api_route api_notice_routes[] = {
	{"GET", "/api/v1/notice", notice_get, API_INSTALLATION, 0, "notice_get", "等待本人确认的隐私政策更新",
	 .answer =
		 "{pending: bool, rights: {reply_days: int, delete_days: int, cancel_scopes: [text], "
		 "refusal_grounds: [text]}, version?: text, effective_at?: time, in_force?: bool, major?: "
		 "bool, "
		 "reduces_rights?: bool, may_continue?: bool, agreed_version?: text, changes?: " CHANGES "}"},
	{"PUT", "/api/v1/notice", notice_put, API_SESSION, 0, "notice_shown", "更新通知已向本人展示",
	 .body = "{version: text}", .answer = NULL, .status = 204},
	{"GET", "/api/v1/me/messages", messages_get, API_SESSION, 0, "message_list", "消息",
	 .answer = "{items: [{" MESSAGE "}], next?: text}", .query = "cursor limit"},
	{"GET", "/api/v1/me/messages/{id}", one_message, API_SESSION, 0, "message_get",
	 "一条消息及其发送情况",
	 .answer = "{" MESSAGE ", deliveries: [{channel: text, state: text, at: time}]}"},
	{"PUT", "/api/v1/me/messages/{id}", message_put, API_SESSION, 0, "message_read", "标记消息已读",
	 .body = "{read: bool}", .answer = NULL, .status = 204},
	{"GET", "/api/v1/me/unread", unread_get, API_SESSION, 0, "message_unread", "未读消息数",
	 .answer = "{unread: int, policy: int}"},
	{"GET", "/api/v1/me/subscriptions", subscriptions_get, API_SESSION, 0, "subscription_list",
	 "订阅的消息", .answer = "{items: [{key: text, name: text, subscribed: bool, optional: bool}]}"},
	{"PUT", "/api/v1/me/subscriptions/{topic}", subscription_put, API_SESSION, 0, "subscription_put",
	 "订阅或退订一类消息", .body = "{subscribed: bool}", .answer = NULL, .status = 204},
	{"PUT", "/api/v1/installations/current/push", push_put, API_SESSION, API_AGAIN, "push_register",
	 "登记本设备的推送令牌", .body = "{token: text, sdk?: text}", .answer = NULL, .status = 204,
	 .takes = "push_message"},
	{"DELETE", "/api/v1/installations/current/push", push_delete, API_SESSION, 0, "push_forget",
	 "关闭本设备的推送", .answer = NULL, .status = 204},
	{0},
};
