/* What an unusual login leaves, and what the person can do about it (NT-1.3.b). */
#include "base/id.h"
#include "identity/login/risk.h"
#include "notify/notices.h"
#include "notify/notify.h"

enum { QUIET_MS = 3600 * 1000, SMS_LIFE_MS = 24 * 3600 * 1000, DAY_MS = 24 * 3600 * 1000 };

static const struct {
	const char *reason, *name;
} reasons[] = {
	{"new_device", "没有用过的设备"},
	{"new_place", "没有用过的网络"},
	{"failures", "此前多次输错密码"},
	{"flagged", "有关部门提示有风险"},
};

const char *risk_reason_name(const char *reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].reason, reason) == 0)
			return reasons[i].name;
	return reason;
}

/* The network without the part that names the machine. */
static const char *place_text(struct ctx *c, const char *address)
{
	const char *last = strrchr(address, '.');

	if (last && !strchr(address, ':'))
		return arena_printf(c->arena, "网络地址%.*s.*", (int)(last - address), address);
	size_t n = 0, groups = 0;
	for (; address[n] && groups < 3; n++)
		groups += address[n] == ':';
	return arena_printf(c->arena, "网络地址%.*s*", (int)n, address);
}

static const char *platform_name(const char *platform)
{
	if (platform && strcmp(platform, "android") == 0)
		return "安卓设备";
	return platform && strcmp(platform, "ios") == 0 ? "苹果设备" : "网页浏览器";
}

static const char *reasons_text(struct ctx *c, const struct risk *r)
{
	const char *text = "";

	for (size_t i = 0; i < r->reason_count; i++)
		text = arena_printf(c->arena, "%s%s%s", text, *text ? "、" : "",
				    risk_reason_name(r->reasons[i]));
	return text;
}

/* ---- raising ---- */

struct alert {
	int64_t subject_id, id, ends_at_ms;
	const char *platform, *place, *device, *why;
};

static err alert_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct login_alert *)arg = (struct login_alert){.id = row_int(r, 0),
							  .installation_id = row_int(r, 1),
							  .platform = row_copy(c, r, 2),
							  .state = row_copy(c, r, 3),
							  .at_ms = row_int(r, 4)};
	return OK;
}

static err insert_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct alert *a = arg;

	TRY(tx_exec(c, tx, Q_LOGIN_ALERT_INSERT,
		    PARAMS(P_INT(a->subject_id), P_INT(a->id), P_INT(c->installation_id), P_STR(a->platform),
			   P_INT(c->now_ms)),
		    NULL));
	if (a->ends_at_ms)
		TRY(job_add(c, tx, "retention_end", a->subject_id, 0, a->ends_at_ms, NULL));
	return message_rows(c, tx, a->subject_id, a->id, "login", a->id);
}

/* Place, device and reasons are kept sealed for the days of the category, by the gate's leave. */
static err collect(struct ctx *c, struct alert *a)
{
	const struct service *s = release_service(c->release, "account_safety");
	const struct {
		const char *item, *value;
	} parts[] = {{"access_log", a->place}, {"device_info", a->device}, {"security_state", a->why}};
	struct vault_value values[3];
	struct permit *permit = NULL;
	struct itemset items = {0};
	struct facts f;
	struct head h;
	size_t n = 0;

	if (!s)
		return refuse(c, "not_declared", NULL, "未声明账号安全服务");
	a->ends_at_ms = c->now_ms + (int64_t)s->category->retention_days * DAY_MS;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct item *item = release_item(c->release, parts[i].item);
		if (!item || !itemset_has(&s->items, item->number))
			continue;
		itemset_add(&items, item->number);
		values[n++] = (struct vault_value){item, slice_of(parts[i].value), "request", a->ends_at_ms};
	}
	TRY(facts_load(c, a->subject_id, &f, &h));
	TRY(typed_permit(c, &f, GATE_COLLECT, s, NULL, items, &permit));
	return vault_collect(c, permit, &h, a->id, "account", values, n, insert_rows, a);
}

/* The one who logs in may hold the inbox: a short message reaches the person elsewhere. */
static err send_sms(struct ctx *c, const struct alert *a)
{
	struct sms_draft draft;
	struct entry entry;
	struct slice phone;
	struct head head;
	char at[TIME_TEXT_SIZE];

	time_text(c->now_ms, at);
	const char *text =
		arena_printf(c->arena,
			     "【%s】您的账号在%.10s "
			     "%.5s有一次异常登录：%s，%s。如果不是您本人，请在应用的“消息”中阻止这台设备。",
			     city_text(c->release, "name"), at, at + 11, a->device, a->place);
	TRY(own_phone(c, a->subject_id, "异常登录提醒", &phone));
	TRY(sms_prepare(c, phone, slice_of(text), c->now_ms + SMS_LIFE_MS, &draft));
	TRY(sms_share_entry(c, a->subject_id, &entry, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, sms_draft_rows, &draft, NULL);
}

err alert_raise(struct ctx *c, int64_t subject_id, const char *platform, const char *address,
		const struct risk *r)
{
	struct alert a = {.subject_id = subject_id,
			  .id = id_new(c->now_ms),
			  .platform = platform ? platform : "web",
			  .place = place_text(c, address),
			  .device = platform_name(platform),
			  .why = reasons_text(c, r)};
	struct login_alert earlier = {0};

	TRY(store_rows(c, c->store, Q_LOGIN_ALERT_RECENT,
		       PARAMS(P_INT(subject_id), P_INT(c->installation_id), P_INT(c->now_ms - QUIET_MS)),
		       alert_row, &earlier));
	if (earlier.id)
		return OK;
	err e = collect(c, &a);
	if (e.code == ERR_REFUSED || e.code == ERR_STALE) { /* then without place and device */
		failure_clear(c);
		a.ends_at_ms = 0;
		e = store_write(c, c->store, insert_rows, &a);
	}
	TRY(e);
	e = send_sms(c, &a);
	if (e.code == ERR_REFUSED || e.code == ERR_CONFLICT) { /* no number, or none that may be used */
		failure_clear(c);
		return OK;
	}
	return e;
}

err alert_pass_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_LOGIN_ALERT_PASS,
		       PARAMS(P_INT(subject_id), P_INT(c->installation_id), P_INT(c->now_ms - QUIET_MS)),
		       NULL);
}

/* ---- reading ---- */

struct listing {
	login_alert_fn fn;
	void *arg;
};

static err list_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct listing *l = arg;
	struct login_alert a;

	TRY(alert_row(c, r, &a));
	return l->fn(c, &a, l->arg);
}

err login_alert_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, login_alert_fn fn,
		     void *arg)
{
	return store_rows(c, c->store, Q_LOGIN_ALERT_LIST,
			  PARAMS(P_INT(subject_id), P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)),
			  list_row, &(struct listing){fn, arg});
}

static err find(struct ctx *c, int64_t subject_id, int64_t id, struct login_alert *ret)
{
	*ret = (struct login_alert){0};
	TRY(store_rows(c, c->store, Q_LOGIN_ALERT_GET, PARAMS(P_INT(subject_id), P_INT(id)), alert_row, ret));
	if (!ret->id)
		FAIL(c, ERR_NOT_FOUND, "没有这次登录的记录");
	return OK;
}

static const char *value_of(struct ctx *c, const struct released *values, const char *item)
{
	const struct vault_value *v = released_get(values, item);

	return v ? arena_copy(c->arena, v->value) : NULL;
}

/* What was sealed is read like anything else of the person's: with an entry. */
static err read_details(struct ctx *c, int64_t subject_id, struct login_alert *a)
{
	const struct service *s = release_service(c->release, "account_safety");
	const struct service *mine = release_service(c->release, "my_information");
	RELEASED_SCOPED values = {0};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!s || !mine)
		return OK;
	TRY(facts_load(c, subject_id, &f, &h));
	err e = typed_permit(c, &f, GATE_READ, mine, NULL, s->items, &permit);
	if (e.code == ERR_REFUSED) { /* of a minor, without a second check: the row alone */
		failure_clear(c);
		return OK;
	}
	TRY(e);
	TRY(vault_release(c, permit, &h, a->id, "查看异常登录的详情", &values));
	a->place = value_of(c, &values, "access_log");
	a->device = value_of(c, &values, "device_info");
	a->reasons = value_of(c, &values, "security_state");
	return OK;
}

err login_alert_get(struct ctx *c, int64_t subject_id, int64_t id, struct login_alert *ret)
{
	TRY(find(c, subject_id, id, ret));
	return read_details(c, subject_id, ret);
}

/* ---- blocking ---- */

struct blocking {
	int64_t subject_id;
	const struct login_alert *alert;
	bool block;
};

static err block_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct blocking *b = arg;

	TRY(own_device_block_rows(c, tx, b->subject_id, b->alert->installation_id, b->block));
	return tx_exec(c, tx, Q_LOGIN_ALERT_STATE,
		       PARAMS(P_INT(b->subject_id), P_INT(b->alert->installation_id),
			      P_STR(b->block ? "blocked" : "stopped")),
		       NULL);
}

static err write_block(struct ctx *c, const struct blocking *b)
{
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = city_text(c->release, "risk.clause.alert"),
			      .note = b->block ? "阻止一台设备登录，其会话已结束" : "取消对一台设备的阻止",
			      .ref_id = b->alert->id};
	struct head head;

	TRY(ledger_head(c, c->store, b->subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, block_rows, (void *)b, NULL);
}

err login_alert_block(struct ctx *c, int64_t subject_id, int64_t id)
{
	struct login_alert a;

	TRY(find(c, subject_id, id, &a));
	if (a.installation_id == c->installation_id)
		FAIL(c, ERR_CONFLICT, "这是您正在使用的设备，不能阻止");
	if (strcmp(a.state, "blocked") == 0)
		return OK;
	return write_block(c, &(struct blocking){subject_id, &a, true});
}

err login_alert_unblock(struct ctx *c, int64_t subject_id, int64_t id)
{
	struct login_alert a;
	struct facts f;
	struct head h;

	TRY(find(c, subject_id, id, &a));
	TRY(facts_load(c, subject_id, &f, &h));
	if (f.second_check_until_ms <= c->now_ms) {
		err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
			       "取消阻止前，请再次验证本人身份");
		refuse_next(c, "confirm_again", NULL);
		return e;
	}
	if (strcmp(a.state, "blocked") != 0)
		return OK;
	return write_block(c, &(struct blocking){subject_id, &a, false});
}

/* ---- the end of the account ---- */

static err forget_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg;

	TRY(own_device_forget_rows(c, tx, subject_id));
	return tx_exec(c, tx, Q_LOGIN_ALERT_CLEAR, PARAMS(P_INT(subject_id)), NULL);
}

err logins_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t subject_id = j->subject_id;

	(void)ret_again_at_ms;
	return store_write(c, c->store, forget_rows, &subject_id);
}
