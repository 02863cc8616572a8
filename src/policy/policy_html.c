/* The policy as a page: plain HTML, one style sheet inside, no script; readable at 390 px. */
#include "policy/policy_html.h"
#include "policy/model.h"

static const char style[] =
	":root{color-scheme:light}"
	"*{box-sizing:border-box}"
	"body{margin:0;background:#fff;color:#1d2129;font:17px/1.8 -apple-system,\"PingFang SC\",\"Microsoft "
	"YaHei\","
	"\"Noto Sans CJK SC\",\"WenQuanYi Zen "
	"Hei\",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}"
	"header,nav,main,footer{max-width:44rem;margin:0 auto;padding:0 16px}"
	"header{padding-top:24px}"
	"h1{font-size:26px;line-height:1.35;margin:0 0 12px}"
	"h2{font-size:21px;line-height:1.45;margin:36px 0 8px;padding-top:12px;border-top:1px solid #d5dae1;"
	"scroll-margin-top:8px}"
	"h3{font-size:18px;line-height:1.5;margin:22px 0 4px}"
	"p{margin:8px 0}"
	"strong{font-weight:700;text-decoration:underline;text-underline-offset:4px;text-decoration-"
	"thickness:1px}"
	"a{color:var(--primary)}a[href^=tel]{white-space:nowrap}"
	".facts{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 "
	"8px;font-size:15px;color:#434a54}"
	".facts dt{white-space:nowrap}.facts dd{margin:0;color:#1d2129}"
	"nav ol{list-style:none;margin:8px 0;padding:0;border:1px solid #d5dae1;border-radius:8px}"
	"nav li+li{border-top:1px solid #e6e9ee}"
	"nav a{display:block;padding:10px 14px;min-height:44px;text-decoration:none}"
	"table{border-collapse:collapse;width:100%;margin:12px 0;font-size:15px;line-height:1.65}"
	"caption{text-align:left;font-weight:700;padding:4px 0}"
	"th,td{border:1px solid #d5dae1;padding:8px 10px;text-align:left;vertical-align:top}"
	"thead th{background:#f1f4f8}"
	".changes{max-width:44rem;margin:16px auto 0;padding:4px 16px 12px;border-left:4px solid "
	"var(--primary);"
	"background:#f1f6fb}.changes h2{border:0;margin:0;padding:8px 0 0;font-size:18px}"
	".versions{padding-left:20px}"
	".note{display:block;margin:8px 0;padding:6px 12px;border-left:4px solid #8a94a3;background:#f5f6f8;"
	"font-size:15px;font-weight:400;line-height:1.65}.note small{color:#434a54}"
	":target{background:#fff6d6;outline:2px solid var(--primary);outline-offset:2px}"
	"[id]{scroll-margin-top:8px}"
	"footer{padding:24px 16px 48px;color:#434a54;font-size:15px}"
	"@media(max-width:640px){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:"
	"inset(50%)}"
	"table,caption,tbody,tr,td,th{display:block;width:100%}tbody tr{border:1px solid "
	"#d5dae1;border-radius:8px;"
	"margin:10px 0;padding:6px 0}tbody th,tbody td{border:0;padding:4px 12px}tbody th{font-size:16px}"
	"tbody td::before{content:attr(data-label);display:block;color:#5a6270;font-size:13px}}"
	"@media print{nav{display:none}body{font-size:11pt}}";

/* ---- text ---- */

static void put_escaped(struct buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (text[i]) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		default:
			buf_add(out, text + i, 1);
		}
	}
}

void html_text(struct buf *out, const char *text)
{
	if (text)
		put_escaped(out, text, strlen(text));
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* The hotline of the city that stands here as a number of its own, or NULL. */
static const char *hotline_at(const struct release *r, const char *text, size_t at)
{
	static const char *const keys[] = {"contact.hotlines", "contact.complaints"};

	if (!is_digit(text[at]) || (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '-')))
		return NULL;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		size_t count;
		const char *const *list = city_list(r, keys[k], &count);
		const char *single = city_text(r, keys[k]);
		for (size_t i = 0; i < (single ? 1 : count); i++) {
			const char *number = single ? single : list[i];
			size_t n = strlen(number);
			if (strncmp(text + at, number, n) == 0 && !is_digit(text[at + n]) &&
			    text[at + n] != '-')
				return number;
		}
	}
	return NULL;
}

static void put_tel(struct buf *out, const char *number)
{
	buf_add_text(out, "<a href=\"tel:");
	for (const char *p = number; *p; p++)
		if (is_digit(*p) || *p == '-' || *p == '+')
			buf_add(out, p, 1);
	buf_add_text(out, "\">");
	html_text(out, number);
	buf_add_text(out, "</a>");
}

/* Marked passages become <strong>, hotlines tel: links. */
void html_prose(struct buf *out, const struct release *r, const char *text)
{
	bool strong = false;

	for (size_t i = 0; text[i];) {
		const char *number = hotline_at(r, text, i);
		if (number) {
			put_tel(out, number);
			i += strlen(number);
		} else if (text[i] == '*' && text[i + 1] == '*') {
			buf_add_text(out, strong ? "</strong>" : "<strong>");
			strong = !strong;
			i += 2;
		} else {
			put_escaped(out, text + i, 1);
			i++;
		}
	}
	if (strong)
		buf_add_text(out, "</strong>");
}

/* ---- the page ---- */

/* A colour goes into the style sheet only when it is one. */
static const char *colour_of(const struct release *r)
{
	const char *colour = city_text(r, "theme.primary");

	if (!colour || colour[0] != '#' || strlen(colour) != 7)
		return "#0b5fa5";
	return strspn(colour + 1, "0123456789abcdefABCDEF") == 6 ? colour : "#0b5fa5";
}

void html_head(struct buf *out, const struct release *r, const char *title)
{
	buf_add_text(out,
		     "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	html_text(out, city_text(r, "name"));
	buf_printf(out, "%s</title>\n<style>", title);
	buf_printf(out, ":root{--primary:%s}", colour_of(r));
	buf_add_text(out, style);
	buf_add_text(out, "</style>\n</head>\n<body>\n");
}

static void put_fact(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "<dt>%s</dt><dd>", name);
	html_text(out, value);
	buf_add_text(out, "</dd>");
}

/* The dates in the text itself (NT-0.1, NT-0.2); where the city prints none, they stand in the list of
 * versions. */
static bool city_prints_dates(const struct release *r)
{
	const char *dates = city_text(r, "policy.dates");

	return !dates || strcmp(dates, "none") != 0;
}

/* One of the two texts that people agree to; both are of one version. */
struct paper {
	const char *name, *call, *path, *other_name, *other_path;
	struct chapters chapters;
	bool offers; /* lists each service in a table of its own */
};

static bool has_table(const struct chapters *all, enum policy_table table)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->rows[i].section_count; k++)
			if (all->rows[i].sections[k].table == table)
				return true;
	return false;
}

static struct paper policy_paper(const struct release *r)
{
	return (struct paper){"隐私政策",
			      "本政策",
			      "/policy",
			      "用户服务协议",
			      "/agreement",
			      {r->chapters, r->chapter_count},
			      has_table(&(struct chapters){r->chapters, r->chapter_count}, TABLE_OFFERS)};
}

static struct paper agreement_paper(const struct release *r)
{
	return (struct paper){"用户服务协议",
			      "本协议",
			      "/agreement",
			      "隐私政策",
			      "/policy",
			      r->agreement,
			      has_table(&r->agreement, TABLE_OFFERS)};
}

static void put_facts(struct buf *out, const struct release *r)
{
	char effective[TIME_TEXT_SIZE]; /* what was decided, not what the file proposed */

	time_text(r->effective_ms, effective);
	effective[sizeof "2026-11-21" - 1] = '\0';
	buf_add_text(out, "<dl class=\"facts\">");
	put_fact(out, "产品", city_text(r, "name"));
	put_fact(out, "个人信息处理者", city_text(r, "controller"));
	put_fact(out, "版本", r->version);
	if (city_prints_dates(r)) {
		put_fact(out, "更新日期", r->updated);
		put_fact(out, "生效日期", effective);
	}
	buf_add_text(out, "</dl>\n");
}

static void put_version_link(struct buf *out, const struct release *r, const char *path, const char *end,
			     const char *text, const char *name)
{
	buf_printf(out, "<a href=\"%s/", path);
	html_text(out, r->version);
	buf_printf(out, "%s\">%s%s</a>", end, text, name);
}

static void put_header(struct buf *out, const struct release *r, const struct paper *p)
{
	buf_add_text(out, "<header>\n<h1>");
	html_text(out, city_text(r, "name"));
	buf_printf(out, "%s</h1>\n", p->name);
	put_facts(out, r);
	buf_printf(out,
		   "<p>请您仔细阅读%s。<strong>加粗并加下划线的内容</strong>与您的权益有重大关系，"
		   "请特别留意。</p>\n<aside>",
		   p->call);
	put_version_link(out, r, p->path, ".pdf", "下载", p->call);
	buf_add_text(out, "（PDF）　");
	put_version_link(out, r, p->other_path, "", "同一版本的", p->other_name);
	buf_add_text(out, "</aside>\n</header>\n");
}

static void put_index(struct buf *out, const struct chapters *all)
{
	buf_add_text(out, "<nav aria-label=\"目录\">\n<ol>\n");
	for (size_t i = 0; i < all->count; i++) {
		buf_printf(out, "<li><a href=\"#%s\">", all->rows[i].key);
		html_text(out, all->rows[i].title);
		buf_add_text(out, "</a></li>\n");
	}
	buf_add_text(out, "</ol>\n</nav>\n");
}

static void put_section(struct buf *out, const struct release *r, const struct section *s, bool offers)
{
	if (s->title) {
		buf_add_text(out, "<h3>");
		html_prose(out, r, s->title);
		buf_add_text(out, "</h3>\n");
	}
	for (size_t i = 0; i < s->paragraphs.count; i++) {
		buf_add_text(out, "<p>");
		html_prose(out, r, s->paragraphs.texts[i]);
		buf_add_text(out, "</p>\n");
	}
	for (size_t i = 0; i < s->clause_count; i++)
		html_clause(out, r, s->clauses[i]);
	html_table(out, r, s, offers);
}

static void put_chapter(struct buf *out, const struct release *r, const struct chapter *k, bool offers)
{
	buf_printf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">", k->key, k->key);
	html_text(out, k->title);
	buf_add_text(out, "</h2>\n");
	for (size_t i = 0; i < k->section_count; i++)
		put_section(out, r, &k->sections[i], offers);
	buf_add_text(out, "</section>\n");
}

/* Forms link to rows of these: what the chapters do not show stands behind them, as in a release from before
 * there was a user agreement. */
static void put_missing_tables(struct buf *out, const struct release *r, const struct paper *p)
{
	const struct {
		enum policy_table table;
		unsigned rows;
	} linked[] = {{TABLE_SERVICES, r->categories.count},
		      {TABLE_PERMISSIONS, r->permissions.count},
		      {TABLE_RECIPIENTS, r->recipients.count},
		      {TABLE_SDKS, r->sdks.count}};
	bool open = false;

	for (size_t i = 0; i < sizeof linked / sizeof *linked; i++) {
		if (linked[i].rows == 0 || has_table(&p->chapters, linked[i].table))
			continue;
		if (!open)
			buf_add_text(out, "<section aria-labelledby=\"tables\">\n<h2 "
					  "id=\"tables\">个人信息的使用目的和范围</h2>\n");
		open = true;
		html_table(out, r, &(struct section){.table = linked[i].table}, p->offers);
	}
	if (open)
		buf_add_text(out, "</section>\n");
}

/* TJ-10.2: what stopped, why, and since when; the rest of the policy holds. */
static void put_voids(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"条款", "停止执行的理由", "自何时起"};

	if (r->voids.count == 0)
		return;
	buf_add_text(out, "<section aria-labelledby=\"void\">\n<h2 id=\"void\">停止执行的条款</h2>\n"
			  "<p>下列条款停止执行，依据它们进行的处理随之停止；其余条款不受影响。</p>\n");
	html_table_open(out, "停止执行的条款", columns, 3);
	for (unsigned i = 0; i < r->voids.count; i++) {
		const struct void_mark *v = r->voids.rows[i];
		html_row_open(out, v->key);
		html_cell(out, columns[1], v->reason);
		html_cell(out, columns[2], v->since);
		html_row_close(out);
	}
	html_table_close(out);
	buf_add_text(out, "</section>\n");
}

static void put_contacts(struct buf *out, const struct release *r, const struct paper *p)
{
	size_t count;
	const char *const *hotlines = city_list(r, "contact.hotlines", &count);
	const char *address = city_text(r, "contact.address"), *unit = city_text(r, "contact.unit");

	buf_add_text(out, "<footer>\n<p>");
	html_text(out, unit ? unit : city_text(r, "controller"));
	if (address) {
		buf_add_text(out, "<br>地址：");
		html_text(out, address);
	}
	buf_add_text(out, "<br>服务热线：");
	for (size_t i = 0; i < count; i++) {
		buf_add_text(out, i ? "、" : "");
		put_tel(out, hotlines[i]);
	}
	buf_printf(out, "</p>\n<p id=\"policy-end\">%s全文完。版本 ", p->call);
	html_text(out, r->version);
	buf_add_text(out, "，内容校验值 SHA-256：<br><small>");
	buf_add_text(out, r->hash);
	buf_add_text(out, "</small></p>\n</footer>\n</body>\n</html>\n");
}

static err paper_html(struct ctx *c, const struct release *r, const struct paper *p, struct buf *ret)
{
	html_head(ret, r, p->name);
	put_header(ret, r, p);
	put_index(ret, &p->chapters);
	buf_add_text(ret, "<main>\n");
	for (size_t i = 0; i < p->chapters.count; i++)
		put_chapter(ret, r, &p->chapters.rows[i], p->offers);
	put_missing_tables(ret, r, p);
	put_voids(ret, r);
	buf_add_text(ret, "</main>\n");
	put_contacts(ret, r, p);
	if (ret->failed)
		FAIL(c, ERR_TOO_LARGE, "%s的内容过长", p->name);
	return OK;
}

err policy_html(struct ctx *c, const struct release *r, struct buf *ret)
{
	struct paper p = policy_paper(r);

	return paper_html(c, r, &p, ret);
}

err agreement_html(struct ctx *c, const struct release *r, struct buf *ret)
{
	struct paper p = agreement_paper(r);

	return paper_html(c, r, &p, ret);
}
