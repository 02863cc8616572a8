#include "partners/calls.h"

enum { NUMBER_MIN = 8, NUMBER_MAX = 64 };
/* A signature counts for five minutes either way; numbers are kept well beyond. */
static const int64_t kept_ms = INT64_C(86400000);

static bool is_number(struct slice text)
{
	if (text.n < NUMBER_MIN || text.n > NUMBER_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char b = text.p[i];
		if (!(b >= '0' && b <= '9') && !(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && b != '-')
			return false;
	}
	return true;
}

err partner_call_once(struct ctx *c, const struct recipient *partner, struct slice request)
{
	int64_t changed = 0;

	if (!is_number(request))
		return fail_field(c, "request", "请求编号应为8至64个字母、数字或者短横");
	TRY(store_exec(c, c->store, Q_PARTNER_CALL_SWEEP, PARAMS(P_INT(c->now_ms - kept_ms)), NULL));
	TRY(store_exec(c, c->store, Q_PARTNER_CALL_PUT,
		       PARAMS(P_STR(partner->key), P_TEXT(request), P_INT(c->now_ms)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这个请求编号已经用过");
	return OK;
}
