/* Lays out the policy page, and that of the user agreement. Their source is the page itself (policy_html), so
 * that the two never say different things: only the tags that policy_html writes are known here. */
#include "policy/policy_pdf.h"
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pthread.h>

enum { PAGE_WIDTH = 595, PAGE_HEIGHT = 842, MARGIN = 56, FOOT = 36, HTML_MAX = 8 * 1024 * 1024 };

static const char family[] = "WenQuanYi Zen Hei, Noto Sans CJK SC, sans-serif";

/* How a block of text stands on the page. */
struct look {
	const char *tag;
	double size_pt, above_pt, indent_pt;
	bool bold, heading;
};

static const struct look looks[] = {
	{"h1", 20, 0, 0, true, true},	     {"h2", 15, 18, 0, true, true},
	{"h3", 12, 10, 0, true, true},	     {"p", 10.5, 5, 0, false, false},
	{"li", 10.5, 2, 12, false, false},   {"dt", 10, 2, 0, false, false},
	{"caption", 10.5, 8, 0, true, true}, {"th", 10, 6, 0, true, true},
	{"td", 9.5, 1, 12, false, false},
};

struct pdf {
	cairo_t *cairo;
	cairo_surface_t *surface;
	double y;
	int page;
	const struct look *look; /* of the open block, or NULL */
	struct buf markup;	 /* of the open block */
	bool skip;		 /* inside what is not shown: style, title, the head of a table */
};

/* ---- pages ---- */

static PangoLayout *layout_new(struct pdf *p, double size_pt, bool bold)
{
	PangoLayout *layout = pango_cairo_create_layout(p->cairo);
	PangoFontDescription *font = pango_font_description_from_string(family);

	pango_font_description_set_size(font, (int)(size_pt * PANGO_SCALE));
	pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(layout, (int)(size_pt * 0.35 * PANGO_SCALE));
	return layout;
}

static void page_end(struct pdf *p)
{
	char number[24];
	int width;
	PangoLayout *layout = layout_new(p, 9, false);

	g_snprintf(number, sizeof number, "第 %d 页", p->page);
	pango_layout_set_text(layout, number, -1);
	pango_layout_get_pixel_size(layout, &width, NULL);
	cairo_move_to(p->cairo, (PAGE_WIDTH - width) / 2.0, PAGE_HEIGHT - FOOT);
	pango_cairo_show_layout(p->cairo, layout);
	g_object_unref(layout);
	cairo_show_page(p->cairo);
	p->page++;
	p->y = MARGIN;
}

static void outline_add(struct pdf *p, PangoLayout *layout)
{
	char where[64];

	g_snprintf(where, sizeof where, "page=%d pos=[0 %d]", p->page, (int)p->y);
	cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT, pango_layout_get_text(layout),
				      where, 0);
}

/* Line by line, so that a long block goes on over the page. */
static void lines_show(struct pdf *p, PangoLayout *layout, double indent)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	double bottom = PAGE_HEIGHT - MARGIN, top = p->y;
	int first = 0;

	do {
		PangoRectangle line;
		int baseline = pango_layout_iter_get_baseline(iter);
		pango_layout_iter_get_line_extents(iter, NULL, &line);
		double end = top + (double)(line.y + line.height - first) / PANGO_SCALE;
		if (end > bottom) {
			page_end(p);
			top = p->y;
			first = line.y;
			end = top + (double)line.height / PANGO_SCALE;
		}
		cairo_move_to(p->cairo, MARGIN + indent, top + (double)(baseline - first) / PANGO_SCALE);
		pango_cairo_show_layout_line(p->cairo, pango_layout_iter_get_line_readonly(iter));
		p->y = end;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

/* ---- blocks ---- */

static void block_end(struct pdf *p)
{
	const struct look *k = p->look;

	p->look = NULL;
	if (!k || p->markup.size == 0)
		return;
	PangoLayout *layout = layout_new(p, k->size_pt, k->bold);
	pango_layout_set_width(layout, (int)((PAGE_WIDTH - 2 * MARGIN - k->indent_pt) * PANGO_SCALE));
	pango_layout_set_markup(layout, buf_slice(&p->markup).p, -1);
	p->y += p->y > MARGIN ? k->above_pt : 0;
	/* A heading is not left alone at the foot. */
	if (p->y > PAGE_HEIGHT - MARGIN - (k->heading ? 60 : 0))
		page_end(p);
	if (strcmp(k->tag, "h2") == 0)
		outline_add(p, layout);
	lines_show(p, layout, k->indent_pt);
	g_object_unref(layout);
}

static void block_start(struct pdf *p, const struct look *k)
{
	block_end(p);
	p->look = k;
	buf_clear(&p->markup);
}

/* ---- the tags of policy_html ---- */

static bool tag_is(struct slice tag, const char *name)
{
	size_t n = strlen(name);

	return tag.n >= n && memcmp(tag.p, name, n) == 0 && (tag.n == n || tag.p[n] == ' ');
}

/* <td data-label="接收方">: narrow pages show the column's name before the text. */
static void label_put(struct pdf *p, struct slice tag)
{
	static const char start[] = "td data-label=\"";
	size_t n = sizeof start - 1;

	if (tag.n <= n || memcmp(tag.p, start, n) != 0)
		return;
	buf_add_text(&p->markup, "<span foreground=\"#5a6270\">");
	buf_add(&p->markup, tag.p + n, tag.n - n - 1);
	buf_add_text(&p->markup, "：</span>");
}

static void tag_inside(struct pdf *p, struct slice tag)
{
	if (slice_is(tag, "strong"))
		buf_add_text(&p->markup, "<b><u>");
	else if (slice_is(tag, "/strong"))
		buf_add_text(&p->markup, "</u></b>");
	else if (slice_is(tag, "br"))
		buf_add_text(&p->markup, "\n");
	else if (slice_is(tag, "dd"))
		buf_add_text(&p->markup, "：");
}

static void tag_take(struct pdf *p, struct slice tag)
{
	static const char *const hidden[] = {"style", "title", "thead", "aside"};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		if (tag_is(tag, hidden[i]))
			p->skip = true;
		else if (tag.p[0] == '/' && tag_is((struct slice){tag.p + 1, tag.n - 1}, hidden[i]))
			p->skip = false;
	}
	if (p->skip)
		return;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		if (!tag_is(tag, looks[i].tag))
			continue;
		block_start(p, &looks[i]);
		label_put(p, tag);
		return;
	}
	if (p->look)
		tag_inside(p, tag);
	if (tag.p[0] == '/' && !slice_is(tag, "/dt") && p->look &&
	    (tag_is((struct slice){tag.p + 1, tag.n - 1}, p->look->tag) || slice_is(tag, "/dd")))
		block_end(p);
}

static void page_take(struct pdf *p, struct slice html)
{
	for (size_t i = 0; i < html.n;) {
		const char *open = memchr(html.p + i, '<', html.n - i);
		size_t text_end = open ? (size_t)(open - html.p) : html.n;
		if (p->look && !p->skip)
			buf_add(&p->markup, html.p + i, text_end - i);
		const char *close = open ? memchr(open, '>', html.n - text_end) : NULL;
		if (!close)
			break;
		tag_take(p, (struct slice){open + 1, (size_t)(close - open) - 1});
		i = (size_t)(close - html.p) + 1;
	}
	block_end(p);
}

/* ---- the file ---- */

static void metadata_put(struct ctx *c, cairo_surface_t *s, const struct release *r, const char *name)
{
	cairo_pdf_surface_set_metadata(
		s, CAIRO_PDF_METADATA_TITLE,
		arena_printf(c->arena, "%s%s %s", city_text(r, "name"), name, release_version(r)));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, city_text(r, "controller"));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_SUBJECT, release_hash(r));
	/* The date of the release, not of the moment: the same release gives the same file. */
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
				       arena_printf(c->arena, "%sT00:00:00+08:00", release_updated(r)));
}

void policy_pdf_forget(void)
{
	pango_cairo_font_map_set_default(NULL);
	cairo_debug_reset_static_data();
	FcFini();
}

static cairo_status_t put_bytes(void *out, const unsigned char *data, unsigned size)
{
	buf_add(out, data, size);
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t draw(struct ctx *c, const struct release *r, const char *name, struct slice html,
			   struct buf *ret)
{
	struct pdf p = {.y = MARGIN, .page = 1};

	buf_init(&p.markup, HTML_MAX);
	p.surface = cairo_pdf_surface_create_for_stream(put_bytes, ret, PAGE_WIDTH, PAGE_HEIGHT);
	metadata_put(c, p.surface, r, name);
	p.cairo = cairo_create(p.surface);
	page_take(&p, html);
	page_end(&p);
	cairo_status_t status = cairo_status(p.cairo);
	cairo_destroy(p.cairo);
	cairo_surface_finish(p.surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(p.surface);
	cairo_surface_destroy(p.surface);
	buf_release(&p.markup);
	return status;
}

static err text_pdf(struct ctx *c, const struct release *r, const char *name,
		    err (*page)(struct ctx *c, const struct release *r, struct buf *ret), struct buf *ret)
{
	static pthread_mutex_t one_at_a_time =
		PTHREAD_MUTEX_INITIALIZER; /* fontconfig and cairo share caches */
	BUF_SCOPED html = {0};

	buf_init(&html, HTML_MAX);
	TRY(page(c, r, &html));
	pthread_mutex_lock(&one_at_a_time);
	cairo_status_t status = draw(c, r, name, buf_slice(&html), ret);
	pthread_mutex_unlock(&one_at_a_time);
	if (status != CAIRO_STATUS_SUCCESS)
		FAIL(c, ERR_STORE, "PDF 文件无法生成");
	if (ret->failed)
		FAIL(c, ERR_TOO_LARGE, "%s的内容过长", name);
	return OK;
}

err policy_pdf(struct ctx *c, const struct release *r, struct buf *ret)
{
	return text_pdf(c, r, "隐私政策", policy_html, ret);
}

err agreement_pdf(struct ctx *c, const struct release *r, struct buf *ret)
{
	return text_pdf(c, r, "用户服务协议", agreement_html, ret);
}
