/* What people do not want to get, and the devices that push messages go to. */
#include "notify/notice_store.h"

enum { TARGETS_MAX = 64 };

const struct topic notice_topics[TOPICS] = {
	{.key = "policy", .name = "隐私政策更新", .by_default = true},
	{.key = "case", .name = "办件进展", .by_default = true},
	{.key = "announcement", .name = "服务公告", .by_default = true},
	{.key = "promotion", .name = "活动推广"},
};

err notice_topic(struct ctx *c, const struct message *m, const char **ret_topic, bool *ret_mandatory)
{
	struct announcement a;

	*ret_topic = m->kind;
	/* an incident or an end: the law has it told; a publication: done with one's own data; a login:
	 * perhaps by someone else; a request: one's own */
	*ret_mandatory = has_own_words(m->kind) || strcmp(m->kind, "publication") == 0 ||
			 strcmp(m->kind, "ward_use") == 0 || strcmp(m->kind, "login") == 0 ||
			 strcmp(m->kind, "request") == 0;
	if (strcmp(m->kind, "announcement") != 0)
		return OK;
	TRY(announcement_get(c, m->ref_id, &a));
	*ret_topic = a.promotional ? "promotion" : "announcement";
	*ret_mandatory = a.mandatory;
	return OK;
}

/* Where only optional messages can be unsubscribed, the notice of a version cannot (TJ-8.2.b). */
static bool is_optional(const struct ctx *c, const char *topic)
{
	const char *rule = city_text(c->release, "message.unsubscribe");

	return strcmp(topic, "policy") != 0 || (rule && strcmp(rule, "all") == 0);
}

struct wishes {
	struct topic topics[TOPICS];
};

static err wish_row(struct ctx *c, const struct row *r, void *arg)
{
	struct wishes *w = arg;

	(void)c;
	for (size_t i = 0; i < TOPICS; i++)
		if (slice_is(row_text(r, 0), w->topics[i].key))
			w->topics[i].subscribed = row_int(r, 1) != 0;
	return OK;
}

static bool promotes(const char *topic)
{
	return strcmp(topic, "promotion") == 0;
}

/* No promotion goes to a child below minor.strict_age, whatever was asked for (PIPL 31). */
static err promotion_allowed(struct ctx *c, int64_t subject_id, bool *ret)
{
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	*ret = !f.child;
	return OK;
}

static err wishes_load(struct ctx *c, int64_t subject_id, struct wishes *ret)
{
	for (size_t i = 0; i < TOPICS; i++) {
		ret->topics[i] = notice_topics[i];
		ret->topics[i].subscribed = notice_topics[i].by_default;
		ret->topics[i].optional = is_optional(c, notice_topics[i].key);
	}
	TRY(store_rows(c, c->store, Q_SUBSCRIPTION_LIST, PARAMS(P_INT(subject_id)), wish_row, ret));
	for (size_t i = 0; i < TOPICS; i++)
		if (promotes(ret->topics[i].key) && ret->topics[i].subscribed)
			TRY(promotion_allowed(c, subject_id, &ret->topics[i].subscribed));
	return OK;
}

err subscription_list(struct ctx *c, int64_t subject_id, topic_fn fn, void *arg)
{
	struct wishes w;

	TRY(wishes_load(c, subject_id, &w));
	for (size_t i = 0; i < TOPICS; i++)
		TRY(fn(c, &w.topics[i], arg));
	return OK;
}

err notice_subscribed(struct ctx *c, int64_t subject_id, const char *topic, bool *ret)
{
	struct wishes w;

	TRY(wishes_load(c, subject_id, &w));
	*ret = false;
	for (size_t i = 0; i < TOPICS; i++)
		if (strcmp(w.topics[i].key, topic) == 0)
			*ret = w.topics[i].subscribed || !w.topics[i].optional;
	return OK;
}

struct wish {
	int64_t subject_id;
	const char *topic;
	bool subscribed;
};

static err set_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct wish *w = arg;

	return tx_exec(c, tx, Q_SUBSCRIPTION_PUT,
		       PARAMS(P_INT(w->subject_id), P_STR(w->topic), P_INT(w->subscribed), P_INT(c->now_ms)),
		       NULL);
}

static const struct topic *find_topic(const char *key)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (strcmp(notice_topics[i].key, key) == 0)
			return &notice_topics[i];
	return NULL;
}

err subscription_set(struct ctx *c, int64_t subject_id, const char *topic, bool subscribed)
{
	const struct topic *t = find_topic(topic);
	struct wish w = {subject_id, topic, subscribed};
	bool allowed = true;
	struct head h;

	if (!t)
		FAIL(c, ERR_NOT_FOUND, "没有这类消息");
	if (subscribed && promotes(topic))
		TRY(promotion_allowed(c, subject_id, &allowed));
	if (!allowed)
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.guardian"),
			      "未满%lld周岁，不发送推广信息",
			      (long long)city_int(c->release, "minor.strict_age", 14));
	if (!subscribed && !is_optional(c, topic))
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.message"),
			      "这类通知与服务直接有关，不能退订");
	struct entry e = {
		.action = subscribed ? ENTRY_CHANGE : ENTRY_WITHDRAW,
		.basis = "own_request",
		.decision = "allowed",
		.note = arena_printf(c->arena, "%s消息：%s", subscribed ? "订阅" : "退订", t->name)};
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, set_rows, &w, NULL);
}

/* ---- push tokens ---- */

void notice_refused(struct ctx *c, struct head *h, const struct gate_request *q)
{
	struct failure kept = c->failure;
	struct entry e = {
		.action = ENTRY_REFUSE,
		.service = q->service->key,
		.purpose = q->purpose->key,
		.recipient = q->recipient ? q->recipient->key : NULL,
		.items = q->items,
		.decision = kept.reason ? kept.reason : "refused",
		.clause = kept.clause,
	};

	/* The refusal stands even when its entry cannot be written: nothing was taken or sent. */
	(void)!failed(ledger_write(c, h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	c->failure = kept;
}

struct targeting {
	int64_t subject_id;
	const char *sdk;
};

/* The token ends with the session; the job finds those of people who never come back. */
static err target_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct targeting *t = arg;
	int64_t subject_id = t->subject_id, life_hours = city_int(c->release, "session.life_hours", 12);

	TRY(tx_exec(c, tx, Q_PUSH_TARGET_PUT,
		    PARAMS(P_INT(subject_id), P_INT(c->installation_id), P_INT(c->session_id),
			   P_INT(c->now_ms), P_STR(t->sdk)),
		    NULL));
	return job_add(c, tx, "sessions_sweep", subject_id, 0, c->now_ms + life_hours * 3600 * 1000, NULL);
}

static err push_item(struct ctx *c, const struct service **ret_service, const struct item **ret_item)
{
	*ret_service = release_service(c->release, "push_message");
	*ret_item = release_item(c->release, "push_token");
	if (!*ret_service || !*ret_item)
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.permission"),
			      "本市没有开通消息推送");
	return OK;
}

err push_register(struct ctx *c, int64_t subject_id, const char *platform, const char *sdk,
		  struct slice token)
{
	struct targeting t = {subject_id, sdk ? sdk : ""};
	struct gate_request q = {.action = GATE_COLLECT, .now_ms = c->now_ms};
	struct vault_value value = {.origin = "sensor"};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(push_item(c, &q.service, &value.item));
	TRY(item_normal(c, value.item, token, &value.value));
	q.purpose = q.service->purpose;
	itemset_add(&q.items, value.item->number);
	q.sensed = q.items;
	TRY(facts_load(c, subject_id, &f, &h));
	struct push_way way = {sdk, platform, q.service->recipient};
	err e = sdk_push_allowed(c, subject_id, &f, &way);
	if (!failed(e))
		e = gate_decide(c, c->release, &f, &q, &permit);
	if (e.code == ERR_REFUSED)
		notice_refused(c, &h, &q);
	TRY(e);
	return vault_collect(c, permit, &h, c->installation_id, "account", &value, 1, target_rows, &t);
}

struct forgetting {
	struct vault_deletion deletion;
};

static err forget_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct forgetting *f = arg;

	TRY(vault_delete_rows(c, tx, &f->deletion));
	return tx_exec(c, tx, Q_PUSH_TARGET_DELETE,
		       PARAMS(P_INT(f->deletion.subject_id), P_INT(c->installation_id)), NULL);
}

err push_forget(struct ctx *c, int64_t subject_id)
{
	const struct service *s;
	const struct item *item;
	struct itemset items = {0};
	struct head h;

	TRY(push_item(c, &s, &item));
	itemset_add(&items, item->number);
	struct forgetting f = {{subject_id, c->installation_id, &items}};
	struct entry e = {.action = ENTRY_DELETE,
			  .service = s->key,
			  .items = items,
			  .basis = "own_request",
			  .decision = "allowed",
			  .note = "关闭本设备的消息推送"};
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, forget_rows, &f, NULL);
}

struct targets {
	int64_t installations[TARGETS_MAX];
	size_t count;
};

static err ending_target_row(struct ctx *c, const struct row *r, void *arg)
{
	struct targets *t = arg;

	(void)c;
	if (t->count < TARGETS_MAX)
		t->installations[t->count++] = row_int(r, 0);
	return OK;
}

/* The token of a device that gets nothing any more serves nobody (TJ-4.2.1.c). */
static err forget_tokens(struct ctx *c, struct tx *tx, int64_t subject_id, const struct targets *t)
{
	const struct item *item = release_item(c->release, "push_token");
	struct itemset items = {0};

	if (!item)
		return OK;
	itemset_add(&items, item->number);
	for (size_t i = 0; i < t->count; i++) {
		struct vault_deletion one = {subject_id, t->installations[i], &items};
		TRY(vault_delete_rows(c, tx, &one));
	}
	return OK;
}

err push_session_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			  int64_t except)
{
	struct targets t = {0};

	TRY(tx_rows(c, tx, Q_PUSH_TARGET_OF_SESSIONS,
		    PARAMS(P_INT(subject_id), P_INT(session_id), P_INT(except)), ending_target_row, &t));
	TRY(forget_tokens(c, tx, subject_id, &t));
	return tx_exec(c, tx, Q_PUSH_TARGET_SESSION_END,
		       PARAMS(P_INT(subject_id), P_INT(session_id), P_INT(except)), NULL);
}
