#include "api/problem.h"
#include "base/json.h"
#include <stdio.h>

struct meaning {
	int status;
	const char *reason, *title;
};

static const struct meaning meanings[] = {
	[ERR_OK] = {500, "internal", "服务暂时不可用"},
	[ERR_INVALID] = {400, "invalid_input", "提交的内容有误"},
	[ERR_LOGIN] = {401, "login_required", "请先登录"},
	[ERR_REFUSED] = {403, "not_declared", "按照隐私政策，本次不能办理"},
	[ERR_NOT_YOURS] = {403, "not_yours", "无权访问"},
	[ERR_NOT_FOUND] = {404, "not_found", "没有找到"},
	[ERR_CONFLICT] = {409, "conflict", "当前状态不允许"},
	[ERR_GONE] = {410, "gone", "已经终止"},
	[ERR_TOO_LARGE] = {413, "too_large", "内容过大"},
	[ERR_MISMATCH] = {422, "idempotency_mismatch", "请勿重复提交不同内容"},
	[ERR_LOCKED] = {423, "locked", "已锁定"},
	[ERR_LIMIT] = {429, "too_many_requests", "请求过于频繁"},
	[ERR_AUTHORITY] = {502, "authority_unavailable", "数据提供单位暂时无法访问"},
	[ERR_OVERLOADED] = {503, "overloaded", "系统繁忙"},
	/* the person's facts changed between decision and act, more than once: come again */
	[ERR_STALE] = {503, "overloaded", "系统繁忙"},
	[ERR_STORE] = {503, "overloaded", "系统繁忙"},
	[ERR_CRYPTO] = {500, "internal", "服务暂时不可用"},
	[ERR_INTERNAL] = {500, "internal", "服务暂时不可用"},
};

enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

/* A refusal by policy is 403, unless its reason has a status of its own: nobody is logged in, the account is
 * locked or gone. */
static const struct meaning *refusal_of(const char *reason)
{
	static const enum err_code own[] = {ERR_LOGIN, ERR_LOCKED, ERR_GONE};

	for (size_t i = 0; reason && i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(meanings[own[i]].reason, reason) == 0)
			return &meanings[own[i]];
	}
	return &meanings[ERR_REFUSED];
}

static const struct meaning *meaning_of(const struct failure *f)
{
	size_t code = (size_t)f->code;

	if (f->code == ERR_REFUSED)
		return refusal_of(f->reason);
	return code < MEANINGS ? &meanings[code] : &meanings[ERR_INTERNAL];
}

int problem_status(const struct failure *f)
{
	return meaning_of(f)->status;
}

/* What went wrong inside is nobody's business outside. */
static bool is_internal(enum err_code code)
{
	return code == ERR_STORE || code == ERR_CRYPTO || code == ERR_INTERNAL || code == ERR_STALE ||
	       code == ERR_OK;
}

/* Names of members come from the client as well; what does not look like a name may be a person's number or
 * name that stands in the wrong place, and is not sent back. */
static const char *field_name(const struct field_error *e)
{
	enum { NAME_MAX_CHARS = 64, DIGITS_MAX = 3 };
	const char *field = e->field;
	size_t n = 0, digits = 0;

	if (e->declared)
		return field;
	for (; field[n]; n++) {
		bool letter = (field[n] | 32) >= 'a' && (field[n] | 32) <= 'z',
		     digit = field[n] >= '0' && field[n] <= '9';
		digits = digit ? digits + 1 : 0;
		if ((n == 0 && !letter) || digits > DIGITS_MAX ||
		    !(letter || digit || strchr("_-.", field[n])))
			return "body";
	}
	return n > 0 && n <= NAME_MAX_CHARS ? field : "body";
}

static void write_fields(const struct failure *f, struct json *j)
{
	if (!f->field_count)
		return;
	json_key(j, "errors");
	json_open(j, '[');
	for (size_t i = 0; i < f->field_count; i++) {
		json_open(j, '{');
		json_put_text(j, "field", field_name(&f->fields[i]));
		json_put_text(j, "message", f->fields[i].message);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void write_next(const struct failure *f, struct json *j)
{
	json_key(j, "next");
	json_open(j, '[');
	for (size_t i = 0; i < f->next_count; i++) {
		json_open(j, '{');
		json_put_text(j, "action", f->next[i].action);
		if (f->next[i].members && *f->next[i].members) {
			buf_add_text(j->out, ",");
			buf_add_text(j->out, f->next[i].members);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void write_problem(const struct failure *f, const struct meaning *m, struct http_response *a)
{
	const char *reason = f->reason && !is_internal(f->code) ? f->reason : m->reason;
	bool tell = f->detail[0] && !is_internal(f->code);
	char number[32];

	buf_clear(&a->body);
	a->status = m->status;
	a->content_type = "application/problem+json; charset=utf-8";
	struct json j = json_to(&a->body);
	json_open(&j, '{');
	json_key(&j, "type");
	json_slice(&j, slice_of("about:blank"));
	json_put_text(&j, "title", m->title);
	json_put_int(&j, "status", m->status);
	json_put_text(&j, "detail", tell ? f->detail : m->title);
	json_put_text(&j, "reason", reason);
	if (f->clause)
		json_put_text(&j, "clause", f->clause);
	write_fields(f, &j);
	write_next(f, &j);
	json_close(&j, '}');

	int64_t wait_s = f->retry_after_s ? f->retry_after_s : m->status == 503 ? 1 : 0;
	if (wait_s > 0) {
		snprintf(number, sizeof(number), "%lld", (long long)wait_s);
		http_set_header(a, "Retry-After", number);
	}
}

void problem_write(const struct failure *f, struct http_response *a)
{
	write_problem(f, meaning_of(f), a);
}

/* What the server refuses before any handler: the closed list of reasons has one for each. */
void problem_of_server(int status, struct http_response *a)
{
	static const struct {
		int status;
		enum err_code code;
		const char *title;
	} known[] = {
		{404, ERR_NOT_FOUND, "没有找到"},     {405, ERR_NOT_FOUND, "这个地址不支持这种操作"},
		{408, ERR_INVALID, "请求发送得太慢"}, {413, ERR_TOO_LARGE, "内容过大"},
		{414, ERR_TOO_LARGE, "地址过长"},     {429, ERR_LIMIT, "请求过于频繁"},
		{431, ERR_TOO_LARGE, "请求头过大"},   {503, ERR_OVERLOADED, "系统繁忙"},
	};
	enum err_code code = status >= 500 ? ERR_INTERNAL : ERR_INVALID;
	const char *title = status >= 500 ? "服务暂时不可用" : "请求的格式有误";

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].status == status) {
			code = known[i].code;
			title = known[i].title;
		}
	}
	struct failure f = {.code = code};
	struct meaning m = {status, meanings[code].reason, title};
	write_problem(&f, &m, a);
}
