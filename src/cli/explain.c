/* tongban explain CITY CLAUSE: what kind of clause it is, what carries it, and which tests name it. */
#include "cli/cli.h"
#include "policy/check_clauses.h"
#include <ctype.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- tests that name a clause; only where the source tree stands beside the cities ---- */

enum { TESTS_MAX = 64, TEST_FILE_MAX = 4 << 20 };

static struct { /* nftw passes nothing on */
	const char *clause, *root;
	char *found[TESTS_MAX];
	size_t count;
} search;

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_test(const char *path)
{
	if (strstr(path, "/node_modules/") || strstr(path, "clauses_test") || ends_with(path, "/rules.tsv"))
		return false;
	return strstr(path, "/tests/") || ends_with(path, "_test.c") || strstr(path, ".test.");
}

/* The id on its own: neither longer at either end, nor the clause of a fixture. */
static bool names(const char *text, const char *id)
{
	size_t n = strlen(id);

	for (const char *at = text; (at = strstr(at, id)); at += n) {
		bool longer =
			isalnum((unsigned char)at[n]) || (at[n] == '.' && isalnum((unsigned char)at[n + 1]));
		bool fixture = at - text >= 8 && strncmp(at - 8, "clause: ", 8) == 0;
		if (!longer && !fixture && (at == text || !isalnum((unsigned char)at[-1])))
			return true;
	}
	return false;
}

static int look(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)where;
	if (kind != FTW_F || !is_test(path) || st->st_size > TEST_FILE_MAX || search.count == TESTS_MAX)
		return 0;
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, (size_t)st->st_size + 1);
	if (f && text && fread(text, 1, (size_t)st->st_size, f) > 0 && names(text, search.clause))
		search.found[search.count++] = strdup(path + strlen(search.root) + 1);
	free(text);
	if (f)
		fclose(f);
	return 0;
}

static void find_tests(const char *root, const char *clause)
{
	static const char *const folders[] = {"src", "tests", "sandbox", "web/citizen/src",
					      "web/console/src"};
	char path[1000];

	search.clause = clause;
	search.root = root;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, "%s/%s", root, folders[i]);
		nftw(path, look, 16, FTW_PHYS);
	}
}

/* ---- the answer ---- */

/* A clause is in force when none of its carriers is only declared and all that a release holds are there. */
static bool in_force(struct ctx *c, const struct release *r, const char *carrier)
{
	char *rest = (char *)arena_copy(c->arena, slice_of(carrier));

	for (char *one; (one = strsep(&rest, ";"));) {
		one += strspn(one, " ");
		if (strncmp(one, "declared:", 9) == 0 || (*one && !clause_carrier_there(r, one)))
			return false;
	}
	return *carrier != '\0';
}

static void print_json(const struct clause_row *row, bool enforced)
{
	json_t *tests = json_array();

	for (size_t i = 0; i < search.count; i++)
		json_array_append_new(tests, json_string(search.found[i]));
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "id", row->id, "area", row->area, "kind",
				row->kind, "carrier", row->carrier, "enforced", enforced, "tests", tests);
	char *text = json_dumps(doc, JSON_COMPACT);
	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static void print_text(struct ctx *c, const struct clause_row *row, bool enforced)
{
	char *rest = (char *)arena_copy(c->arena, slice_of(row->carrier));

	printf("%s  %s\nkind:     %s\nstate:    %s\n", row->id, row->area, row->kind,
	       enforced ? "enforced" : "declared, not enforced yet");
	for (char *one; (one = strsep(&rest, ";"));)
		printf("carrier:  %s\n", one + strspn(one, " "));
	for (size_t i = 0; i < search.count; i++)
		printf("test:     %s\n", search.found[i]);
	if (search.count == 0)
		printf("test:     none found\n");
}

static const struct clause_row *row_of(struct ctx *c, const struct release *r, const char *cities,
				       const char *clause)
{
	struct clause_row *rows;
	size_t count;

	clause_rows(c, r, cities, &rows, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].id, clause) == 0)
			return &rows[i];
	return NULL;
}

static int explain(struct ctx *c, const char *cities, const char *city, const char *clause, bool json)
{
	BUF_SCOPED complaints = {0};
	struct release *r = NULL;

	buf_init(&complaints, 1 << 20);
	if (failed(release_load(c, cities, city, &complaints, &r))) {
		fputs(complaints.size ? complaints.data : "", stderr);
		return cli_failed(c, city);
	}
	const struct clause_row *row = row_of(c, r, cities, clause);
	if (row) {
		bool enforced = in_force(c, r, row->carrier);
		find_tests(arena_printf(c->arena, "%s/..", cities), clause);
		if (json)
			print_json(row, enforced);
		else
			print_text(c, row, enforced);
	} else {
		fprintf(stderr, "tongban: %s has no clause %s; see cities/common/clauses.tsv\n", city,
			clause);
	}
	release_drop(r);
	for (size_t i = 0; i < search.count; i++)
		free(search.found[i]);
	return row ? CLI_OK : CLI_USAGE;
}

int cli_explain(int argc, char **argv)
{
	static const char usage[] = "explain CITY CLAUSE [--cities DIR]";
	struct cli_option options[] = {{"cities", false, "directory of the cities' files", "cities"}, {0}};
	const char *words[2] = {NULL};
	bool json;

	if (!cli_parse(argc, argv, options, usage, words, 2, &json))
		return CLI_USAGE;
	if (!words[1]) {
		fprintf(stderr, "usage: tongban %s\n", usage);
		return CLI_USAGE;
	}
	struct ctx c = {.arena = arena_new(256 << 20)};
	int code = explain(&c, cli_value(options, "cities"), words[0], words[1], json);
	arena_free(c.arena);
	return code;
}
