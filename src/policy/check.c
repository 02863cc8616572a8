#include "policy/check.h"
#include "base/json.h"
#include "policy/check_clauses.h"
#include "policy/complaint.h"
#include "policy/model.h"

struct check {
	const struct release *r;
	const char *city;
	struct buf *lines; /* "file:line: text" of the loader, or "city: text" */
	enum complaint_style style;
};

__attribute__((format(printf, 2, 3))) static void find(struct check *k, const char *fmt, ...)
{
	va_list ap;

	if (k->style == COMPLAINT_ENGLISH)
		buf_printf(k->lines, "%s %s: ", k->city, k->r->version);
	va_start(ap, fmt);
	complaint_write(k->lines, k->style, fmt, ap);
	va_end(ap);
	buf_add_text(k->lines, "\n");
}

/* ---- checks over a whole release ---- */

static void check_gate_clauses(struct check *k)
{
	static const char *const keys[] = {"accept",   "weak",	   "status",	"login", "phone",
					   "realname", "guardian", "sensitive", "share", "second_check"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!city_text(k->r, arena_printf(k->r->arena, "gate.clause.%s", keys[i])))
			find(k,
			     "the gate refuses by the rule '%s' without naming a clause; write gate: "
			     "{clause: {%s: …}}",
			     keys[i], keys[i]);
}

/* A purpose that no category has is no finding: it is how a city says what needs no data of people. */
static void check_unused(struct check *k)
{
	const struct release *r = k->r;
	uint64_t recipients = 0;

	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *category = r->categories.rows[i];
		recipients |= category->recipients;
	}
	for (unsigned i = 0; i < r->recipients.count; i++)
		if (!(recipients >> i & 1))
			find(k, "recipient '%s' belongs to no category; remove it, or name it there",
			     row_key(r->recipients.rows[i]));
}

static void check_categories(struct check *k)
{
	const struct release *r = k->r;

	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *category = r->categories.rows[i];
		bool used = false;
		for (unsigned s = 0; s < r->services.count; s++)
			used |= ((const struct service *)r->services.rows[s])->category == category;
		if (!used && strcmp(category->kind, "service") == 0)
			find(k, "category '%s' has no service; write one, or remove the category",
			     category->key);
	}
}

static void check_service(struct check *k, const struct service *s)
{
	if (s->shape == SHAPE_INTERNAL)
		return;
	if (!s->pinyin || !s->initials)
		find(k, "service '%s' cannot be found by typing; write pinyin and initials", s->key);
	if (!s->summary)
		find(k, "service '%s' has no summary; write one sentence", s->key);
	if (s->shape != SHAPE_INFO && !s->recipient)
		find(k, "service '%s' is a %s without a recipient; write who answers it", s->key,
		     s->shape == SHAPE_QUERY ? "query" : "case");
	if (s->shape == SHAPE_QUERY && itemset_empty(&s->result))
		find(k, "service '%s' is a query without a result; write the items of the answer", s->key);
}

static bool has_table(const struct release *r, enum policy_table table)
{
	for (size_t i = 0; i < r->chapter_count; i++)
		for (size_t s = 0; s < r->chapters[i].section_count; s++)
			if (r->chapters[i].sections[s].table == table)
				return true;
	return false;
}

/* People must be able to read the rules that are applied (NT-2.1.0.f). */
static void check_text(struct check *k)
{
	if (!has_table(k->r, TABLE_SERVICES))
		find(k, "the text shows no table of services; write table: services in a section");
	if (!has_table(k->r, TABLE_RECIPIENTS))
		find(k, "the text shows no table of recipients; write table: recipients in a section");
	if (!has_table(k->r, TABLE_PERMISSIONS))
		find(k, "the text shows no table of permissions; write table: permissions in a section");
	if (!has_table(k->r, TABLE_RETENTION))
		find(k, "the text shows no table of retention; write table: retention in a section");
}

static void check_release(struct check *k)
{
	check_gate_clauses(k);
	check_unused(k);
	check_categories(k);
	for (unsigned i = 0; i < k->r->services.count; i++)
		check_service(k, k->r->services.rows[i]);
	check_text(k);
}

void release_findings(const struct release *r, struct buf *ret)
{
	check_release(&(struct check){.r = r, .lines = ret, .style = COMPLAINT_CHINESE});
}

/* ---- lines to an answer ---- */

/* "file:line: text" apart; false when the line has no place. */
static bool split_place(char *line, const char **ret_file, int64_t *ret_line, const char **ret_text)
{
	char *colon = strchr(line, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
	int64_t number;

	if (!second || !slice_int((struct slice){colon + 1, (size_t)(second - colon - 1)}, &number))
		return false;
	*colon = '\0';
	*ret_file = line;
	*ret_line = number;
	*ret_text = second + 2;
	return true;
}

static void put_json(struct buf *ret, const char *city, char *line)
{
	const char *file = NULL, *text = line;
	int64_t number = 0;
	struct json j = json_to(ret);

	if (!split_place(line, &file, &number, &text)) {
		const char *colon = strstr(line, ": ");
		text = colon ? colon + 2 : line;
	}
	json_open(&j, '{');
	json_put_text(&j, "city", city);
	json_put_text(&j, "file", file);
	json_key(&j, "line");
	if (file)
		json_int(&j, number);
	else
		json_none(&j);
	json_put_text(&j, "text", text);
	json_close(&j, '}');
	buf_add_text(ret, "\n");
}

static int64_t answer(const char *city, struct buf *lines, bool json, struct buf *ret)
{
	int64_t count = 0;
	char *rest = lines->data;

	for (char *line; rest && (line = strsep(&rest, "\n"));) {
		if (!*line)
			continue;
		count++;
		if (json)
			put_json(ret, city, line);
		else
			buf_printf(ret, "%s\n", line);
	}
	return count;
}

err policy_check(struct ctx *c, const char *dir, const char *city, bool json, struct buf *ret,
		 int64_t *ret_findings)
{
	BUF_SCOPED lines = {0};
	const char *const *versions;
	size_t count;

	buf_init(&lines, 1024 * 1024);
	TRY(release_versions(c, dir, city, &versions, &count));
	for (size_t i = 0; i < count || i == 0; i++) {
		struct release *r = NULL;
		/* Complaints say what is wrong; the error itself adds nothing. Without any version
		 * release_load says so. */
		err e = count ? release_load_version(c, dir, city, versions[i], &lines, &r)
			      : release_load(c, dir, city, &lines, &r);
		if (failed(e))
			continue;
		check_release(&(struct check){.r = r, .city = city, .lines = &lines});
		check_clauses(c, r, dir, &lines);
		release_drop(r);
	}
	failure_clear(c);
	*ret_findings = answer(city, &lines, json, ret);
	return OK;
}
