/* The policy as a document: its versions, its text, and the reading token where the city demands reading
 * first. */
#include "api/api.h"

static void write_version(struct api_call *k, const struct release *r)
{
	struct json *j = &k->out;

	json_put_text(j, "version", release_version(r));
	json_put_int(j, "number", release_number(r));
	json_put_text(j, "hash", release_hash(r));
	json_put_time(j, "effective_at", release_effective_ms(r));
	json_put_text(j, "updated_at", release_updated(r));
	json_put_text(j, "controller", city_text(r, "controller"));
	json_put_text(j, "product", city_text(r, "name"));
	json_put_text(j, "html_url", arena_printf(k->c->arena, "/policy/%s", release_version(r)));
	json_put_bool(j, "reading_required", city_flag(r, "policy.reading"));
}

/* Fetching the text is what starts the reading time (NT-0.4.b): the token says when. */
static err put_release(struct api_call *k, const struct release *r)
{
	char token[TOKEN_SIZE];

	json_open(&k->out, '{');
	write_version(k, r);
	if (k->c->installation_id && city_flag(r, "policy.reading")) {
		TRY(acceptance_reading_token(k->c, r, token));
		json_put_text(&k->out, "reading_token", token);
	}
	json_close(&k->out, '}');
	return OK;
}

static err policy_current(struct api_call *k)
{
	return put_release(k, k->c->release);
}

/* Versions that were published earlier, or that take effect later, stay readable; none decides before its
 * date (NT-0.2). */
static err policy_version(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	const char *version = arena_copy(k->c->arena, k->q->params[0]);

	if (strcmp(version, release_version(k->c->release)) == 0)
		return policy_current(k);
	const struct release *r = all ? releases_version(all, version) : NULL;
	if (!r)
		FAIL(k->c, ERR_NOT_FOUND, "没有这个版本的隐私政策");
	err e = put_release(k, r);
	release_drop(r);
	return e;
}

static err policy_page(struct api_call *k)
{
	k->a->content_type = "text/html; charset=utf-8";
	return policy_html(k->c, k->c->release, &k->a->body);
}

static err policy_page_version(struct api_call *k)
{
	struct release_page page;

	if (slice_is(k->q->params[0], release_version(k->c->release)))
		return policy_page(k);
	TRY(releases_page(k->c, arena_copy(k->c->arena, k->q->params[0]), &page));
	k->a->content_type = "text/html; charset=utf-8";
	buf_add_slice(&k->a->body, page.html);
	return OK;
}

#define VERSION_SHAPE                                                                                        \
	"{version: text, number: int, hash: text, effective_at: time, updated_at?: text, controller: text, " \
	"product: text, html_url: text, reading_required: bool, reading_token?: text}"

const struct api_route api_policy_routes[] = {
	{"GET", "/api/v1/policy/current", policy_current, API_GUEST, 0, "policy_current", "现行隐私政策",
	 .answer = VERSION_SHAPE},
	{"GET", "/api/v1/policy/{version}", policy_version, API_GUEST, 0, "policy_version",
	 "某一版本的隐私政策", .answer = VERSION_SHAPE},
	{"GET", "/policy", policy_page, API_ANYONE, API_NOT_JSON, "policy_page", "隐私政策全文（网页）",
	 .answer = NULL},
	{"GET", "/policy/{version}", policy_page_version, API_ANYONE, API_NOT_JSON, "policy_page_version",
	 "某一版本的隐私政策全文（网页）", .answer = NULL},
	{0},
};
