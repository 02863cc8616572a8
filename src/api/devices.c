/* Device information that native clients hand in, and the devices linked with the account by it. */
#include "api/api.h"
#include "services/device.h"

err api_form_fields(struct api_call *k, struct form_field **ret, size_t *ret_count); /* api/services.c */

static void put_items(struct api_call *k, const struct itemset *items)
{
	struct json *j = &k->out;

	json_key(j, "items");
	itemset_json_named(j, k->c->release, items);
}

static err device_post(struct api_call *k)
{
	struct form_field *fields = NULL;
	struct itemset items = {0};
	size_t count = 0;

	TRY(api_form_fields(k, &fields, &count));
	TRY(device_link(k->c, k->subject_id, k->platform, api_string(k, "purpose"), fields, count, &items));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", k->c->installation_id);
	json_put_time(&k->out, "linked_at", k->c->now_ms);
	put_items(k, &items);
	json_close(&k->out, '}');
	return OK;
}

static err write_device(struct ctx *c, const struct device *d, void *arg)
{
	struct api_call *k = arg;
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_id(j, "id", d->installation_id);
	json_put_bool(j, "current", d->installation_id == c->installation_id);
	json_put_text(j, "platform", d->platform);
	json_put_time(j, "linked_at", d->linked_at_ms);
	put_items(k, &d->items);
	json_close(j, '}');
	return OK;
}

static err device_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(device_list(k->c, k->subject_id, write_device, k));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

static err device_delete(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	return device_unlink(k->c, k->subject_id, id);
}

const struct api_route api_device_routes[] = {
	{"POST", "/api/v1/installations/current/device", device_post, API_SESSION, 0, "device_link",
	 "登记本设备的标识：只收本市清单之内、本类设备具有的几项",
	 .body = "{fields: {*: text}, purpose?: text}",
	 .answer = "{id: id, linked_at: time, items: [{key: text, name: text}]}", .status = 201,
	 .takes = "device_information"},
	{"GET", "/api/v1/me/devices", device_get_all, API_SESSION, 0, "device_list", "与账号关联的设备",
	 .answer = "{items: [{id: id, current: bool, platform?: text, linked_at: time, items: [{key: text, "
		   "name: text}]}], next?: text}"},
	{"DELETE", "/api/v1/me/devices/{id}", device_delete, API_SESSION, 0, "device_unlink",
	 "解除一台设备与账号的关联，删除它的标识", .status = 204},
	{0},
};
