/* Two rules that cover the same thing: nobody could tell which one decides, and people could not tell them
 * apart.
 */
#include "policy/load.h"

/* The node of the row with that key. Rows that were refused are not in the tables, so places are looked up.
 */
static struct node place(struct node policy, const char *list, const char *key_name, const char *key)
{
	struct node rows = node_get(policy, list);

	for (size_t i = 0; node_is_list(rows) && i < node_size(rows); i++) {
		struct node at = node_get(node_at(rows, i), key_name);
		if (node_is_scalar(at) && slice_is(node_text(at), key))
			return node_at(rows, i);
	}
	return rows;
}

struct words {
	const char *list, *noun, *member; /* of the policy; the member that people read */
	const char *key_name;
	const struct table *table;
	const char *(*text)(const void *row);
};

static const char *purpose_text(const void *row)
{
	return ((const struct purpose *)row)->name;
}

static const char *category_text(const void *row)
{
	return ((const struct category *)row)->name;
}

static const char *recipient_text(const void *row)
{
	return ((const struct recipient *)row)->name;
}

static const char *retention_text(const void *row)
{
	return ((const struct retention *)row)->name;
}

static const char *definition_text(const void *row)
{
	return ((const struct definition *)row)->term;
}

static void check_words(struct node policy, const struct words *w)
{
	for (unsigned i = 1; i < w->table->count; i++) {
		for (unsigned k = 0; k < i; k++) {
			const char *one = w->text(w->table->rows[k]), *other = w->text(w->table->rows[i]);
			if (one && other && strcmp(one, other) == 0)
				node_complain(
					place(policy, w->list, w->key_name, row_key(w->table->rows[i])),
					"%s '%s' overlaps '%s': both have the %s '%s'; join them, or tell "
					"them apart",
					w->noun, row_key(w->table->rows[i]), row_key(w->table->rows[k]),
					w->member, other);
		}
	}
}

/* The same ground for the same act, with other demands: the lighter one would always win. */
static void check_grounds(const struct loader *l, struct node policy)
{
	const struct table *t = &l->r->exceptions;

	for (unsigned i = 1; i < t->count; i++) {
		const struct exception *one = t->rows[i];
		for (unsigned k = 0; k < i; k++) {
			const struct exception *other = t->rows[k];
			if ((one->contexts & other->contexts) && strcmp(one->ground, other->ground) == 0)
				node_complain(
					place(policy, "exceptions", "key", one->key),
					"exception '%s' overlaps '%s': both name this ground for the same "
					"act; join them, or give each its own contexts",
					one->key, other->key);
		}
	}
}

void check_overlaps(struct loader *l, struct node policy)
{
	const struct release *r = l->r;
	const struct words words[] = {
		{"purposes", "purpose", "name", "key", &r->purposes, purpose_text},
		{"recipients", "recipient", "name", "key", &r->recipients, recipient_text},
		{"categories", "category", "name", "key", &r->categories, category_text},
		{"legal_retention", "legal retention", "name", "class", &r->retentions, retention_text},
		{"definitions", "definition", "term", "key", &r->definitions, definition_text},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		check_words(policy, &words[i]);
	check_grounds(l, policy);
}
