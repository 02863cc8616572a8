/* Events of security in the console (TJ-1.2.1.4.c, TJ-1.2.1.4.d). */
#include "account/watch.h"
#include "api/staff.h"

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err write_event(struct ctx *c, const struct watched *w, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;

	(void)c;
	if (!api_page_row(&l->page, w->id))
		return OK;
	json_open(j, '{');
	json_put_id(j, "id", w->id);
	json_put_text(j, "kind", w->kind);
	json_put_text(j, "kind_name", watch_kind_name(w->kind));
	json_put_text(j, "rule", w->rule);
	json_put_text(j, "rule_name", watch_rule_name(w->rule));
	json_put_text(j, "measure", w->measure);
	json_put_text(j, "measure_name", watch_measure_name(w->measure));
	json_put_text(j, "source", *w->source ? w->source : NULL);
	json_put_int(j, "count", w->count);
	json_put_time(j, "first_at", w->first_at_ms);
	json_put_time(j, "last_at", w->last_at_ms);
	json_close(j, '}');
	return OK;
}

static err events_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(watch_list(k->c, l.page.before, l.page.limit + 1, write_event, &l));
	api_page_close(k, &l.page);
	return OK;
}

const struct api_route api_watch_routes[] = {
	{"GET", "/api/v1/staff/security-events", events_get, API_STAFF, 0, "staff_security_events",
	 "安全事件的识别和处置", .query = "cursor limit",
	 .answer =
		 "{items: [{id: id, kind: text, kind_name: text, rule: text, rule_name: text, measure: text, "
		 "measure_name: text, source?: text, count: int, first_at: time, last_at: time}], next?: "
		 "text}"},
	{0},
};
