/* common/items.yaml */
#include "policy/load.h"

const char *const item_kinds[] = {"basic",	  "identity",  "biometric", "net_identity",
				  "health",	  "edu_work",  "property",  "communication",
				  "contact",	  "net_log",   "device",    "location",
				  "organisation", "aggregate", "system",    NULL};
static const char *const validators[] = {"phone",      "resident_id", "id_number", "name", "username",
					 "password",   "sms_code",    "email",	   "date", "id_type",
					 "gender",     "location",    "bank_card", "uscc", "text",
					 "short_text", "image",	      "none",	   NULL};
static const char *const masks[] = {"phone", "id", "name", "email", "all", "tail4", "text", "none", NULL};

/* NT-A.7.1 to NT-A.7.5: the kinds whose items are sensitive unless they identify nobody. Two are so
 * throughout. */
static const char *const sensitive_kinds[] = {"biometric", "health", NULL};

#define AT(member) offsetof(struct item, member)
static const struct schema_field fields[] = {
	{"key", SCHEMA_KEY, true, AT(key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(name), NULL, "name: the word that people read"},
	{"kind", SCHEMA_WORD, true, AT(kind), item_kinds,
	 "kind: basic, or another of the kinds in cities/README.md"},
	{"sensitive", SCHEMA_FLAG, true, AT(sensitive), NULL, "sensitive: true, or false"},
	{"validator", SCHEMA_WORD, true, AT(validator), validators,
	 "validator: text, or another of cities/README.md"},
	{"mask", SCHEMA_WORD, true, AT(mask), masks, "mask: all, or another of cities/README.md"},
	{"format", SCHEMA_TEXT, false, AT(format), NULL, NULL},
};
#undef AT
static const struct schema item_schema = {"an item", fields, sizeof fields / sizeof *fields};

static void check_sensitive(struct node map, const struct item *it)
{
	for (size_t i = 0; sensitive_kinds[i]; i++)
		if (!it->sensitive && strcmp(it->kind, sensitive_kinds[i]) == 0)
			node_complain(node_get(map, "sensitive"),
				      "item '%s' of kind %s is sensitive by its kind (NT-A.7); write "
				      "sensitive: true",
				      it->key, it->kind);
}

static void load_item(struct loader *l, struct node map, void *arg)
{
	struct item *it = ARENA_NEW(l->in.arena, struct item);

	(void)arg;
	if (!load_row(l, &l->r->items, map, &item_schema, it))
		return;
	check_sensitive(map, it);
	load_add(l, &l->r->items, map, "item", it->key, it, &it->number);
}

void load_items(struct loader *l, struct node list)
{
	model_rows(l->r, &l->r->items, node_size(list));
	if (node_size(list) > ITEMS_MAX) {
		node_complain(list, "more than %d items; remove those that nothing uses", ITEMS_MAX);
		return;
	}
	load_each(l, list, load_item, NULL);
}
