#include "api/attempts.h"

static bool within(const char *path, const char *part)
{
	return strstr(path, part) != NULL;
}

/* What the caller tried, by what the route does (TJ-5.1.e, NT-3.3.2.d). */
static enum attempt kind_of(const struct api_route *r)
{
	bool reads = strcmp(r->method, "GET") == 0, staff = strncmp(r->path, "/api/v1/staff/", 14) == 0;

	if (strcmp(r->method, "DELETE") == 0)
		return ATTEMPT_LOSS;
	if (!reads && (within(r->path, "/publications") || within(r->path, "/announcements") ||
		       within(r->path, "/publish")))
		return ATTEMPT_PUBLISH;
	if (within(r->path, "/reveal") || within(r->path, "/receipt") || within(r->path, "/attachments/"))
		return ATTEMPT_LEAK;
	if (reads)
		return ATTEMPT_ACCESS;
	if (staff)
		return ATTEMPT_DAMAGE;
	return strcmp(r->method, "PUT") == 0 || within(r->path, "/me/") ? ATTEMPT_CHANGE : ATTEMPT_USE;
}

/* Others' objects are answered like none: asking for one by its number while logged in counts too. What a
 * person can give (a consent, a proof) is no want of a right. */
static bool wants_right(const struct api_call *k, err e)
{
	const char *reason = k->c->failure.reason;

	if (e.code == ERR_LOGIN || e.code == ERR_NOT_YOURS)
		return true;
	if (e.code == ERR_NOT_FOUND)
		return k->subject_id != 0 && strchr(k->route->path, '{');
	return e.code == ERR_REFUSED && reason &&
	       (strcmp(reason, "not_yours") == 0 || strcmp(reason, "not_declared") == 0 ||
		strcmp(reason, "login_required") == 0 || strcmp(reason, "locked") == 0);
}

void attempt_count(struct api_call *k, err e)
{
	if (wants_right(k, e))
		atomic_fetch_add(&k->api->attempts[kind_of(k->route)], 1);
}

void api_count_attacks(struct api *api, int64_t more)
{
	atomic_fetch_add(&api->attempts[ATTEMPT_ATTACK], more);
}

err attempts_flush(struct api *api, struct ctx *c)
{
	int64_t more[ATTEMPT_KINDS];
	bool any = false;

	for (int i = 0; i < ATTEMPT_KINDS; i++) {
		more[i] = atomic_exchange(&api->attempts[i], 0);
		any |= more[i] > 0;
	}
	err e = any ? attempts_add(c, more) : OK;
	for (int i = 0; failed(e) && i < ATTEMPT_KINDS; i++)
		atomic_fetch_add(&api->attempts[i], more[i]);
	return e;
}

err api_attempts_flush(struct api *api, struct ctx *c)
{
	return attempts_flush(api, c);
}
