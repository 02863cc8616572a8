#include "policy/check_clauses.h"
#include "policy/load.h"
#include <stdio.h>
#include <stdlib.h>

static const char file[] = "common/clauses.tsv";

/* ---- the register ---- */

enum { COLUMN_ID, COLUMN_AREA, COLUMN_MUST_DO, COLUMN_TEST, COLUMN_KIND, COLUMN_CARRIER, COLUMNS };

static bool row_split(char *line, const char *columns[static COLUMNS])
{
	size_t count = 0;

	for (char *part; count < COLUMNS && (part = strsep(&line, "\t"));)
		columns[count++] = part;
	return count == COLUMNS;
}

void clause_rows(struct ctx *c, const struct release *r, const char *dir, struct clause_row **ret,
		 size_t *ret_count)
{
	BUF_SCOPED text;
	const char *prefix = city_text(r, "clauses.prefix");
	size_t count = 0, lines = 1;
	int line_number = 0;

	*ret = NULL;
	*ret_count = 0;
	buf_init(&text, YAML_SIZE_MAX);
	if (!prefix || !file_text(arena_printf(c->arena, "%s/%s", dir, file), &text) || text.size == 0)
		return;
	char *rest = (char *)arena_copy(c->arena, buf_slice(&text));
	for (const char *p = rest; *p; p++)
		lines += *p == '\n';
	struct clause_row *rows = ARENA_ARRAY(c->arena, struct clause_row, lines);
	for (char *line; (line = strsep(&rest, "\n"));) {
		const char *columns[COLUMNS];
		size_t n = strlen(prefix);
		line_number++;
		if (strncmp(line, prefix, n) != 0 || line[n] != '-' || !row_split(line, columns))
			continue;
		rows[count++] =
			(struct clause_row){columns[COLUMN_ID], columns[COLUMN_AREA], columns[COLUMN_KIND],
					    columns[COLUMN_CARRIER], line_number};
	}
	*ret = rows;
	*ret_count = count;
}

/* ---- carriers ---- */

static bool setting_there(const struct release *r, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < r->setting_count; i++) {
		const char *known = r->settings[i].key;
		if (strncmp(known, key, n) == 0 && (known[n] == '\0' || known[n] == '.'))
			return true;
	}
	return false;
}

static bool chapter_there(const struct release *r, const char *key)
{
	for (size_t i = 0; i < r->chapter_count; i++)
		if (strcmp(r->chapters[i].key, key) == 0)
			return true;
	return false;
}

static bool category_part_there(const struct category *k, const char *part)
{
	if (strcmp(part, "collect") == 0)
		return k->collect_clause;
	if (strcmp(part, "share") == 0)
		return k->share_clause;
	if (strcmp(part, "read") == 0)
		return k->read_clause;
	return true;
}

/* place: "category/driving.collect", or a key of the head such as "effective". */
static bool policy_place_there(const struct release *r, const char *place)
{
	const struct {
		const char *fold;
		const struct table *table;
	} folds[] = {
		{"category", &r->categories},	 {"permission", &r->permissions},
		{"recipient", &r->recipients},	 {"purpose", &r->purposes},
		{"retention", &r->retentions},	 {"sdk", &r->sdks},
		{"exception", &r->exceptions},	 {"cookie", &r->cookies},
		{"definition", &r->definitions}, {"duty", &r->duties},
		{"sdk_reason", &r->sdk_reasons},
	};
	const char *slash = strchr(place, '/');

	if (!slash)
		return strcmp(place, "version") == 0 || strcmp(place, "updated") == 0 ||
		       strcmp(place, "effective") == 0 || strcmp(place, "chapters") == 0;
	size_t fold_n = (size_t)(slash - place), key_n = strcspn(slash + 1, ".");
	char key[KEY_TEXT_MAX];
	if (key_n >= sizeof key)
		return false;
	snprintf(key, sizeof key, "%.*s", (int)key_n, slash + 1);
	if (fold_n == 7 && strncmp(place, "chapter", 7) == 0)
		return chapter_there(r, key);
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		if (strlen(folds[i].fold) != fold_n || strncmp(folds[i].fold, place, fold_n) != 0)
			continue;
		const void *row = model_find(folds[i].table, key);
		const char *part = slash + 1 + key_n;
		return row && (*part != '.' || folds[i].table != &r->categories ||
			       category_part_there(row, part + 1));
	}
	return false;
}

/* "key", or "key.member": members are required by the loader. */
static bool service_there(const struct release *r, const char *place)
{
	char key[KEY_TEXT_MAX];
	size_t n = strcspn(place, ".");

	if (n >= sizeof key)
		return false;
	snprintf(key, sizeof key, "%.*s", (int)n, place);
	return release_service(r, key);
}

static const char *after(const char *text, const char *start)
{
	size_t n = strlen(start);

	return strncmp(text, start, n) == 0 ? text + n : NULL;
}

bool clause_carrier_there(const struct release *r, const char *carrier)
{
	const char *what = after(carrier, "declared:");

	if (what)
		carrier = what;
	if ((what = after(carrier, "setting:")))
		return setting_there(r, what);
	if ((what = after(carrier, "policy:")))
		return policy_place_there(r, what);
	if ((what = after(carrier, "service:")))
		return service_there(r, what);
	if ((what = after(carrier, "item:")))
		return release_item(r, what);
	return strchr(carrier, ':');
}

/* ---- findings ---- */

static bool is_kind(const char *word)
{
	return strcmp(word, "rule") == 0 || strcmp(word, "setting") == 0 || strcmp(word, "behaviour") == 0 ||
	       strcmp(word, "duty") == 0;
}

static void check_carriers(struct ctx *c, const struct release *r, const struct clause_row *row,
			   struct complaints to)
{
	char *rest = (char *)arena_copy(c->arena, slice_of(row->carrier));

	for (char *one; (one = strsep(&rest, ";"));) {
		one += strspn(one, " ");
		if (!*one || clause_carrier_there(r, one))
			continue;
		file_complain(to, file, (size_t)row->line,
			      "clause %s is carried by '%s', which is not there; mend the carrier, or "
			      "write what is missing",
			      row->id, one);
	}
}

void check_clauses(struct ctx *c, const struct release *r, const char *dir, struct buf *lines)
{
	const struct complaints to = {lines, COMPLAINT_ENGLISH};
	struct clause_row *rows;
	size_t count;

	clause_rows(c, r, dir, &rows, &count);
	for (size_t i = 0; i < count; i++) {
		if (!is_kind(rows[i].kind))
			file_complain(to, file, (size_t)rows[i].line,
				      "clause %s has the kind '%s'; write rule, setting, behaviour or duty",
				      rows[i].id, rows[i].kind);
		if (!*rows[i].carrier)
			file_complain(to, file, (size_t)rows[i].line,
				      "nothing carries clause %s; write its carrier, or declared: and what "
				      "declares it",
				      rows[i].id);
		check_carriers(c, r, &rows[i], to);
	}
}
