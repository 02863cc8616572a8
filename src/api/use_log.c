/* The log of use: written while services are opened, read by the person. */
#include "services/use_log.h"
#include "api/api.h"
#include <stdlib.h>

err api_form_fields(struct api_call *k, struct form_field **ret, size_t *ret_count); /* api/services.c */

static err visit_post(struct api_call *k)
{
	struct use_client client = {http_header(k->q, "user-agent"), k->q->peer};
	struct use_written written;
	struct form_field *fields;
	size_t count = 0;

	TRY(api_form_fields(k, &fields, &count));
	TRY(use_log_open(k->c, k->subject_id, api_string(k, "service"), fields, count, &client, &written));
	json_open(&k->out, '{');
	json_put_bool(&k->out, "written", written.record_id != 0);
	if (written.record_id)
		json_put_id(&k->out, "id", written.record_id);
	json_key(&k->out, "items");
	itemset_json(&k->out, k->c->release, &written.items);
	json_close(&k->out, '}');
	return OK;
}

static err visit_end(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	return use_log_close(k->c, k->subject_id, id);
}

static err log_check(struct api_call *k)
{
	return use_log_allowed(k->c, k->subject_id);
}

/* ---- the person's own log ---- */

struct rows {
	struct held *list;
	size_t count, capacity;
};

static err keep_row(struct ctx *c, const struct held *h, void *arg)
{
	struct rows *r = arg;

	if (r->count == r->capacity) {
		size_t more = r->capacity ? r->capacity * 2 : 64;
		struct held *list = ARENA_ARRAY(c->arena, struct held, more);
		if (r->count)
			memcpy(list, r->list, r->count * sizeof *list);
		r->list = list;
		r->capacity = more;
	}
	r->list[r->count++] = *h;
	return OK;
}

/* The newest record first; within one the items in the order of the vocabulary. */
static int newest_first(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->record_id != y->record_id)
		return x->record_id < y->record_id ? 1 : -1;
	return (int)x->item->number - (int)y->item->number;
}

static void put_item(struct api_call *k, const struct held *h)
{
	const struct service *s = strcmp(h->item->key, "visited_service") == 0 && h->masked
					  ? release_service(k->c->release, h->masked)
					  : NULL;

	json_open(&k->out, '{');
	json_put_text(&k->out, "key", h->item->key);
	json_put_text(&k->out, "name", h->item->name);
	json_put_text(&k->out, "masked", s ? s->name : h->masked);
	json_close(&k->out, '}');
}

static void put_record(struct api_call *k, const struct held *h, size_t count)
{
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", h->record_id);
	json_put_time(&k->out, "at", h->collected_at_ms);
	json_put_time(&k->out, "ends_at", h->ends_at_ms);
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t n = 0; n < count; n++)
		put_item(k, &h[n]);
	json_close(&k->out, ']');
	json_close(&k->out, '}');
}

static err log_get(struct api_call *k)
{
	struct api_page page;
	struct rows r = {0};

	TRY(api_page_open(k, &page));
	TRY(use_log_list(k->c, k->subject_id, keep_row, &r));
	if (r.count)
		qsort(r.list, r.count, sizeof *r.list, newest_first);
	for (size_t i = 0; i < r.count;) {
		size_t from = i;
		if (page.before && r.list[i].record_id >= page.before) {
			i++;
			continue;
		}
		while (i < r.count && r.list[i].record_id == r.list[from].record_id)
			i++;
		if (!api_page_row(&page, r.list[from].record_id))
			break;
		put_record(k, &r.list[from], i - from);
	}
	api_page_close(k, &page);
	return OK;
}

const struct api_route api_use_log_routes[] = {
	{"GET", "/api/v1/me/use-log", log_get, API_SESSION, 0, "use_log_list", "本人的使用日志，新的在前",
	 .answer = "{items: [{id: id, at: time, ends_at?: time, items: [{key: text, name: text, masked: "
		   "text}]}], "
		   "next?: text}",
	 .query = "cursor limit"},
	{"POST", "/api/v1/me/use-log", visit_post, API_SESSION, 0, "use_log_open",
	 "打开一项服务：按政策列明的项目记录，其余不记", .body = "{service: text, fields?: {*: text}}",
	 .answer = "{written: bool, id?: id, items: [text]}", .status = 201, .takes = "use_log"},
	{"PUT", "/api/v1/me/use-log/{id}", visit_end, API_SESSION, 0, "use_log_close",
	 "离开一项服务：记下停留时间", .status = 204},
	{"POST", "/api/v1/me/use-log/checks", log_check, API_SESSION, 0, "use_log_check",
	 "使用日志能否记录；不能的，说明下一步", .status = 204},
	{0},
};
