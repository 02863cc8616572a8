/* What a city counts as sensitive beyond the marks of items.yaml: whole kinds, but for items that its policy
 * itself calls plain (NT-A.7). A mark of items.yaml is never taken away. */
#include "policy/load.h"

struct form {
	struct node kinds, except;
	const char *clause, *except_clause;
};

static const struct schema_field fields[] = {
	{"kinds", SCHEMA_LIST, true, offsetof(struct form, kinds), NULL, "kinds: [property, health]"},
	{"clause", SCHEMA_CLAUSE, true, offsetof(struct form, clause), NULL, NULL},
	{"except", SCHEMA_LIST, false, offsetof(struct form, except), NULL, NULL},
	{"except_clause", SCHEMA_CLAUSE, false, offsetof(struct form, except_clause), NULL, NULL},
};
static const struct schema schema = {"sensitive", fields, sizeof fields / sizeof *fields};

static bool of_kinds(const struct item *it, uint32_t kinds)
{
	for (unsigned i = 0; item_kinds[i]; i++)
		if (strcmp(item_kinds[i], it->kind) == 0)
			return kinds >> i & 1;
	return false;
}

/* An exception must be one: of a named kind, and not sensitive everywhere. */
static void check_except(struct loader *l, const struct form *f, uint32_t kinds)
{
	for (size_t i = 0; node_is_list(f->except) && i < node_size(f->except); i++) {
		struct node at = node_at(f->except, i);
		const struct item *it =
			node_is_scalar(at) ? model_find(&l->r->items, arena_copy(l->in.arena, node_text(at)))
					   : NULL;
		if (it && it->sensitive)
			node_complain(at, "item '%s' is sensitive in every city; remove it from 'except'",
				      it->key);
		else if (it && !of_kinds(it, kinds))
			node_complain(at, "item '%s' is of none of the kinds; remove it from 'except'",
				      it->key);
	}
	if (node_is_list(f->except) && !f->except_clause)
		node_complain(
			f->except,
			"'except' names no clause that calls these items plain; write except_clause: …");
}

void load_sensitivity(struct loader *l, struct node map)
{
	struct form f = {0};

	if (!node_there(map) || !schema_read(&l->in, map, &schema, &f))
		return;
	uint32_t kinds = load_words(l, f.kinds, "kinds", item_kinds);
	struct itemset except = load_itemset(l, f.except, "except", false);
	check_except(l, &f, kinds);
	for (unsigned i = 0; i < l->r->items.count; i++) {
		struct item *it = l->r->items.rows[i];
		if (of_kinds(it, kinds) && !itemset_has(&except, it->number))
			it->sensitive = true;
	}
}
