/* Outages and containment in the console (TJ-5.4.c, TJ-5.5.b). */
#include "ops/containment.h"
#include "api/staff.h"

static const char *authority_name(const struct api_call *k, const char *authority)
{
	const struct recipient *r = release_recipient(k->c->release, authority);

	return r ? r->name : strcmp(authority, "sms") == 0 ? "短信通道" : authority;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err write_outage(struct ctx *c, const struct outage *o, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;

	(void)c;
	if (!api_page_row(&l->page, o->id))
		return OK;
	json_open(j, '{');
	json_put_id(j, "id", o->id);
	json_put_text(j, "authority", o->authority);
	json_put_text(j, "name", authority_name(l->k, o->authority));
	json_put_text(j, "cause", o->cause);
	json_put_text(j, "cause_name", outage_cause_name(o->cause));
	json_put_int(j, "failures", o->failures);
	json_put_time(j, "opened_at", o->opened_at_ms);
	json_put_time(j, "last_at", o->last_at_ms);
	json_put_time(j, "recovered_at", o->recovered_at_ms);
	json_put_text(j, "classed_by", *o->classed_by ? o->classed_by : NULL);
	json_put_text(j, "note", *o->note ? o->note : NULL);
	json_close(j, '}');
	return OK;
}

static err outages_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(outage_list(k->c, l.page.before, l.page.limit + 1, write_outage, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err outage_put(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	return outage_class(k->c, id, api_office_text(k, "cause"), api_office_text(k, "note"),
			    api_staff_of(k)->name);
}

static err write_cut(struct ctx *c, const struct cut *cut, const char *action, void *arg)
{
	struct api_call *k = arg;
	struct json *j = &k->out;

	(void)c;
	json_open(j, '{');
	if (cut->record_id)
		json_put_id(j, "id", cut->record_id);
	json_put_text(j, "kind", cut->kind);
	json_put_text(j, "key", cut->key);
	json_put_text(j, "name",
		      strcmp(cut->kind, "connector") == 0 ? authority_name(k, cut->key) : cut->key);
	json_put_text(j, "action", action ? action : "cut");
	json_put_text(j, "reason", cut->reason);
	json_put_text(j, "by", cut->by);
	json_put_time(j, "at", cut->at_ms);
	json_close(j, '}');
	return OK;
}

static void put_connectors(struct api_call *k)
{
	const struct release *r = k->c->release;

	json_key(&k->out, "connectors");
	json_open(&k->out, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++) {
		const struct recipient *to = release_recipient_at(r, i);
		json_named(&k->out, to->key, to->name);
	}
	json_close(&k->out, ']');
}

static err write_staff(struct ctx *c, const struct staff *s, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	json_named(&k->out, s->login, s->name);
	return OK;
}

static err cuts_get(struct api_call *k)
{
	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(cut_list(k->c, write_cut, k));
	json_close(&k->out, ']');
	put_connectors(k);
	json_key(&k->out, "staff");
	json_open(&k->out, '[');
	TRY(staff_list(k->c, write_staff, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err write_record(struct ctx *c, const struct cut *cut, const char *action, void *arg)
{
	struct listing *l = arg;

	return api_page_row(&l->page, cut->record_id) ? write_cut(c, cut, action, l->k) : OK;
}

static err records_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(cut_record_list(k->c, l.page.before, l.page.limit + 1, write_record, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err cut_post(struct api_call *k)
{
	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	return contain_cut(k->c, api_staff_of(k), api_office_text(k, "kind"), api_office_text(k, "key"),
			   api_office_text(k, "reason"));
}

static err lift_post(struct api_call *k)
{
	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	return contain_lift(k->c, api_staff_of(k), api_office_text(k, "kind"), api_office_text(k, "key"),
			    api_office_text(k, "reason"));
}

#define CUT "kind: text, key: text, name: text, action: cut|lift, reason: text, by: text, at: time"
#define NAMES "[{key: text, name: text}]"

const struct api_route api_outage_routes[] = {
	{"GET", "/api/v1/staff/outages", outages_get, API_STAFF, 0, "staff_outages", "连接中断和恢复的记录",
	 .answer = "{items: [{id: id, authority: text, name: text, cause: text, cause_name: text, failures: "
		   "int, "
		   "opened_at: time, last_at: time, recovered_at?: time, classed_by?: text, note?: text}], "
		   "next?: text}",
	 .query = "cursor limit"},
	{"PUT", "/api/v1/staff/outages/{id}", outage_put, API_STAFF, 0, "staff_outage_class",
	 "登记中断的原因和处置", .body = "{cause: text, note: text}", .status = 204},
	{0},
};

const struct api_route api_cut_routes[] = {
	{"GET", "/api/v1/staff/cuts", cuts_get, API_STAFF, 0, "staff_cuts", "已切断的连接、岗位",
	 .answer = "{items: [{" CUT "}], connectors: " NAMES ", staff: " NAMES "}"},
	{"GET", "/api/v1/staff/cuts/records", records_get, API_STAFF, 0, "staff_cut_records",
	 "切断和恢复的记录，新的在前", .answer = "{items: [{id: id, " CUT "}], next?: text}",
	 .query = "cursor limit"},
	{"POST", "/api/v1/staff/cuts", cut_post, API_STAFF, 0, "staff_cut",
	 "立即切断一个连接、岗位或者一人的会话",
	 .body = "{kind: connector|role|session, key: text, reason: text}", .status = 204},
	{"POST", "/api/v1/staff/cuts/lift", lift_post, API_STAFF, 0, "staff_cut_lift",
	 "恢复已切断的连接或者岗位", .body = "{kind: connector|role, key: text, reason: text}",
	 .status = 204},
	{0},
};
