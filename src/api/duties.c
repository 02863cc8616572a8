/* Organisational duties in the console: what is due, what was done, by which document. */
#include "ops/duties.h"
#include "api/staff.h"

static void put_status(struct api_call *k, const struct duty_status *d)
{
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", d->duty->key);
	json_put_text(&k->out, "name", d->duty->name);
	json_put_text(&k->out, "evidence", d->duty->evidence);
	json_put_int(&k->out, "every_days", d->duty->every_days);
	json_put_bool(&k->out, "each_staff", d->duty->each_staff);
	json_put_text(&k->out, "clause", d->duty->clause);
	json_put_text(&k->out, "state", duty_state_word(d->state));
	json_put_time(&k->out, "done_on", d->done_on_ms);
	json_put_time(&k->out, "due_on", d->due_on_ms);
	json_key(&k->out, "missing");
	json_open(&k->out, '[');
	for (size_t i = 0; i < d->missing_count; i++)
		json_text(&k->out, d->missing[i]);
	json_close(&k->out, ']');
	json_close(&k->out, '}');
}

static err put_staff(struct ctx *c, const struct staff *s, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	if (strcmp(s->role, STAFF_HOTLINE_AGENT) != 0)
		return OK;
	json_open(&k->out, '{');
	json_put_text(&k->out, "login", s->login);
	json_put_text(&k->out, "name", s->name);
	json_close(&k->out, '}');
	return OK;
}

static err duties_get(struct api_call *k)
{
	struct duty_status *all;
	size_t count;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(duties_status(k->c, &all, &count));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++)
		put_status(k, &all[i]);
	json_close(&k->out, ']');
	json_key(&k->out, "staff");
	json_open(&k->out, '[');
	TRY(staff_list(k->c, put_staff, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static void put_record(struct json *j, const struct duty_record *r)
{
	json_open(j, '{');
	json_put_id(j, "id", r->id);
	json_put_time(j, "done_on", r->done_on_ms);
	json_put_text(j, "staff", *r->staff ? r->staff : NULL);
	json_put_text(j, "note", r->note);
	json_put_text(j, "document", r->document);
	json_put_text(j, "recorded_by", r->recorded_by);
	json_put_time(j, "recorded_at", r->recorded_at_ms);
	json_close(j, '}');
}

static err list_record(struct ctx *c, const struct duty_record *r, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	put_record(&k->out, r);
	return OK;
}

static err records_get(struct api_call *k)
{
	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(duty_records(k->c, arena_copy(k->c->arena, k->q->params[0]), list_record, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err record_post(struct api_call *k)
{
	struct duty_record r = {.duty = arena_copy(k->c->arena, k->q->params[0]),
				.staff = api_office_text(k, "staff"),
				.note = api_office_text(k, "note"),
				.document = api_office_text(k, "document")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_day(k, "done_on", &r.done_on_ms));
	TRY(duty_record_add(k->c, api_staff_of(k)->name, &r));
	put_record(&k->out, &r);
	return OK;
}

#define RECORD                                                                                               \
	"{id: id, done_on: time, staff?: text, note: text, document: text, recorded_by: text, recorded_at: " \
	"time}"

const struct api_route api_duty_routes[] = {
	{"GET", "/api/v1/staff/duties", duties_get, API_STAFF, 0, "staff_duties", "合规职责和到期情况",
	 .answer = "{items: [{key: text, name: text, evidence: text, every_days: int, each_staff: bool,"
		   " clause: text, state: current|soon|expired|event, done_on?: time, due_on?: time,"
		   " missing: [text]}], staff: [{login: text, name: text}]}"},
	{"GET", "/api/v1/staff/duties/{key}/records", records_get, API_STAFF, 0, "staff_duty_records",
	 "一项职责的履行记录，新的在前", .answer = "{items: [" RECORD "]}"},
	{"POST", "/api/v1/staff/duties/{key}/records", record_post, API_STAFF, API_CREATES,
	 "staff_duty_record", "登记一次履行",
	 .body = "{done_on: text, document: text, note?: text, staff?: text}", .answer = RECORD,
	 .status = 201},
	{0},
};
