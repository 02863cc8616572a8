/* Personal wishes: language, place, level of help. */
#include "services/wishes.h"
#include "api/api.h"

static err wishes_read(struct api_call *k)
{
	struct wishes w;

	TRY(wishes_get(k->c, k->subject_id, &w));
	json_open(&k->out, '{');
	json_put_text(&k->out, "language", w.language);
	json_put_text(&k->out, "place", w.place);
	json_put_text(&k->out, "help", w.help);
	json_close(&k->out, '}');
	return OK;
}

static err wishes_change(struct api_call *k)
{
	struct wishes w = {api_string(k, "language"), api_string(k, "place"), api_string(k, "help")};

	return wishes_put(k->c, k->subject_id, &w);
}

static err wishes_clear(struct api_call *k)
{
	return wishes_delete(k->c, k->subject_id);
}

const struct api_route api_wish_routes[] = {
	{"GET", "/api/v1/me/wishes", wishes_read, API_SESSION, 0, "wish_list", "本人的语言、位置和帮助设定",
	 .answer = "{language?: text, place?: text, help?: text}"},
	{"PUT", "/api/v1/me/wishes", wishes_change, API_SESSION, 0, "wish_put", "设定语言、位置和帮助方式",
	 .body = "{language?: text, place?: text, help?: text}", .status = 204, .takes = "personal_wishes"},
	{"DELETE", "/api/v1/me/wishes", wishes_clear, API_SESSION, 0, "wish_delete", "删除各项设定，恢复原样",
	 .status = 204},
	{0},
};
