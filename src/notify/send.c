/* Sending one message one way: the number, address or token leaves by the gate, with an entry before and one
 * after. */
#include "base/json.h"
#include "connectors/connectors.h"
#include "notify/notice_store.h"
#include <jansson.h>

enum { BRIEF_MAX = 420, REQUEST_MAX = 256 * 1024 };

/* ---- what it says ---- */

/* The sentences of the changes; brief: as many whole ones as fit. */
static const char *sentences(struct ctx *c, const char *changes, bool major_only, size_t most)
{
	const char *text = "";

	while (*changes) {
		size_t n = strcspn(changes, "\n"), kind = strcspn(changes, "\t\n");
		bool take = kind + 3 <= n && (!major_only || changes[kind + 1] == '1');
		struct slice said = take ? (struct slice){changes + kind + 3, n - kind - 3} : SLICE("");
		if (take && strlen(text) + said.n > most)
			return arena_printf(c->arena, "%s等。", text);
		if (take)
			text = arena_printf(c->arena, "%s%.*s", text, (int)said.n, said.p);
		changes += n + (changes[n] == '\n');
	}
	return text;
}

/* The stronger notice of a major change tells the changes themselves (NT-6.2). */
static err policy_words(struct ctx *c, int64_t number, bool brief, const char **ret_title,
			const char **ret_text)
{
	const char *name = city_text(c->release, "name");
	struct policy_notice n;

	TRY(notice_by_number(c, number, &n));
	struct date day = date_of(n.effective_at_ms);
	const char *what = n.major ? sentences(c, n.changes, true, brief ? BRIEF_MAX : REQUEST_MAX / 2)
				   : sentences(c, n.changes, false, brief ? BRIEF_MAX / 2 : REQUEST_MAX / 2);
	*ret_title = arena_printf(c->arena, "%s隐私政策更新%s", name, n.major ? "（重大变更）" : "");
	*ret_text = arena_printf(
		c->arena,
		"%s隐私政策更新为%s版，自%d年%d月%d日起施行。%s%s请在应用的“消息”中阅读全文并作出选择。",
		name, n.version, day.year, day.month, day.day,
		n.major ? "本次有重大变更："
		: *what ? "变更内容："
			: "",
		what);
	return OK;
}

err notice_words(struct ctx *c, const struct message *m, bool brief, const char **ret_title,
		 const char **ret_text)
{
	struct announcement a;

	if (strcmp(m->kind, "policy") == 0)
		return policy_words(c, m->ref_id, brief, ret_title, ret_text);
	if (strcmp(m->kind, "announcement") == 0) {
		TRY(announcement_get(c, m->ref_id, &a));
		*ret_title = a.title;
		*ret_text = a.body;
		return OK;
	}
	if (has_own_words(m->kind)) {
		struct notice_text t;
		TRY(notice_text_get(c, m->ref_id, &t));
		*ret_title = t.title;
		*ret_text = brief ? t.brief : t.body;
		return OK;
	}
	if (strcmp(m->kind, "publication") == 0) {
		*ret_title = "公开个人信息的告知";
		*ret_text = "有一件关于公开您个人信息的告知，请登录应用查看。";
		return OK;
	}
	if (strcmp(m->kind, "ward_use") == 0) {
		*ret_title = "征求监护人意见";
		*ret_text = "有一件使用您监护的孩子的信息的事项须征求您的意见，请登录应用查看。";
		return OK;
	}
	if (strcmp(m->kind, "login") == 0) {
		*ret_title = "异常登录提醒";
		*ret_text =
			"您的账号有一次异常登录，请登录应用查看时间和网络；不是您本人的，可以阻止该设备。";
		return OK;
	}
	if (strcmp(m->kind, "request") == 0) { /* nor does what somebody asked for */
		*ret_title = "您提出的请求";
		*ret_text = "您提出的请求有工作人员的回复，请登录应用查看。";
		return OK;
	}
	/* what a matter is about does not go out of the app */
	*ret_title = "办件进展";
	*ret_text = "您的办件有新的进展，请登录应用查看。";
	return OK;
}

/* ---- sending ---- */

struct way {
	const char *channel, *service, *item;
};
static const struct way ways[] = {
	{"sms", "sms_message", "mobile_phone"},
	{"email", "mail_message", "email"},
	{"push", "push_message", "push_token"},
};

struct sending {
	int64_t subject_id, delivery_id, message_id, installation_id;
	const char *channel, *state;
	const struct service *service;
	const struct item *item;
	struct message message;
	struct facts f;
	struct head h;
	const char *policy; /* that the release of the address was decided under */
	const char *sdk;    /* of a push: by which it reaches the device, or NULL */
};

static err delivery_row(struct ctx *c, const struct row *r, void *arg)
{
	struct sending *s = arg;

	s->message_id = row_int(r, 0);
	s->channel = row_copy(c, r, 1);
	s->installation_id = row_int(r, 2);
	s->state = row_copy(c, r, 3);
	return OK;
}

static err end(struct ctx *c, const struct sending *s, const char *state)
{
	return store_exec(c, c->store, Q_NOTICE_DELIVERY_END,
			  PARAMS(P_INT(s->subject_id), P_INT(s->delivery_id), P_STR(state), P_INT(c->now_ms)),
			  NULL);
}

static void find_way(struct ctx *c, struct sending *s)
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(ways[i].channel, s->channel) != 0)
			continue;
		s->service = release_service(c->release, ways[i].service);
		s->item = release_item(c->release, ways[i].item);
	}
}

struct holding {
	const struct sending *s;
	bool there;
};

static err note_held(struct ctx *c, const struct held *h, void *arg)
{
	struct holding *x = arg;

	(void)c;
	x->there |= h->item == x->s->item && h->record_id == x->s->installation_id && !h->rule;
	return OK;
}

/* Nothing is entered about a number that nobody gave. */
static err is_held(struct ctx *c, const struct sending *s, bool *ret)
{
	struct holding x = {s, false};

	TRY(vault_held(c, s->subject_id, note_held, &x));
	*ret = x.there;
	return OK;
}

struct reach {
	const char *ways[4];
	size_t count;
	bool any;
};

static err note_way(struct ctx *c, const struct held *h, void *arg)
{
	struct reach *r = arg;

	for (size_t i = 0; i < r->count && !h->rule; i++)
		for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
			r->any |= strcmp(r->ways[i], ways[k].channel) == 0 &&
				  h->item == release_item(c->release, ways[k].item);
	return OK;
}

err notice_reaches(struct ctx *c, int64_t subject_id, const char *kind, bool *ret)
{
	struct reach r = {0};

	r.count = notice_ways(c, kind, r.ways);
	if (r.count)
		TRY(vault_held(c, subject_id, note_way, &r));
	*ret = r.any;
	return OK;
}

static err sdk_row(struct ctx *c, const struct row *r, void *arg)
{
	struct sending *s = arg;

	s->sdk = row_copy(c, r, 0);
	return OK;
}

/* NT-1.5.0.a: by a registered SDK that is there for messages, or not at all. */
static err check_push(struct ctx *c, struct sending *s)
{
	if (strcmp(s->channel, "push") != 0)
		return OK;
	TRY(store_rows(c, c->store, Q_PUSH_TARGET_SDK,
		       PARAMS(P_INT(s->subject_id), P_INT(s->installation_id)), sdk_row, s));
	return sdk_push_allowed(c, s->subject_id, &s->f,
				&(struct push_way){.sdk = s->sdk, .to = s->service->recipient});
}

/* For the entries: what it was for, and by what it went. */
static const char *note_of(struct ctx *c, const struct sending *s)
{
	const struct sdk *by = s->sdk && *s->sdk ? release_sdk(c->release, s->sdk) : NULL;

	if (strcmp(s->message.kind, "incident") == 0)
		return by ? arena_printf(c->arena, "安全事件的告知；经“%s”送达", by->name) : "安全事件的告知";
	return by ? arena_printf(c->arena, "%s：经“%s”送达", by->reason->name, by->name) : NULL;
}

static err release_address(struct ctx *c, struct sending *s, struct released *ret)
{
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s->service,
				 .purpose = s->service->purpose,
				 .recipient = s->service->recipient,
				 .now_ms = c->now_ms};
	struct permit *permit = NULL;

	itemset_add(&q.items, s->item->number);
	if (s->item->permissions)
		q.sensed = q.items; /* a push needs the permission of its device to this day */
	TRY(facts_load(c, s->subject_id, &s->f, &s->h));
	err e = check_push(c, s);
	if (!failed(e))
		e = gate_decide(c, c->release, &s->f, &q, &permit);
	if (e.code == ERR_REFUSED)
		notice_refused(c, &s->h, &q);
	TRY(e);
	return vault_release(c, permit, &s->h, s->installation_id, note_of(c, s), ret);
}

static err write_request(struct ctx *c, const struct sending *s, struct slice to, struct buf *out)
{
	const char *title, *text;

	TRY(notice_words(c, &s->message, strcmp(s->channel, "email") != 0, &title, &text));
	struct json j = json_to(out);
	json_open(&j, '{');
	json_put_slice(&j, "to", to);
	json_put_text(&j, "title", title);
	json_put_text(&j, "text", text);
	if (s->sdk && *s->sdk)
		json_put_text(&j, "sdk", s->sdk);
	json_put_id(&j, "ref", s->delivery_id);
	json_close(&j, '}');
	return out->failed ? fail(c, ERR_TOO_LARGE, "通知过长") : OK;
}

static err enter_outcome(struct ctx *c, struct sending *s, const char *outcome)
{
	struct entry e = {.action = ENTRY_SENT,
			  .service = s->service->key,
			  .purpose = s->service->purpose->key,
			  .recipient = s->service->recipient->key,
			  .basis = "acceptance",
			  .decision = outcome,
			  .clause = s->service->category->share_clause,
			  .note = note_of(c, s),
			  .policy = s->policy,
			  .ref_id = s->message_id};

	itemset_add(&e.items, s->item->number);
	return ledger_write(c, &s->h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

/* The gateway knows the job by its key: sent again after a crash, it goes out once. */
static err hand_over(struct ctx *c, struct sending *s, const struct job *j, struct slice to)
{
	BUF_SCOPED request = {0}, answer = {0};
	const char *outcome = "not_sent";
	char key[JOB_KEY_SIZE];
	int status = 0;

	buf_init(&request, REQUEST_MAX);
	buf_init(&answer, 64 * 1024);
	TRY(write_request(c, s, to, &request));
	err e = connector_post(c, s->service->recipient->key, "/messages", buf_slice(&request),
			       job_key(j, key), &status, &answer, &outcome);
	crypto_wipe(request.data, request.size);
	struct failure kept = c->failure;
	TRY(enter_outcome(c, s, outcome));
	c->failure = kept;
	TRY(e);
	if (status >= 300)
		FAIL(c, ERR_AUTHORITY, "%s没有受理", s->service->recipient->name);
	return end(c, s, "sent");
}

static err send(struct ctx *c, struct sending *s, const struct job *j)
{
	RELEASED_SCOPED released = {0};

	err e = release_address(c, s, &released);
	if (e.code == ERR_REFUSED)
		return end(c, s, "refused");
	TRY(e);
	s->policy = released.policy;
	const struct vault_value *to = released_get(&released, s->item->key);
	return to ? hand_over(c, s, j, to->value) : end(c, s, "none");
}

static err is_wanted(struct ctx *c, const struct sending *s, bool *ret)
{
	const char *topic;
	bool mandatory = false;

	TRY(notice_topic(c, &s->message, &topic, &mandatory));
	*ret = mandatory;
	return mandatory ? OK : notice_subscribed(c, s->subject_id, topic, ret);
}

err notice_send_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct sending s = {.subject_id = j->subject_id, .delivery_id = j->ref_id};
	bool yes = false;

	(void)ret_again_at_ms;
	TRY(store_rows(c, c->store, Q_NOTICE_DELIVERY_GET, PARAMS(P_INT(s.subject_id), P_INT(s.delivery_id)),
		       delivery_row, &s));
	if (!s.state || strcmp(s.state, "waiting") != 0)
		return OK;
	TRY(message_get(c, s.subject_id, s.message_id, &s.message));
	TRY(is_wanted(c, &s, &yes));
	if (!yes)
		return end(c, &s, "unsubscribed");
	c->installation_id = s.installation_id;
	find_way(c, &s);
	if (s.service && s.item)
		TRY(is_held(c, &s, &yes));
	if (!s.service || !s.item || !yes)
		return end(c, &s, "none");
	return send(c, &s, j);
}
