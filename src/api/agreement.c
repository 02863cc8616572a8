/* The user agreement as a page, for anybody and before any consent (NT-3.3.1.b). */
#include "api/policy_page.h"

enum { PAGE_MAX = 4 * 1024 * 1024 };

static err agreement_page(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	BUF_SCOPED page = {0};

	k->a->content_type = "text/html; charset=utf-8";
	buf_init(&page, PAGE_MAX);
	TRY(agreement_html(k->c, k->c->release, &page));
	const char *start = buf_slice(&page).p, *end = strstr(start, "</main>");
	buf_add(&k->a->body, start, (size_t)(end - start));
	if (all)
		api_put_versions(&k->a->body, all, k->c->release, "/agreement");
	buf_add_text(&k->a->body, end);
	return OK;
}

/* Made of the document that was published, under whose hash people agreed. */
static err agreement_page_version(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	const char *version = arena_copy(k->c->arena, k->q->params[0]);
	BUF_SCOPED page = {0};

	k->a->content_type = "text/html; charset=utf-8";
	if (strcmp(version, release_version(k->c->release)) == 0)
		return agreement_page(k);
	const struct release *r = all ? releases_version(all, version) : NULL;
	if (!r)
		return api_no_such_version(k, "用户服务协议", "/agreement");
	buf_init(&page, PAGE_MAX);
	err e = agreement_html(k->c, r, &page);
	release_drop(r);
	TRY(e);
	api_put_other_version(k, buf_slice(&page), "/agreement");
	return OK;
}

const struct api_route api_agreement_routes[] = {
	{"GET", "/agreement", agreement_page, API_ANYONE, API_NOT_JSON, "agreement_page",
	 "用户服务协议全文（网页）", .answer = NULL},
	{"GET", "/agreement/{version}", agreement_page_version, API_ANYONE, API_NOT_JSON,
	 "agreement_page_version", "某一版本的用户服务协议全文（网页）", .answer = NULL},
	{0},
};
