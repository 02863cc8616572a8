#include "api/policy_page.h"
#include "policy/policy_html.h"

void api_put_versions(struct buf *out, struct releases *all, const struct release *newest, const char *path)
{
	const struct release *r = releases_before(all, release_number(newest));
	char day[TIME_TEXT_SIZE];

	if (r)
		buf_add_text(out,
			     "<section><h2 id=\"policy-versions\">较早的版本</h2>\n<ul class=\"versions\">");
	bool any = r != NULL;
	while (r) {
		const struct release *before = releases_before(all, release_number(r));
		buf_printf(out, "<li><a href=\"%s/", path);
		html_text(out, release_version(r));
		buf_add_text(out, "\">");
		html_text(out, release_version(r));
		buf_printf(out, "</a>（%.10s 生效）</li>", time_text(release_effective_ms(r), day));
		release_drop(r);
		r = before;
	}
	if (any)
		buf_add_text(out, "</ul></section>\n");
}

void api_put_other_version(struct api_call *k, struct slice html, const char *path)
{
	struct releases *all = api_options(k->api)->releases;
	const struct release *r = k->c->release;
	const char *end = html.n ? memmem(html.p, html.n, "</main>", 7) : NULL;
	struct buf *out = &k->a->body;

	if (!end || !all) {
		buf_add_slice(out, html);
		return;
	}
	buf_add(out, html.p, (size_t)(end - html.p));
	buf_printf(out, "<section><h2>现行版本</h2>\n<p>以上不是现行版本。现行有效的是<a href=\"%s\">", path);
	html_text(out, release_version(r));
	buf_add_text(out, " 版</a>。</p></section>\n");
	api_put_versions(out, all, r, path);
	buf_add(out, end, html.n - (size_t)(end - html.p));
}

err api_no_such_version(struct api_call *k, const char *name, const char *path)
{
	struct buf *out = &k->a->body;

	failure_clear(k->c);
	k->status = 404;
	buf_printf(out,
		   "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta "
		   "name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
		   "<title>没有这个版本的%s</title></head>\n<body><main><h1>没有这个版本的%s</h1>\n"
		   "<p>您打开的链接里的版本名称有误，或者这一版本没有公布过。</p>\n<p>现行有效的是 ",
		   name, name);
	html_text(out, release_version(k->c->release));
	buf_printf(out,
		   " 版：<a "
		   "href=\"%s\">查看现行%s</a>，较早的版本列在它的末尾。</p></main></body></html>\n",
		   path, name);
	return OK;
}
