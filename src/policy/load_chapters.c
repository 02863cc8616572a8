/* The chapters of a policy: the text that people read. */
#include "policy/load.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const tables[] = {"services",   "recipients", "permissions", "items",  "retention", "sdks",
				     "exceptions", "cookies",	 "definitions", "duties", "offers",    NULL};

struct section_form {
	const char *title, *table;
	struct node paragraphs, contexts, clauses;
};

#define AT(member) offsetof(struct section_form, member)
static const struct schema_field section_fields[] = {
	{"title", SCHEMA_TEXT, false, AT(title), NULL, NULL},
	{"paragraphs", SCHEMA_LIST, false, AT(paragraphs), NULL, NULL},
	{"table", SCHEMA_WORD, false, AT(table), tables, NULL},
	{"contexts", SCHEMA_LIST, false, AT(contexts), NULL, NULL},
	{"clauses", SCHEMA_LIST, false, AT(clauses), NULL, NULL},
};
#undef AT
static const struct schema section_schema = {"a section", section_fields, COUNT(section_fields)};

static enum policy_table table_named(const char *word)
{
	for (int i = 0; word && tables[i]; i++)
		if (strcmp(tables[i], word) == 0)
			return (enum policy_table)(i + TABLE_SERVICES);
	return TABLE_NONE;
}

/* What people read, on a screen of a phone and in print: longer is no paragraph any more. */
enum { PARAGRAPH_MAX_CHARS = 2000 };

static void check_prose(struct node at)
{
	struct slice t = node_text(at);
	size_t marks = 0;

	if (slice_is_utf8(t) && slice_chars(t) > PARAGRAPH_MAX_CHARS)
		node_complain(at, "the paragraph has more than %d characters; divide it",
			      PARAGRAPH_MAX_CHARS);

	for (size_t i = 0; i + 1 < t.n; i++)
		if (t.p[i] == '*' && t.p[i + 1] == '*') {
			marks++;
			i++;
		}
	if (marks % 2)
		node_complain(at, "a marked passage is not closed; write ** at both ends");
}

/* The clauses that the text states: notes to them stand below it. */
static void load_clauses(struct loader *l, struct node list, struct section *s)
{
	static const struct schema_field field = {"clauses", SCHEMA_CLAUSE, true, 0, NULL, NULL};

	s->clauses = ARENA_ARRAY(l->in.arena, const char *, node_size(list) + 1);
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++)
		if (schema_value(&l->in, node_at(list, i), &field, &s->clauses[s->clause_count]))
			s->clause_count++;
}

static void load_section(struct loader *l, struct node map, void *arg)
{
	struct chapter *chapter = arg;
	struct section_form form = {0};

	if (!schema_read(&l->in, map, &section_schema, &form))
		return;
	struct section *s = &chapter->sections[chapter->section_count++];
	*s = (struct section){.title = form.title, .table = table_named(form.table)};
	s->contexts = load_words(l, form.contexts, "contexts", exception_contexts);
	if ((s->table == TABLE_EXCEPTIONS) != node_there(form.contexts))
		node_complain(map,
			      "a table of exceptions, and only that, says which; write contexts: [collect]");
	load_clauses(l, form.clauses, s);
	for (size_t i = 0; i < node_size(form.paragraphs); i++)
		if (node_is_scalar(node_at(form.paragraphs, i)))
			check_prose(node_at(form.paragraphs, i));
	s->paragraphs.texts = load_texts(l, form.paragraphs, "paragraphs", &s->paragraphs.count);
	if (!form.title && !form.table && s->paragraphs.count == 0)
		node_complain(map, "the section is empty; write paragraphs, or a table");
}

struct chapter_form {
	const char *key, *title;
	struct node sections;
};

#define AT(member) offsetof(struct chapter_form, member)
static const struct schema_field chapter_fields[] = {
	{"key", SCHEMA_KEY, true, AT(key), NULL, NULL},
	{"title", SCHEMA_TEXT, true, AT(title), NULL, NULL},
	{"sections", SCHEMA_LIST, true, AT(sections), NULL, NULL},
};
#undef AT
static const struct schema chapter_schema = {"a chapter", chapter_fields, COUNT(chapter_fields)};

static void load_chapter(struct loader *l, struct node map, void *arg)
{
	struct chapters *all = arg;
	struct chapter_form form = {0};

	if (!schema_read(&l->in, map, &chapter_schema, &form))
		return;
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->rows[i].key, form.key) == 0)
			node_complain(node_get(map, "key"),
				      "chapter '%s' stands twice; give this one another key", form.key);
	struct chapter *chapter = &all->rows[all->count++];
	*chapter = (struct chapter){
		.key = form.key,
		.title = form.title,
		.sections = ARENA_ARRAY(l->r->arena, struct section, node_size(form.sections) + 1),
	};
	load_each(l, form.sections, load_section, chapter);
}

void load_chapters(struct loader *l, struct node list, const char *noun, struct chapters *ret)
{
	*ret = (struct chapters){ARENA_ARRAY(l->r->arena, struct chapter, node_size(list) + 1), 0};
	load_each(l, list, load_chapter, ret);
	if (node_is_list(list) && node_size(list) == 0)
		node_complain(list, "%s has no text; write its chapters", noun);
}

/* Grounds are listed by what they allow, so their table may stand several times; no row of it is linked to.
 */
void check_tables(const struct chapters *all, struct node list)
{
	unsigned seen = 0;

	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->rows[i].section_count; k++) {
			enum policy_table table = all->rows[i].sections[k].table;
			if (table == TABLE_NONE || table == TABLE_EXCEPTIONS)
				continue;
			if (seen >> table & 1)
				node_complain(list, "the table of %s stands twice; keep one",
					      tables[table - TABLE_SERVICES]);
			seen |= 1U << table;
		}
}

/* The chapters that the city lists stand there, in its order (policy.chapters; not set: any). Called when the
 * settings are known. */
void check_chapters(struct loader *l, struct node policy)
{
	size_t count = 0, at = 0;
	const char *const *wanted = city_list(l->r, "policy.chapters", &count);
	struct node list = node_get(policy, "chapters");

	for (size_t i = 0; i < count; i++) {
		size_t found = 0;
		while (found < l->r->chapter_count && strcmp(l->r->chapters[found].key, wanted[i]) != 0)
			found++;
		if (found == l->r->chapter_count)
			node_complain(
				list,
				"chapter '%s' is missing, which policy.chapters of city.yaml lists; write "
				"- {key: %s, title: …, sections: […]}",
				wanted[i], wanted[i]);
		else if (found < at)
			node_complain(
				node_at(list, found),
				"chapter '%s' stands in another place than policy.chapters of city.yaml "
				"says; move it",
				wanted[i]);
		else
			at = found;
	}
}
