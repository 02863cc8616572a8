/* What people are told in public, and each one of the own affairs: incidents, ends of services. And the ends
 * in the console. */
#include "api/staff.h"
#include "base/clock.h"
#include "ops/ends.h"
#include "ops/incidents.h"
#include "ops/telling.h"
#include "policy/policy_html.h"

enum { SHOWN_DAYS = 90 };
static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* One of them: an end or an incident. */
struct notice {
	int64_t id;
	const struct service_end *end;
	const struct incident *incident;
	struct notice *next; /* an older one */
};

struct notices {
	struct api_call *k;
	struct buf *html; /* NULL: JSON */
	struct api_page page;
	struct notice *first;
	int64_t told[API_PAGE_MAX + 1]; /* what the person was told of, in this page and the first beyond */
	int told_count;
	int count;
};

struct part {
	const char *name, *text;
};

static void put_notice(struct notices *n, int64_t id, const char *kind, const char *title, int64_t at_ms,
		       int64_t ends_at_ms, bool mine, const struct part *parts, size_t count)
{
	struct json *j = &n->k->out;

	json_open(j, '{');
	json_put_id(j, "id", id);
	json_put_text(j, "kind", kind);
	json_put_text(j, "title", title);
	json_put_time(j, "at", at_ms);
	json_put_time(j, "ends_at", ends_at_ms);
	json_put_bool(j, "mine", mine);
	json_key(j, "parts");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		if (!*parts[i].text)
			continue;
		json_open(j, '{');
		json_put_text(j, "name", parts[i].name);
		json_put_text(j, "text", parts[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void html_notice(struct notices *n, const char *title, int64_t at_ms, const struct part *parts,
			size_t count)
{
	struct date d = date_of(at_ms);

	buf_add_text(n->html, "<section><h2>");
	html_text(n->html, title);
	buf_printf(n->html, "</h2><p>%d年%d月%d日</p>", d.year, d.month, d.day);
	for (size_t i = 0; i < count; i++) {
		if (!*parts[i].text)
			continue;
		buf_add_text(n->html, "<h3>");
		html_text(n->html, parts[i].name);
		buf_add_text(n->html, "</h3><p>");
		html_text(n->html, parts[i].text);
		buf_add_text(n->html, "</p>");
	}
	buf_add_text(n->html, "</section>");
}

static void show(struct notices *n, int64_t id, const char *kind, const char *title, int64_t at_ms,
		 int64_t ends_at_ms, bool mine, const struct part *parts, size_t count)
{
	n->count++;
	if (n->html)
		html_notice(n, title, at_ms, parts, count);
	else
		put_notice(n, id, kind, title, at_ms, ends_at_ms, mine, parts, count);
}

static void show_incident(struct notices *n, const struct incident *i, bool mine)
{
	const struct part parts[] = {{"事件的基本情况", i->facts},
				     {"可能的影响", i->effect},
				     {"已经或者将要采取的处置措施", i->measures},
				     {"您可以怎样自行防范", i->self_protection},
				     {"对您的补救措施", i->remedies}};

	show(n, i->id, "incident", "安全事件告知", i->told_at_ms, 0, mine, parts,
	     sizeof parts / sizeof *parts);
}

static void show_end(struct notices *n, const struct service_end *e, bool mine)
{
	struct ctx *c = n->k->c;
	struct date d = date_of(e->ends_at_ms);
	const struct part parts[] = {
		{"停止的日期", arena_printf(c->arena, "%d年%d月%d日零时起", d.year, d.month, d.day)},
		{"原因", e->reason},
		{"您的信息", *e->service ? "自该日起不再收集，正在使用的信息随即终止；依法须留存的，按隐私政"
					   "策列明的期限保存。"
					 : "自该日起不再收集，全部账号和信息随即终止；依法须留存的，按隐私政"
					   "策列明的期限保存。"
					   "需要留底的，请在此之前自行查阅和保存。"}};

	show(n, e->id, "end", service_end_title(c, e), e->agreed_at_ms, e->ends_at_ms, mine, parts,
	     sizeof parts / sizeof *parts);
}

/* ---- gathering: what stands for everybody, and one's own ---- */

/* Newest first, each once. */
static void insert(struct notices *n, const struct notice *one)
{
	struct notice **at = &n->first;

	while (*at && (*at)->id > one->id)
		at = &(*at)->next;
	if (*at && (*at)->id == one->id)
		return;
	struct notice *fresh = arena_alloc(n->k->c->arena, sizeof *fresh);
	*fresh = *one;
	fresh->next = *at;
	*at = fresh;
}

static err add_end(struct ctx *c, const struct service_end *e, void *arg)
{
	struct service_end *kept = arena_alloc(c->arena, sizeof *kept);

	*kept = *e;
	insert(arg, &(struct notice){.id = e->id, .end = kept});
	return OK;
}

static err add_incident(struct ctx *c, const struct incident *i, void *arg)
{
	struct incident *kept = arena_alloc(c->arena, sizeof *kept);

	*kept = *i;
	insert(arg, &(struct notice){.id = i->id, .incident = kept});
	return OK;
}

static err note_told(struct ctx *c, int64_t source_id, void *arg)
{
	struct notices *n = arg;

	(void)c;
	n->told[n->told_count++] = source_id;
	return OK;
}

static err add_told(struct notices *n)
{
	struct ctx *c = n->k->c;
	struct incident i;

	TRY(told_list(c, n->k->subject_id, n->page.before, n->page.limit + 1, note_told, n));
	for (int t = 0; t < n->told_count; t++) {
		err e = incident_get(c, n->told[t], &i);
		if (e.code == ERR_NOT_FOUND) { /* an end: it stands for everybody, or no longer */
			failure_clear(c);
			continue;
		}
		TRY(e);
		TRY(add_incident(c, &i, n));
	}
	return OK;
}

/* Both lists of what stands are short: ends are one a service, incidents those of some weeks. */
static err gather(struct notices *n)
{
	struct ctx *c = n->k->c;
	int64_t since = c->now_ms - SHOWN_DAYS * day_ms;

	TRY(service_end_shown(c, since, add_end, n));
	TRY(incident_public(c, since, add_incident, n));
	if (n->k->subject_id)
		TRY(add_told(n));
	return OK;
}

static err show_one(struct notices *n, const struct notice *one)
{
	bool mine = false;

	if (n->k->subject_id)
		TRY(was_told(n->k->c, n->k->subject_id, one->id, &mine));
	if (one->end)
		show_end(n, one->end, mine);
	else
		show_incident(n, one->incident, mine);
	return OK;
}

/* Below what was looked at there may be more that is one's own: the next page begins there. */
static err show_page(struct notices *n)
{
	int64_t above = n->page.before ? n->page.before : INT64_MAX;
	bool cut = n->told_count > n->page.limit;
	int64_t oldest = cut ? n->told[n->told_count - 1] : 0;

	for (const struct notice *one = n->first; one && !n->page.more; one = one->next)
		if (one->id < above && one->id >= oldest && api_page_row(&n->page, one->id))
			TRY(show_one(n, one));
	if (cut && !n->page.more) {
		n->page.more = true;
		n->page.last = oldest;
	}
	return OK;
}

static err notices_get(struct api_call *k)
{
	struct notices n = {.k = k};

	TRY(api_page_open(k, &n.page));
	TRY(gather(&n));
	TRY(show_page(&n));
	api_page_close(k, &n.page);
	return OK;
}

/* Readable without the app and without JavaScript (NT-3.3.4.g). */
static err notices_page(struct api_call *k)
{
	struct notices n = {.k = k, .html = &k->a->body};

	k->a->content_type = "text/html; charset=utf-8";
	html_head(n.html, k->c->release, "公告");
	buf_add_text(n.html, "<header><h1>");
	html_text(n.html, city_text(k->c->release, "name"));
	buf_add_text(n.html, "公告</h1></header>\n<main>\n");
	TRY(gather(&n));
	for (const struct notice *one = n.first; one; one = one->next)
		TRY(show_one(&n, one));
	if (n.count == 0)
		buf_add_text(n.html, "<p>目前没有公告。</p>");
	buf_add_text(n.html, "</main></body></html>");
	return OK;
}

/* ---- ends in the console ---- */

static void put_end(struct api_call *k, const struct service_end *e)
{
	const struct service *s = *e->service ? release_service(k->c->release, e->service) : NULL;
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_id(j, "id", e->id);
	json_put_text(j, "service", *e->service ? e->service : NULL);
	json_put_text(j, "service_name", s ? s->name : city_text(k->c->release, "name"));
	json_put_time(j, "ends_on", e->ends_at_ms);
	json_put_text(j, "reason", e->reason);
	json_put_time(j, "announced_at", e->announced_at_ms);
	json_put_text(j, "announced_by", e->announced_by);
	json_put_time(j, "agreed_at", e->agreed_at_ms);
	json_put_text(j, "agreed_by", *e->agreed_by ? e->agreed_by : NULL);
	json_put_bool(j, "proposed_by_me", e->officer_id == k->c->actor.id);
	json_put_time(j, "withdrawn_at", e->withdrawn_at_ms);
	json_put_time(j, "told_all_at", e->told_all_at_ms);
	json_put_int(j, "told_people", e->told_people);
	json_put_time(j, "done_at", e->done_at_ms);
	json_put_int(j, "people", e->people);
	json_put_int(j, "left_items", e->left_items);
	json_close(j, '}');
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_end(struct ctx *c, const struct service_end *e, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (api_page_row(&l->page, e->id))
		put_end(l->k, e);
	return OK;
}

static err ends_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(service_end_list(k->c, l.page.before, l.page.limit + 1, list_end, &l));
	api_page_next(k, &l.page);
	json_put_int(&k->out, "days", city_int(k->c->release, "termination.days", 0));
	json_close(&k->out, '}');
	return OK;
}

static err end_post(struct api_call *k)
{
	struct service_end e = {.service = api_office_text(k, "service"),
				.reason = api_office_text(k, "reason")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_day(k, "ends_on", &e.ends_at_ms));
	TRY(service_end_announce(k->c, api_staff_of(k), &e));
	put_end(k, &e);
	return OK;
}

static err end_agree(struct api_call *k)
{
	struct service_end e;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(service_end_agree(k->c, api_staff_of(k), id, &e));
	put_end(k, &e);
	return OK;
}

static err end_delete(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	return service_end_withdraw(k->c, id);
}

#define END                                                                                                  \
	"{id: id, service?: text, service_name: text, ends_on: time, reason: text, announced_at: time, "     \
	"announced_by: text, agreed_at?: time, agreed_by?: text, proposed_by_me: bool, withdrawn_at?: "      \
	"time, told_all_at?: time, told_people: int, done_at?: time, "                                       \
	"people: int, left_items: int}"

const struct api_route api_bulletin_routes[] = {
	{"GET", "/api/v1/notices", notices_get, API_GUEST, 0, "bulletin_list",
	 "公告：停止服务的安排、安全事件的告知；登录后含只与本人有关的",
	 .answer = "{items: [{id: id, kind: incident|end, title: text, at: time, ends_at?: time, mine: bool,"
		   " parts: [{name: text, text: text}]}], next?: text}",
	 .query = "cursor limit"},
	{"GET", "/notices", notices_page, API_ANYONE, API_NOT_JSON, "bulletin_page", "公告（网页）",
	 .answer = NULL},
	{"GET", "/api/v1/staff/ends", ends_get, API_STAFF, 0, "staff_ends", "停止服务的安排",
	 .answer = "{items: [" END "], next?: text, days: int}", .query = "cursor limit"},
	{"POST", "/api/v1/staff/ends", end_post, API_STAFF, API_CREATES, "staff_end_announce",
	 "公布停止一项服务的安排；停止整个应用的，须经另一名工作人员同意后公布",
	 .body = "{service?: text, ends_on: text, reason: text}", .answer = END, .status = 201},
	{"POST", "/api/v1/staff/ends/{id}/agreement", end_agree, API_STAFF, 0, "staff_end_agree",
	 "另一名工作人员同意停止整个应用，随即公布", .answer = END},
	{"DELETE", "/api/v1/staff/ends/{id}", end_delete, API_STAFF, 0, "staff_end_withdraw",
	 "在停止的日期之前撤回安排", .status = 204},
	{0},
};
