/* services/: the catalogue. A service asks for no more than its category. */
#include "policy/load.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct service_form {
	struct service s;
	const char *shape, *level;
	struct node category, keywords, fields, shared, result, reads, purpose, recipient;
};

static const char *const shapes[] = {"info", "query", "case", "internal", NULL};
static const char *const levels[] = {"open", "login", "phone", "realname", NULL};
static const char *const provider_kinds[] = {"own", "third_party", NULL};

#define AT(member) offsetof(struct service_form, member)
static const struct schema_field service_fields[] = {
	{"key", SCHEMA_KEY, true, AT(s.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(s.name), NULL, NULL},
	{"summary", SCHEMA_TEXT, false, AT(s.summary), NULL, NULL},
	{"pinyin", SCHEMA_TEXT, false, AT(s.pinyin), NULL, NULL},
	{"initials", SCHEMA_TEXT, false, AT(s.initials), NULL, NULL},
	{"keywords", SCHEMA_NODE, false, AT(keywords), NULL, NULL},
	{"category", SCHEMA_NODE, true, AT(category), NULL, NULL},
	{"shape", SCHEMA_WORD, true, AT(shape), shapes, "shape: info, query, case or internal"},
	{"level", SCHEMA_WORD, true, AT(level), levels, "level: open, login, phone or realname"},
	{"provider", SCHEMA_TEXT, false, AT(s.provider), NULL, NULL},
	{"provider_kind", SCHEMA_WORD, false, AT(s.provider_kind), provider_kinds, NULL},
	{"fields", SCHEMA_LIST, false, AT(fields), NULL, NULL},
	{"shared", SCHEMA_LIST, false, AT(shared), NULL, NULL},
	{"result", SCHEMA_LIST, false, AT(result), NULL, NULL},
	{"reads", SCHEMA_NODE, false, AT(reads), NULL, NULL},
	{"purpose", SCHEMA_NODE, true, AT(purpose), NULL, NULL},
	{"recipient", SCHEMA_NODE, false, AT(recipient), NULL, NULL},
	{"clause", SCHEMA_CLAUSE, true, AT(s.clause), NULL, NULL},
	{"guide", SCHEMA_TEXT, false, AT(s.guide), NULL, NULL},
	{"icon", SCHEMA_TEXT, false, AT(s.icon), NULL, NULL},
	{"attachments_max", SCHEMA_COUNT, false, AT(s.attachments_max), NULL, NULL},
};
#undef AT
static const struct schema service_schema = {"a service", service_fields, COUNT(service_fields)};

struct field_form {
	struct service_field f;
	struct node item;
};

#define AT(member) offsetof(struct field_form, member)
static const struct schema_field field_fields[] = {
	{"item", SCHEMA_NODE, true, AT(item), NULL, "item: the key of an item"},
	{"required", SCHEMA_FLAG, false, AT(f.required), NULL, NULL},
	{"prefill", SCHEMA_FLAG, false, AT(f.prefill), NULL, NULL},
	{"sensed", SCHEMA_FLAG, false, AT(f.sensed), NULL, NULL},
	{"label", SCHEMA_TEXT, false, AT(f.label), NULL, NULL},
	{"hint", SCHEMA_TEXT, false, AT(f.hint), NULL, NULL},
};
#undef AT
static const struct schema field_schema = {"a field", field_fields, COUNT(field_fields)};

static unsigned word_number(const char *word, const char *const *words)
{
	unsigned i = 0;

	while (words[i] && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static const char *joined_texts(struct loader *l, struct node at)
{
	size_t count;
	const char *all = "";

	if (!node_there(at))
		return NULL;
	if (!node_is_list(at))
		return schema_text(&l->in, at, "keywords");
	const char **texts = load_texts(l, at, "keywords", &count);
	for (size_t i = 0; i < count; i++)
		all = arena_printf(l->in.arena, "%s%s%s", all, i ? " " : "", texts[i]);
	return all;
}

/* A sensor item is asked for where it is needed and never forced (TJ-1.1.4.i): optional, under its
 * permission. */
static void check_sensed(struct node map, const struct service_field *f, const struct category *k)
{
	if (!f->sensed)
		return;
	if ((f->item->permissions & k->permissions) == 0)
		node_complain(map,
			      "'%s' comes from a sensor, but category '%s' has no permission for it; add one "
			      "of its "
			      "permissions there",
			      f->item->key, k->key);
	if (f->required)
		node_complain(map, "'%s' comes from a sensor and cannot be required; write required: false",
			      f->item->key);
}

static void load_field(struct loader *l, struct node map, void *arg)
{
	struct service *s = arg;
	struct field_form form = {0};

	if (!schema_read(&l->in, map, &field_schema, &form))
		return;
	struct service_field *f = (struct service_field *)&s->fields[s->field_count];
	*f = form.f;
	f->item = load_reference(l, &l->r->items, form.item, "item", "common/items.yaml");
	if (!f->item)
		return;
	if (itemset_has(&s->items, f->item->number)) {
		node_complain(map, "service '%s' asks for '%s' twice; keep one field", s->key, f->item->key);
		return;
	}
	if (!itemset_has(&s->category->collect, f->item->number))
		node_complain(
			form.item,
			"service '%s' asks for '%s', which category '%s' may not take (%s); remove the field",
			s->key, f->item->key, s->category->key,
			s->category->collect_clause ? s->category->collect_clause : "it declares no collect");
	f->sensed |= f->item->permissions != 0; /* the item decides, see gate_sensed */
	check_sensed(map, f, s->category);
	itemset_add(&s->items, f->item->number);
	s->field_count++;
}

static void load_fields(struct loader *l, struct node list, struct service *s)
{
	s->fields = ARENA_ARRAY(l->in.arena, struct service_field, node_size(list) + 1);
	load_each(l, list, load_field, s);
}

static void check_within(struct loader *l, struct node list, const struct itemset *set,
			 const struct itemset *allowed, const struct service *s, const char *does,
			 const char *clause)
{
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++) {
		struct node at = node_at(list, i);
		const struct item *it =
			node_is_scalar(at) ? model_find(&l->r->items, arena_copy(l->in.arena, node_text(at)))
					   : NULL;
		if (it && itemset_has(set, it->number) && !itemset_has(allowed, it->number))
			node_complain(
				at,
				"service '%s' %s '%s', which category '%s' does not allow (%s); remove it",
				s->key, does, it->key, s->category->key,
				clause ? clause : "it declares none");
	}
}

static void load_sharing(struct loader *l, const struct service_form *form, struct service *s)
{
	s->shared = load_itemset(l, form->shared, "shared", false);
	check_within(l, form->shared, &s->shared, &s->category->share, s, "shares",
		     s->category->share_clause);
	if (!itemset_empty(&s->shared) && !node_there(form->recipient))
		node_complain(form->shared,
			      "service '%s' shares without a recipient; write recipient: its key", s->key);
	if (!node_there(form->recipient))
		return;
	s->recipient = load_reference(l, &l->r->recipients, form->recipient, "recipient",
				      "recipients of the policy");
	if (!s->recipient)
		return;
	if (!(s->category->recipients >> s->recipient->number % 64 & 1))
		node_complain(form->recipient,
			      "category '%s' does not share with '%s'; add it to its recipients",
			      s->category->key, s->recipient->key);
	s->connector = s->recipient->key;
}

static void load_purpose(struct loader *l, const struct service_form *form, struct service *s)
{
	s->purpose = load_reference(l, &l->r->purposes, form->purpose, "purpose", "purposes of the policy");
	if (s->purpose && !(s->category->purposes >> s->purpose->number % 64 & 1))
		node_complain(form->purpose,
			      "category '%s' does not have the purpose '%s'; add it to its purposes",
			      s->category->key, s->purpose->key);
}

static void check_shape(const struct service *s, struct node map)
{
	bool internal = strcmp(s->category->kind, "internal") == 0;

	if (internal != (s->shape == SHAPE_INTERNAL))
		node_complain(node_get(map, "shape"),
			      internal
				      ? "category '%s' is internal; write shape: internal"
				      : "category '%s' is in the catalogue; write shape: info, query or case",
			      s->category->key);
}

static void load_provider(struct service *s, struct node map)
{
	if (!s->provider_kind)
		s->provider_kind = "own";
	if (strcmp(s->provider_kind, "third_party") == 0 && !s->provider)
		node_complain(map,
			      "a third party's service must name it (TJ-1.1.22.f); write provider: its name");
}

static void load_service(struct loader *l, struct node map, void *arg)
{
	struct service_form form = {0};

	(void)arg;
	if (!load_row(l, &l->r->services, map, &service_schema, &form))
		return;
	struct service *s = ARENA_NEW(l->in.arena, struct service);
	*s = form.s;
	s->category =
		load_reference(l, &l->r->categories, form.category, "category", "categories of the policy");
	if (!s->category)
		return;
	s->shape = (enum service_shape)word_number(form.shape, shapes);
	s->level = (enum service_level)word_number(form.level, levels);
	s->keywords = joined_texts(l, form.keywords);
	load_fields(l, form.fields, s);
	load_sharing(l, &form, s);
	s->result = load_itemset(l, form.result, "result", false);
	s->reads = load_itemset(l, form.reads, "reads", true);
	if (node_is_scalar(form.reads))
		s->reads = s->category->read;
	check_within(l, form.reads, &s->reads, &s->category->read, s, "reads", s->category->read_clause);
	load_purpose(l, &form, s);
	check_shape(s, map);
	load_provider(s, map);
	load_add(l, &l->r->services, map, "service", s->key, s, &s->number);
}

void load_services(struct loader *l, const struct source *from)
{
	size_t count = 0;

	for (size_t i = 0; i < from->service_lists; i++)
		count += node_size(from->services[i]);
	model_rows(l->r, &l->r->services, count);
	if (count > SERVICES_MAX) {
		node_complain(from->services[0], "more than %d services; remove some", SERVICES_MAX);
		return;
	}
	for (size_t i = 0; i < from->service_lists; i++)
		load_each(l, from->services[i], load_service, NULL);
}
