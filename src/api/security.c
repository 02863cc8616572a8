/* How data are protected: for everybody, and what officers keep on record of it. */
#include "api/attempts.h"
#include "api/staff.h"
#include "ops/duties.h"

/* ---- for everybody ---- */

static err put_controls(struct api_call *k)
{
	struct security_control *list;
	struct json *j = &k->out;
	size_t count;

	TRY(security_controls(k->c, &list, &count));
	json_key(j, "controls");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(j, '{');
		json_put_text(j, "key", list[i].key);
		json_put_text(j, "name", list[i].name);
		json_put_text(j, "standard", list[i].standard);
		json_put_text(j, "phase", list[i].phase);
		json_put_text(j, "state", list[i].state);
		json_put_text(j, "detail", list[i].detail);
		json_put_time(j, "checked_at", list[i].checked_at_ms);
		json_close(j, '}');
	}
	json_close(j, ']');
	return OK;
}

static err put_attempts(struct api_call *k)
{
	int64_t sums[ATTEMPT_KINDS];

	TRY(attempts_flush(k->api, k->c));
	TRY(attempts_sum(k->c, sums));
	json_key(&k->out, "attempts");
	json_open(&k->out, '[');
	for (int i = 0; i < ATTEMPT_KINDS; i++) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "kind", attempt_key((enum attempt)i));
		json_put_text(&k->out, "name", attempt_name((enum attempt)i));
		json_put_int(&k->out, "count", sums[i]);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	return OK;
}

static void put_filing(struct api_call *k, const struct security_filing *f)
{
	struct json *j = &k->out;

	json_key(j, "filing");
	if (!f->id) {
		json_none(j);
		return;
	}
	json_open(j, '{');
	json_put_int(j, "level", f->level);
	json_put_text(j, "number", f->number);
	json_put_time(j, "filed_on", f->filed_on_ms);
	json_put_time(j, "assessed_on", f->assessed_on_ms);
	json_put_time(j, "valid_until", f->valid_until_ms);
	json_put_bool(j, "expired", f->valid_until_ms <= k->c->now_ms);
	json_close(j, '}');
}

static err put_public(struct api_call *k, struct security_filing *ret_filing)
{
	TRY(security_filing_last(k->c, ret_filing));
	json_put_int(&k->out, "level", city_int(k->c->release, "security.level", 0));
	put_filing(k, ret_filing);
	TRY(put_controls(k));
	return put_attempts(k);
}

static err security_get(struct api_call *k)
{
	struct security_filing filing;

	json_open(&k->out, '{');
	TRY(put_public(k, &filing));
	json_close(&k->out, '}');
	return OK;
}

/* ---- the console ---- */

/* Rules, workflow and unit (TJ-5.3.a): each step has its owner, or the city is not loaded. */
static void put_organisation(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;
	size_t count = 0;
	const char *const *list = city_list(r, "security.rules", &count);

	json_key(j, "organisation");
	json_open(j, '{');
	json_put_text(j, "unit", city_text(r, "security.unit"));
	json_key(j, "rules");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++)
		json_text(j, list[i]);
	json_close(j, ']');
	json_key(j, "workflow");
	json_open(j, '[');
	list = city_list(r, "security.workflow", &count);
	for (size_t i = 0; i < count; i++) {
		struct arena *a = k->c->arena;
		json_open(j, '{');
		json_put_text(j, "key", list[i]);
		json_put_text(j, "name", city_text(r, arena_printf(a, "security.workflow.%s.name", list[i])));
		json_put_text(j, "owner",
			      city_text(r, arena_printf(a, "security.workflow.%s.owner", list[i])));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_breach(struct json *j, const struct breach *b)
{
	json_open(j, '{');
	json_put_id(j, "id", b->id);
	json_put_text(j, "login", b->login);
	json_put_text(j, "facts", b->facts);
	json_put_text(j, "opened_by", b->opened_by);
	json_put_time(j, "opened_at", b->opened_at_ms);
	json_put_text(j, "outcome", *b->outcome ? b->outcome : NULL);
	json_put_text(j, "note", b->note);
	json_put_text(j, "closed_by", *b->closed_by ? b->closed_by : NULL);
	json_put_time(j, "closed_at", b->closed_at_ms);
	json_close(j, '}');
}

static err list_breach(struct ctx *c, const struct breach *b, void *arg)
{
	(void)c;
	put_breach(arg, b);
	return OK;
}

static err list_account(struct ctx *c, const struct staff *s, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "login", s->login);
	json_put_text(j, "name", s->name);
	json_close(j, '}');
	return OK;
}

/* An assessment that is missing or over is an alert (TJ-5.1.f). */
static void put_alerts(struct api_call *k, const struct security_filing *f)
{
	int64_t level = city_int(k->c->release, "security.level", 0);

	json_key(&k->out, "alerts");
	json_open(&k->out, '[');
	if (level && !f->id)
		json_text(&k->out, "等级保护备案还没有登记");
	else if (level && f->valid_until_ms <= k->c->now_ms)
		json_text(&k->out, "等级保护测评已经过期，请重新测评并登记");
	json_close(&k->out, ']');
}

static err staff_get(struct api_call *k)
{
	struct security_filing filing;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	json_open(&k->out, '{');
	TRY(put_public(k, &filing));
	put_alerts(k, &filing);
	put_organisation(k);
	json_key(&k->out, "breaches");
	json_open(&k->out, '[');
	TRY(breach_list(k->c, list_breach, &k->out));
	json_close(&k->out, ']');
	json_key(&k->out, "staff");
	json_open(&k->out, '[');
	TRY(staff_list(k->c, list_account, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err check_post(struct api_call *k)
{
	const struct security_env *env = api_options(k->api)->security;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(security_check(k->c, env ? env : &(struct security_env){0}));
	json_open(&k->out, '{');
	TRY(put_controls(k));
	json_close(&k->out, '}');
	return OK;
}

static err filing_post(struct api_call *k)
{
	struct security_filing f = {.level = json_integer_value(json_object_get(k->body, "level")),
				    .number = api_office_text(k, "number")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_day(k, "filed_on", &f.filed_on_ms));
	TRY(api_office_day(k, "assessed_on", &f.assessed_on_ms));
	TRY(api_office_day(k, "valid_until", &f.valid_until_ms));
	TRY(security_filing_add(k->c, api_staff_of(k), &f));
	json_open(&k->out, '{');
	put_filing(k, &f);
	json_close(&k->out, '}');
	return OK;
}

static err breach_post(struct api_call *k)
{
	struct breach b;

	TRY(breach_open(k->c, api_staff_of(k), api_office_text(k, "login"), api_office_text(k, "facts"), &b));
	put_breach(&k->out, &b);
	return OK;
}

static err breach_close_post(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	return breach_close(k->c, api_staff_of(k), id, api_office_text(k, "outcome"),
			    api_office_text(k, "note"));
}

#define CONTROLS                                                                                             \
	"controls: [{key: text, name: text, standard: text, phase: text, state: pass|fail|unchecked, "       \
	"detail: text, checked_at?: time}]"
#define FILING                                                                                               \
	"filing?: {level: int, number: text, filed_on: time, assessed_on: time, valid_until: time, "         \
	"expired: bool}"
#define PUBLIC "level: int, " FILING ", " CONTROLS ", attempts: [{kind: text, name: text, count: int}]"
#define BREACH                                                                                               \
	"{id: id, login: text, facts: text, opened_by: text, opened_at: time, outcome?: text, note: text, "  \
	"closed_by?: text, closed_at?: time}"

const struct api_route api_security_routes[] = {
	{"GET", "/api/v1/security", security_get, API_ANYONE, 0, "security_get",
	 "安全措施、所依标准和自查结果；等级保护备案；被拒绝的越权尝试的数量", .answer = "{" PUBLIC "}"},
	{"GET", "/api/v1/staff/security", staff_get, API_STAFF, 0, "staff_security",
	 "安全措施和自查结果，制度、流程和负责单位，追责",
	 .answer = "{" PUBLIC ", alerts: [text], organisation: {unit?: text, rules: [text], workflow: [{key: "
		   "text, name: text, owner: text}]}, breaches: [" BREACH "], staff: [{login: text, name: "
		   "text}]}"},
	{"POST", "/api/v1/staff/security/checks", check_post, API_STAFF, API_SLOW, "staff_security_check",
	 "现在自查", .body = "{}", .answer = "{" CONTROLS "}"},
	{"POST", "/api/v1/staff/security/filings", filing_post, API_STAFF, API_CREATES,
	 "staff_security_filing", "登记等级保护备案",
	 .body = "{level: int, number: text, filed_on: text, assessed_on: text, valid_until: text}",
	 .answer = "{" FILING "}", .status = 201},
	{"POST", "/api/v1/staff/security/breaches", breach_post, API_STAFF, API_CREATES,
	 "staff_security_breach", "登记违反保密协议：立案并停用账号", .body = "{login: text, facts: text}",
	 .answer = BREACH, .status = 201},
	{"POST", "/api/v1/staff/security/breaches/{id}/close", breach_close_post, API_STAFF, 0,
	 "staff_security_breach_close", "办结追责，写明处理结果", .body = "{outcome: text, note: text}",
	 .status = 204},
	{0},
};
