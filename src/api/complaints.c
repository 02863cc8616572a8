/* Complaints and disputes, by their number alone: there is no list (TJ-1.2.1.4.f). */
#include "ops/complaints.h"
#include "api/staff.h"

/* The number is in the body: it would stand in logs as a part of the path. */
static struct slice number_of(struct api_call *k)
{
	return slice_of(api_office_text(k, "number"));
}

struct seen {
	struct held items[ITEMS_MAX];
	size_t count;
};

/* Another attempt shows them again. */
static err keep_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct seen *seen = arg;
	size_t at = 0;

	while (at < seen->count && seen->items[at].item != h->item)
		at++;
	if (at == ITEMS_MAX)
		return OK;
	seen->count += at == seen->count;
	seen->items[at] = *h;
	seen->items[at].masked = arena_copy(c->arena, slice_of(h->masked));
	return OK;
}

static err view_post(struct api_call *k)
{
	struct seen *seen = ARENA_NEW(k->c->arena, struct seen);
	struct json *j = &k->out;
	struct complaint m;

	TRY(complaint_open(k->c, api_staff_of(k), number_of(k), &m, keep_masked, seen));
	json_open(j, '{');
	json_put_text(j, "number", m.number);
	json_put_text(j, "name", m.name);
	json_put_text(j, "state_name", m.state_name);
	json_put_time(j, "at", m.at_ms);
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < seen->count; i++) {
		json_open(j, '{');
		json_put_text(j, "key", seen->items[i].item->key);
		json_put_text(j, "name", seen->items[i].item->name);
		json_put_text(j, "masked", seen->items[i].masked);
		json_put_bool(j, "sensitive", seen->items[i].item->sensitive);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

static err reveal_post(struct api_call *k)
{
	RELEASED_SCOPED hold = {0};
	struct slice value = {0};

	TRY(complaint_reveal(k->c, api_staff_of(k), number_of(k), api_text(k, "item"),
			     slice_of(api_office_text(k, "reason")), &hold, &value));
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", api_string(k, "item"));
	json_put_slice(&k->out, "value", value);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_complaint_routes[] = {
	{"POST", "/api/v1/staff/complaints/view", view_post, API_STAFF, 0, "staff_complaint_view",
	 "凭编号查看一件投诉或者纠纷，个人信息经过遮盖", .body = "{number?: text}",
	 .answer = "{number: text, name: text, state_name: text, at?: time, "
		   "items: [{key: text, name: text, masked?: text, sensitive: bool}]}"},
	{"POST", "/api/v1/staff/complaints/reveal", reveal_post, API_STAFF, 0, "staff_complaint_reveal",
	 "凭编号、说明理由后查看一项信息；当事人会看到查看人、编号和理由",
	 .body = "{number?: text, item: text, reason: text}", .answer = "{key: text, value: text}"},
	{0},
};
