/* cities/<city>/assessments.yaml: what was assessed before the city went live, or before a change of its
 * files. */
#include "policy/assess.h"
#include "policy/load.h"
#include "policy/model.h"
#include <unistd.h>

struct assessment_form_of_file {
	const char *document, *covers, *lawful, *impact, *protection, *risk, *on, *officer, *second;
	bool allowed;
};

static const char *const risks[] = {"low", "medium", "high", NULL};

#define AT(member) offsetof(struct assessment_form_of_file, member)
static const struct schema_field fields[] = {
	{"document", SCHEMA_TEXT, true, AT(document), NULL, "document: its name or number"},
	{"covers", SCHEMA_TEXT, true, AT(covers), NULL,
	 "covers: the file with the processings it is about, one a line, beside this one"},
	{"lawful", SCHEMA_TEXT, true, AT(lawful), NULL,
	 "lawful: whether purpose and manner are lawful, fair and necessary"},
	{"impact", SCHEMA_TEXT, true, AT(impact), NULL, "impact: what it means for people, and the risks"},
	{"protection", SCHEMA_TEXT, true, AT(protection), NULL,
	 "protection: whether the measures fit the risk"},
	{"risk", SCHEMA_WORD, true, AT(risk), risks, "risk: low, medium or high"},
	{"allowed", SCHEMA_FLAG, true, AT(allowed), NULL, "allowed: true or false"},
	{"on", SCHEMA_DATE, true, AT(on), NULL, NULL},
	{"officer", SCHEMA_TEXT, true, AT(officer), NULL, "officer: who wrote it"},
	{"second", SCHEMA_TEXT, true, AT(second), NULL, "second: who agreed, another officer"},
};
#undef AT
static const struct schema schema = {"an assessment", fields, sizeof fields / sizeof *fields};

struct reading {
	struct ctx *c;
	const char *folder;
	struct schema_reader in;
	struct assessment_file *file;
};

/* The lines of the file that name a processing: without comments and blank lines. */
static bool read_covers(struct reading *k, struct node at, const char *name, struct slice *ret)
{
	BUF_SCOPED text = {0}, lines = {0};
	char *rest;

	buf_init(&text, PROCESSINGS_SIZE_MAX);
	buf_init(&lines, PROCESSINGS_SIZE_MAX);
	if (strstr(name, "..") || !file_text(arena_printf(k->c->arena, "%s/%s", k->folder, name), &text)) {
		node_complain(at, "'%s' cannot be read; write the file with the processings, beside this one",
			      name);
		return false;
	}
	rest = text.data;
	for (char *line; rest && (line = strsep(&rest, "\n"));) {
		line[strcspn(line, "# \t\r")] = '\0';
		if (*line) {
			buf_add_text(&lines, line);
			buf_add_text(&lines, "\n");
		}
	}
	*ret = arena_slice(k->c->arena, buf_slice(&lines));
	return true;
}

static void take(struct reading *k, struct node map)
{
	struct assessment_form_of_file f = {0};
	struct date on = {0};
	struct slice lines = {0};

	if (!schema_read(&k->in, map, &schema, &f) || !read_covers(k, map, f.covers, &lines))
		return;
	if (strcmp(f.officer, f.second) == 0)
		node_complain(map, "one officer cannot agree to the own assessment; write second: another");
	(void)date_parse(slice_of(f.on), &on);
	k->file->rows[k->file->count++] = (struct assessment){.lines = lines,
							      .lawful = f.lawful,
							      .impact = f.impact,
							      .protection = f.protection,
							      .risk = f.risk,
							      .allowed = f.allowed,
							      .document = f.document,
							      .state = "agreed",
							      .officer = f.officer,
							      .second = f.second,
							      .at_ms = date_start_ms(on)};
}

err assessment_file_read(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
			 struct assessment_file *ret)
{
	__attribute__((cleanup(yaml_tree_release))) struct yaml_tree t = {0};
	struct assessment_file file = {0};
	struct reading k = {.c = c,
			    .folder = arena_printf(c->arena, "%s/%s", dir, city),
			    .in = {.arena = c->arena},
			    .file = &file};
	const char *path = arena_printf(c->arena, "%s/assessments.yaml", k.folder);
	size_t before = ret_complaints->size;
	BUF_SCOPED text = {0};

	*ret = file;
	if (access(path, F_OK) != 0)
		return OK;
	buf_init(&text, YAML_SIZE_MAX);
	if (!file_text(path, &text) ||
	    !yaml_tree_read(&t, arena_printf(c->arena, "%s/assessments.yaml", city), buf_slice(&text),
			    (struct complaints){ret_complaints, COMPLAINT_ENGLISH}))
		FAIL(c, ERR_INVALID, "%s/assessments.yaml cannot be read", city);
	struct node list = load_list_of(&t, "assessments");
	file.rows = ARENA_ARRAY(c->arena, struct assessment, node_is_list(list) ? node_size(list) + 1 : 1);
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++)
		take(&k, node_at(list, i));
	if (ret_complaints->size > before)
		FAIL(c, ERR_INVALID, "%s/assessments.yaml has faults", city);
	*ret = file;
	return OK;
}

void assessment_file_states(struct arena *arena, const struct assessment_file *f,
			    const struct processing_list *fresh, enum assessed *ret)
{
	for (size_t i = 0; i < f->count; i++)
		assessed_lines(arena, fresh, f->rows[i].lines,
			       f->rows[i].allowed ? ASSESSED_ALLOWED : ASSESSED_REFUSED, ret);
}
