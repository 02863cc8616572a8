/* The policy as a document: its versions, its text, and the reading token where the city demands reading
 * first. */
#include "api/policy_page.h"
#include "ops/clauses.h"
#include "policy/policy_html.h"
#include "policy/review.h"

enum { PAGE_MAX = 4 * 1024 * 1024 };

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
	json_put_text(j, "agreement_url", arena_printf(k->c->arena, "/agreement/%s", release_version(r)));
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

static void open_changes(struct buf *out, const char *summary)
{
	buf_add_text(out, "<section class=\"changes\" id=\"policy-changes\"><h2>本次更新的重大变更</h2>\n");
	if (summary) {
		buf_add_text(out, "<p>");
		html_text(out, summary);
		buf_add_text(out, "</p>");
	}
	buf_add_text(out, "<ul>");
}

/* NT-6.2: the page of a changed version shows the major changes in a marked block. */
static err put_changes(struct api_call *k, const struct release *before)
{
	const struct release *r = k->c->release;
	struct policy_change *first = NULL;
	struct review review = {0};
	bool open = false;

	TRY(review_changes(k->c, before, r, &first));
	TRY(review_get(k->c, release_number(r), &review));
	for (const struct policy_change *at = first; at; at = at->next) {
		if (at->major == MAJOR_NONE)
			continue;
		if (!open)
			open_changes(&k->a->body, review.summary);
		open = true;
		buf_add_text(&k->a->body, "<li><strong>");
		html_text(&k->a->body, at->text);
		buf_add_text(&k->a->body, "</strong></li>");
	}
	if (open)
		buf_add_text(&k->a->body, "</ul></section>\n");
	return OK;
}

/* ---- reading notes (TJ-10.4) ---- */

enum { NOTES_MAX = 500 };
struct page_notes {
	struct clause_note rows[NOTES_MAX];
	bool shown[NOTES_MAX];
	size_t count;
};

static err keep_note(struct ctx *c, const struct clause_note *n, void *arg)
{
	struct page_notes *all = arg;

	(void)c;
	if (!n->ended_at_ms && all->count < NOTES_MAX)
		all->rows[all->count++] = *n;
	return OK;
}

static void put_note(struct buf *out, const struct clause_note *n)
{
	char day[TIME_TEXT_SIZE];

	buf_printf(out, "<span class=\"note\" id=\"note-%lld\">条款说明（", (long long)n->id);
	html_text(out, n->clause);
	buf_add_text(out, "）：");
	html_text(out, n->text);
	buf_printf(out, "<br><small>%.10s，隐私政策管理员</small></span>", time_text(n->written_at_ms, day));
}

/* The notes to one clause, at its first place on the page. */
static void notes_at(struct buf *out, struct page_notes *all, struct slice clause)
{
	for (size_t i = 0; i < all->count; i++)
		if (!all->shown[i] && slice_is(clause, all->rows[i].clause)) {
			put_note(out, &all->rows[i]);
			all->shown[i] = true;
		}
}

/* Copies a part of the page; notes take the places of their marks. */
static void put_noted(struct buf *out, const char *at, const char *end, struct page_notes *all)
{
	static const char mark[] = HTML_CLAUSE_MARK;
	const size_t n = sizeof mark - 1;

	while (at < end) {
		const char *next = memmem(at, (size_t)(end - at), mark, n);
		const char *close = next ? memmem(next, (size_t)(end - next), "-->", 3) : NULL;
		if (!close)
			break;
		buf_add(out, at, (size_t)(next - at));
		notes_at(out, all, (struct slice){next + n, (size_t)(close - next) - n});
		at = close + 3;
	}
	buf_add(out, at, (size_t)(end - at));
}

/* Notes to clauses that stand in no row and no section of their own. */
static void other_notes(struct buf *out, struct page_notes *all)
{
	bool open = false;

	for (size_t i = 0; i < all->count; i++) {
		if (all->shown[i])
			continue;
		if (!open)
			buf_add_text(out, "<section><h2 id=\"policy-notes\">条款说明</h2>\n");
		open = true;
		put_note(out, &all->rows[i]);
	}
	if (open)
		buf_add_text(out, "</section>\n");
}

static err policy_page(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	const struct release *before = all ? releases_before(all, release_number(k->c->release)) : NULL;
	static const char index[] = "<nav ", end[] = "</main>";
	BUF_SCOPED page = {0};

	struct page_notes *notes = ARENA_NEW(k->c->arena, struct page_notes);

	*notes = (struct page_notes){0};
	k->a->content_type = "text/html; charset=utf-8";
	buf_init(&page, PAGE_MAX);
	err e = clause_notes(k->c, keep_note, notes);
	if (!failed(e))
		e = policy_html(k->c, k->c->release, &page);
	if (!failed(e)) {
		const char *start = buf_slice(&page).p, *nav = strstr(start, index),
			   *last = strstr(start, end);
		put_noted(&k->a->body, start, nav, notes);
		e = before ? put_changes(k, before) : OK;
		put_noted(&k->a->body, nav, last, notes);
		other_notes(&k->a->body, notes);
		if (before)
			api_put_versions(&k->a->body, all, k->c->release, "/policy");
		buf_add_text(&k->a->body, last);
	}
	if (before)
		release_drop(before);
	return e;
}

static err policy_page_version(struct api_call *k)
{
	struct release_page page;

	k->a->content_type = "text/html; charset=utf-8";
	if (slice_is(k->q->params[0], release_version(k->c->release)))
		return policy_page(k);
	err e = releases_page(k->c, arena_copy(k->c->arena, k->q->params[0]), &page);
	if (e.code == ERR_NOT_FOUND)
		return api_no_such_version(k, "隐私政策", "/policy");
	TRY(e);
	api_put_other_version(k, page.html, "/policy");
	return OK;
}

#define VERSION_SHAPE                                                                                        \
	"{version: text, number: int, hash: text, effective_at: time, updated_at?: text, controller: text, " \
	"product: text, html_url: text, agreement_url: text, reading_required: bool, reading_token?: text}"

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
