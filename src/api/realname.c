/* Proof of the real name. */
#include "api/api.h"
#include "api/typed.h"

static err realname_create(struct api_call *k)
{
	struct typed typed[TYPED_MAX];
	size_t n = 0;
	int level = 0;

	TRY(api_typed(k, typed, &n));
	TRY(realname_prove(k->c, k->subject_id, arena_copy(k->c->arena, k->q->params[0]), typed, n, &level));
	json_open(&k->out, '{');
	json_put_int(&k->out, "level", level);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_realname_routes[] = {
	{"POST", "/api/v1/realname/{method}", realname_create, API_SESSION, API_CREATES | API_SLOW,
	 "realname_create", "实名认证", .body = "{*: text}", .answer = "{level: int}", .status = 201,
	 .takes = "realname realname_face realname_bankcard"},
	{0},
};
