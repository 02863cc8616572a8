/* Cases and their attachments. */
#include "services/cases.h"
#include "api/api.h"
#include "consent/locks.h"
#include "services/photo_places.h"

err api_form_fields(struct api_call *k, struct form_field **ret, size_t *ret_count); /* api/services.c */

static void put_case(struct api_call *k, const struct service_case *s)
{
	const struct service *service = release_service(k->c->release, s->service);
	const struct recipient *department =
		s->department ? release_recipient(k->c->release, s->department) : NULL;

	json_put_id(&k->out, "id", s->id);
	json_put_text(&k->out, "number", s->number);
	json_put_text(&k->out, "service", s->service);
	json_put_text(&k->out, "service_name", service ? service->name : s->service);
	json_put_text(&k->out, "state", s->state);
	json_put_text(&k->out, "state_name", case_state_name(s->state));
	if (department)
		api_put_named(&k->out, "department", department->key, department->name);
	json_put_time(&k->out, "created_at", s->created_at_ms);
	json_put_time(&k->out, "updated_at", s->updated_at_ms);
	json_put_bool(&k->out, "removable", city_list_has(k->c->release, "case.removable", s->service));
}

static err read_attachments(struct api_call *k, int64_t ret[static 16], size_t *ret_count)
{
	json_t *list = json_object_get(k->body, "attachments"), *v;
	size_t i, n = 0;

	json_array_foreach(list, i, v)
	{
		if (n == 16 || !json_is_string(v) ||
		    !slice_int(slice_bytes(json_string_value(v), json_string_length(v)), &ret[n]))
			return fail_field(k->c, "attachments", "附件编号不正确");
		n++;
	}
	*ret_count = n;
	return OK;
}

static err case_post(struct api_call *k)
{
	struct form_field *fields;
	struct service_case filed;
	int64_t attachments[16];
	size_t count, attachment_count = 0;

	TRY(api_form_fields(k, &fields, &count));
	TRY(read_attachments(k, attachments, &attachment_count));
	TRY(case_file(k->c, k->subject_id, k->q->params[0], fields, count, attachments, attachment_count,
		      &filed));
	json_open(&k->out, '{');
	put_case(k, &filed);
	json_close(&k->out, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_case(struct ctx *c, const struct service_case *s, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, s->id))
		return OK;
	json_open(&l->k->out, '{');
	put_case(l->k, s);
	json_close(&l->k->out, '}');
	return OK;
}

static err cases_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(case_list(k->c, k->subject_id, l.page.before, l.page.limit + 1, list_case, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* ---- one case
 * ------------------------------------------------------------------------------------------------------- */

struct events {
	struct api_call *k;
	struct case_event reply, follow_up;
};

static err put_event(struct ctx *c, const struct case_event *e, void *arg)
{
	struct events *all = arg;
	struct json *j = &all->k->out;

	(void)c;
	if (strcmp(e->kind, "replied") == 0)
		all->reply = *e;
	if (strcmp(e->kind, "followed_up") == 0)
		all->follow_up = *e;
	json_open(j, '{');
	json_put_time(j, "at", e->at_ms);
	json_put_text(j, "kind", e->kind);
	json_put_text(j, "name", case_state_name(e->kind));
	json_put_text(j, "text", e->text);
	json_close(j, '}');
	return OK;
}

static err put_attachment(struct ctx *c, const struct attachment *a, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", a->id);
	json_put_text(&k->out, "content_type", a->content_type);
	json_put_int(&k->out, "size_bytes", a->size_bytes);
	json_close(&k->out, '}');
	return OK;
}

static err put_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	if (strcmp(h->item->key, "album_image") == 0) /* the photos stand under attachments */
		return OK;
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", h->item->key);
	json_put_text(&k->out, "name", h->item->name);
	json_put_text(&k->out, "masked", h->masked);
	json_close(&k->out, '}');
	return OK;
}

/* The own case with its items masked, under the right to see one's own data. */
static err put_case_items(struct api_call *k, const struct service_case *s)
{
	const struct service *own = release_service(k->c->release, "my_information");
	const struct service *service = release_service(k->c->release, s->service);
	struct facts f;
	struct head h;
	struct permit *permit = NULL;
	struct locks locks;

	TRY(api_facts(k, &f, &h));
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	if (own && service) {
		struct gate_request q = {.action = GATE_READ,
					 .service = own,
					 .purpose = own->purpose,
					 .items = service->items,
					 .masked = true,
					 .now_ms = k->c->now_ms};
		TRY(locks_load(k->c, k->subject_id, &locks));
		q.items = itemset_less(q.items, locks.closed[LOCK_VIEW]);
		TRY(gate_decide(k->c, k->c->release, &f, &q, &permit));
		TRY(vault_masked(k->c, permit, &h, s->id, put_masked, k));
	}
	json_close(&k->out, ']');
	return OK;
}

static err case_get(struct api_call *k)
{
	struct service_case s;
	struct events all = {.k = k};
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(case_find(k->c, k->subject_id, id, &s));
	json_open(&k->out, '{');
	put_case(k, &s);
	json_key(&k->out, "events");
	json_open(&k->out, '[');
	TRY(case_events(k->c, k->subject_id, id, put_event, &all));
	json_close(&k->out, ']');
	TRY(put_case_items(k, &s));
	json_key(&k->out, "attachments");
	json_open(&k->out, '[');
	TRY(attachment_of_case(k->c, k->subject_id, id, put_attachment, k));
	json_close(&k->out, ']');
	if (all.reply.id) {
		json_put_text(&k->out, "reply", all.reply.text);
		json_put_time(&k->out, "replied_at", all.reply.at_ms);
	}
	if (all.follow_up.id) {
		json_put_text(&k->out, "follow_up", all.follow_up.text);
		json_put_time(&k->out, "follow_up_at", all.follow_up.at_ms);
	}
	json_close(&k->out, '}');
	return OK;
}

static err case_delete(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	return case_remove(k->c, k->subject_id, id);
}

/* ---- attachments
 * ------------------------------------------------------------------------------------------------------ */

/* The type as a constant: the answer outlives the arena of its request. */
static const char *picture_type(struct slice type)
{
	if (slice_is(type, "image/jpeg"))
		return "image/jpeg";
	return slice_is(type, "image/png") ? "image/png" : "";
}

static err attachment_post(struct api_call *k)
{
	struct attachment a;
	const char *place = "none";
	struct slice source = http_query(k->q, "source");
	struct upload u = {.platform = k->platform,
			   .content_type = picture_type(http_header(k->q, "content-type")),
			   .source = source.p ? arena_copy(k->c->arena, source) : "",
			   .peer = k->q->peer,
			   .service = http_query(k->q, "service"),
			   .bytes = k->q->body};

	TRY(attachment_add(k->c, k->subject_id, &u, &a));
	const struct service *s = release_service(k->c->release, a.service);
	if (s && s->shape == SHAPE_CASE) /* papers for an officer are shared with nobody else */
		TRY(photo_noted(k->c, k->subject_id, a.id, k->q->body, &place));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", a.id);
	json_put_text(&k->out, "content_type", a.content_type);
	json_put_int(&k->out, "size_bytes", a.size_bytes);
	json_put_text(&k->out, "place", place);
	json_close(&k->out, '}');
	return OK;
}

/* No proof, no picture: the entry is durable before the picture is opened. */
static err enter_view(struct api_call *k, int64_t id)
{
	const struct item *photo = release_item(k->c->release, "album_image");
	struct entry e = {.action = ENTRY_READ,
			  .service = "my_information",
			  .basis = "own_request",
			  .decision = "allowed",
			  .note = "查看本人上传的图片",
			  .ref_id = id};
	struct facts f;
	struct head h;

	if (photo)
		itemset_add(&e.items, photo->number);
	TRY(api_facts(k, &f, &h));
	return ledger_write(k->c, &h, &e, 0, NULL, NULL, NULL);
}

static err attachment_get(struct api_call *k)
{
	SECRET_SCOPED bytes = {0};
	struct attachment a;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(attachment_find(k->c, k->subject_id, id, &a));
	TRY(enter_view(k, id));
	TRY(attachment_read(k->c, k->subject_id, &a, &bytes));
	k->a->content_type = picture_type(slice_of(a.content_type));
	http_set_header(k->a, "Content-Disposition", "inline");
	buf_add(&k->a->body, bytes.p, bytes.n);
	return OK;
}

#define CASE                                                                                                 \
	"id: id, number: text, service: text, service_name: text, state: text, state_name: text, "           \
	"department?: "                                                                                      \
	"{key: text, name: text}, created_at: time, updated_at: time, removable: bool"

const struct api_route api_cases_routes[] = {
	{"POST", "/api/v1/services/{key}/cases", case_post, API_SESSION, API_CREATES, "case_file",
	 "提交诉求或办件", .body = "{fields: {*: text}, attachments?: [id]}", .answer = "{" CASE "}",
	 .status = 201, .takes = API_TAKES_NAMED},
	{"GET", "/api/v1/cases", cases_get, API_SESSION, 0, "cases_list", "我的办件，新的在前",
	 .answer = "{items: [{" CASE "}], next?: text}", .query = "cursor limit"},
	{"GET", "/api/v1/cases/{id}", case_get, API_SESSION, 0, "case_get", "一件办件的进度、答复和回访",
	 .answer = "{" CASE
		   ", events: [any], items: [any], attachments: [any], reply?: text, replied_at?: time, "
		   "follow_up?: text, follow_up_at?: time}"},
	{"DELETE", "/api/v1/cases/{id}", case_delete, API_SESSION, 0, "case_delete",
	 "删除自己提交的一件（限本市允许删除的事项）", .status = 204},
	{"POST", "/api/v1/attachments", attachment_post, API_SESSION, API_RAW | API_CREATES | API_SLOW,
	 "attachment_add", "上传图片（JPEG、PNG），去除其中的位置等内嵌信息后加密保存",
	 .answer = "{id: id, content_type: text, size_bytes: int, place: none|kept|dropped}",
	 .query = "service source", .status = 201, .body_max = ATTACHMENT_MAX,
	 .takes = "library_functions camera_functions picture photo_place"},
	{"GET", "/api/v1/attachments/{id}", attachment_get, API_SESSION, API_NOT_JSON, "attachment_get",
	 "查看本人上传的图片", .body = NULL},
	{0},
};
