/* Place marks of photos: of one's own, and of those in which one is shown. */
#include "services/photo_places.h"
#include "api/api.h"

static err person_post(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	err e = photo_name_person(k->c, k->subject_id, id, api_text(k, "phone"));
	api_even_out(k, 200); /* whether the number has an account is not to be measured */
	return e;
}

static err write_place(struct ctx *c, const struct photo_place *p, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_id(j, "id", p->attachment_id);
	json_put_time(j, "at", p->at_ms);
	json_put_bool(j, "own", p->own);
	json_put_text(j, "account", p->account);
	json_close(j, '}');
	return OK;
}

static err places_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(photo_place_list(k->c, k->subject_id, write_place, &k->out));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

static err place_delete(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	return photo_place_delete(k->c, k->subject_id, id);
}

static err place_check(struct api_call *k)
{
	return photo_place_allowed(k->c, k->subject_id);
}

const struct api_route api_photo_place_routes[] = {
	{"POST", "/api/v1/attachments/{id}/people", person_post, API_SESSION, 0, "photo_person_name",
	 "说明照片中还有谁：无论该号码有无账号，答复相同", .body = "{phone: text}", .status = 204,
	 .takes = "photo_place"},
	{"GET", "/api/v1/me/photo-places", places_get, API_SESSION, 0, "photo_place_list",
	 "照片的地点标记：自己的，以及他人照片中涉及自己的",
	 .answer = "{items: [{id: id, at: time, own: bool, account?: text}], next?: text}"},
	{"DELETE", "/api/v1/me/photo-places/{id}", place_delete, API_SESSION, 0, "photo_place_delete",
	 "删除一条地点标记", .status = 204},
	{"POST", "/api/v1/me/photo-places/checks", place_check, API_SESSION, 0, "photo_place_check",
	 "照片的地点标记能否保存；不能的，说明下一步", .status = 204},
	{0},
};
