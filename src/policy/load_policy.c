/* policy/<version>.yaml: what is declared. The text that people read is in load_chapters.c. */
#include "policy/load.h"
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- purposes ---- */

struct purpose_form {
	struct purpose p;
	struct node within;
};

#define AT(member) offsetof(struct purpose_form, member)
static const struct schema_field purpose_fields[] = {
	{"key", SCHEMA_KEY, true, AT(p.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(p.name), NULL, "name: what it is for, as people read it"},
	{"clause", SCHEMA_CLAUSE, true, AT(p.clause), NULL, NULL},
	{"commercial", SCHEMA_FLAG, false, AT(p.commercial), NULL, NULL},
	{"within", SCHEMA_NODE, false, AT(within), NULL, NULL},
};
#undef AT
static const struct schema purpose_schema = {"a purpose", purpose_fields, COUNT(purpose_fields)};

static void load_purpose(struct loader *l, struct node map, void *arg)
{
	struct purpose_form form = {0};
	struct purpose *p = ARENA_NEW(l->in.arena, struct purpose), *whole = NULL;

	(void)arg;
	if (!load_row(l, &l->r->purposes, map, &purpose_schema, &form))
		return;
	*p = form.p;
	if (node_there(form.within))
		whole = load_reference(l, &l->r->purposes, form.within, "purpose",
				       "purposes before this one");
	if (whole && whole->within)
		node_complain(map, "purpose '%s' is a part of '%s', which is a part itself; write within: %s",
			      p->key, whole->key, whole->within->key);
	else if (whole)
		whole->parted = true;
	p->within = whole;
	load_add(l, &l->r->purposes, map, "purpose", p->key, p, &p->number);
}

/* ---- recipients ---- */

struct recipient_form {
	struct recipient r;
	struct node within, items;
};

static const char *const recipient_kinds[] = {"organ",	   "authorised", "partner",
					      "affiliate", "supplier",	 NULL};

#define AT(member) offsetof(struct recipient_form, member)
static const struct schema_field recipient_fields[] = {
	{"key", SCHEMA_KEY, true, AT(r.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(r.name), NULL, "name: the full name of the receiver"},
	{"kind", SCHEMA_WORD, true, AT(r.kind), recipient_kinds,
	 "kind: organ, authorised, partner, affiliate or supplier"},
	{"region", SCHEMA_TEXT, true, AT(r.region), NULL,
	 "region: CN, or the code of the place where it stands"},
	{"contact", SCHEMA_TEXT, true, AT(r.contact), NULL, "contact: how people reach the receiver"},
	{"basis", SCHEMA_TEXT, true, AT(r.basis), NULL, "basis: the legal or contractual basis"},
	{"clause", SCHEMA_CLAUSE, true, AT(r.clause), NULL, NULL},
	{"within", SCHEMA_NODE, false, AT(within), NULL, NULL},
	{"agreement_url", SCHEMA_TEXT, false, AT(r.agreement_url), NULL, NULL},
	{"policy_url", SCHEMA_TEXT, false, AT(r.policy_url), NULL, NULL},
	{"items", SCHEMA_LIST, false, AT(items), NULL, NULL},
};
#undef AT
static const struct schema recipient_schema = {"a recipient", recipient_fields, COUNT(recipient_fields)};

static void load_recipient(struct loader *l, struct node map, void *arg)
{
	struct recipient_form form = {0};
	struct recipient *r = ARENA_NEW(l->in.arena, struct recipient);

	(void)arg;
	if (!load_row(l, &l->r->recipients, map, &recipient_schema, &form))
		return;
	*r = form.r;
	if (node_there(form.within))
		r->within = load_reference(l, &l->r->recipients, form.within, "recipient",
					   "recipients above this one");
	r->limited = node_there(form.items);
	r->items = load_itemset(l, form.items, "items", false);
	load_add(l, &l->r->recipients, map, "recipient", r->key, r, &r->number);
}

/* ---- permissions ---- */

struct permission_form {
	struct permission p;
	struct node platforms, items;
};

#define AT(member) offsetof(struct permission_form, member)
static const struct schema_field permission_fields[] = {
	{"key", SCHEMA_KEY, true, AT(p.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(p.name), NULL, "name: the permission as the phone calls it"},
	{"why", SCHEMA_TEXT, true, AT(p.why), NULL, "why: what it is asked for, as the question shows it"},
	{"clause", SCHEMA_CLAUSE, true, AT(p.clause), NULL, NULL},
	{"platforms", SCHEMA_NODE, true, AT(platforms), NULL, "platforms: all, or a list such as [android]"},
	{"items", SCHEMA_LIST, false, AT(items), NULL, NULL},
};
#undef AT
static const struct schema permission_schema = {"a permission", permission_fields, COUNT(permission_fields)};

const char *load_platforms(struct loader *l, struct node at)
{
	static const char *const known[] = {"web", "android", "ios"};
	const char *all = "";

	if (node_is_scalar(at))
		return schema_text(&l->in, at, "platforms");
	for (size_t i = 0; i < node_size(at) && node_is_list(at); i++) {
		const char *text = schema_text(&l->in, node_at(at, i), "platforms");
		bool good = false;
		for (size_t k = 0; text && k < COUNT(known); k++)
			good |= strcmp(text, known[k]) == 0;
		if (text && !good)
			node_complain(node_at(at, i), "unknown platform '%s'; write web, android or ios",
				      text);
		else if (text)
			all = arena_printf(l->in.arena, "%s%s%s", all, *all ? "," : "", text);
	}
	return all;
}

static void load_permission(struct loader *l, struct node map, void *arg)
{
	struct permission_form form = {0};
	struct permission *p = ARENA_NEW(l->in.arena, struct permission);

	(void)arg;
	if (!load_row(l, &l->r->permissions, map, &permission_schema, &form))
		return;
	*p = form.p;
	p->platforms = load_platforms(l, form.platforms);
	if (!load_add(l, &l->r->permissions, map, "permission", p->key, p, &p->number))
		return;
	struct itemset opened = load_itemset(l, form.items, "items", false);
	for (unsigned i = 0; i < l->r->items.count; i++)
		if (itemset_has(&opened, i))
			((struct item *)l->r->items.rows[i])->permissions |= UINT32_C(1) << p->number % 32;
}

/* ---- retention ---- */

struct retention_form {
	const char *rule;
	int days;
};

static const struct schema_field retention_fields[] = {
	{"rule", SCHEMA_TEXT, true, offsetof(struct retention_form, rule), NULL,
	 "rule: from when the days count"},
	{"days", SCHEMA_COUNT, true, offsetof(struct retention_form, days), NULL,
	 "days: 30, the period with its unit (0: ends with its scope)"},
};
static const struct schema retention_schema = {"a retention", retention_fields, COUNT(retention_fields)};

static void load_retention(struct loader *l, struct node at, struct category *k)
{
	struct retention_form form = {0};

	if (node_is_scalar(at)) {
		node_complain(at,
			      "a period needs its unit and its start; write retention: {rule: …, days: 30}");
		return;
	}
	if (schema_read(&l->in, at, &retention_schema, &form)) {
		k->retention_rule = form.rule;
		k->retention_days = form.days;
	}
}

#define AT(member) offsetof(struct retention, member)
static const struct schema_field legal_fields[] = {
	{"class", SCHEMA_KEY, true, AT(key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(name), NULL, NULL},
	{"rule", SCHEMA_TEXT, true, AT(rule), NULL,
	 "rule: the law that demands it, and from when the days count"},
	{"days", SCHEMA_COUNT, true, AT(days), NULL, "days: 1095, the period with its unit"},
	{"clause", SCHEMA_CLAUSE, false, AT(clause), NULL, NULL},
};
#undef AT
static const struct schema legal_schema = {"a legal retention", legal_fields, COUNT(legal_fields)};

static void load_legal_retention(struct loader *l, struct node map, void *arg)
{
	struct retention *k = ARENA_NEW(l->in.arena, struct retention);

	(void)arg;
	if (load_row(l, &l->r->retentions, map, &legal_schema, k))
		load_add(l, &l->r->retentions, map, "legal retention", k->key, k, &k->number);
}

/* ---- categories ---- */

struct category_form {
	struct category k;
	struct node collect, share, read, purposes, recipients, permissions, retention;
};

static const char *const category_kinds[] = {"service", "internal", NULL};

#define AT(member) offsetof(struct category_form, member)
static const struct schema_field category_fields[] = {
	{"key", SCHEMA_KEY, true, AT(k.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(k.name), NULL, NULL},
	{"kind", SCHEMA_WORD, true, AT(k.kind), category_kinds, "kind: service, or internal"},
	{"collect", SCHEMA_MAP, false, AT(collect), NULL, "collect: {items: […], clause: …}"},
	{"share", SCHEMA_MAP, false, AT(share), NULL, "share: {items: […], clause: …}"},
	{"read", SCHEMA_MAP, false, AT(read), NULL, "read: {items: all, clause: …}"},
	{"purposes", SCHEMA_LIST, true, AT(purposes), NULL, "purposes: [keys of purposes]"},
	{"recipients", SCHEMA_LIST, false, AT(recipients), NULL, NULL},
	{"permissions", SCHEMA_LIST, false, AT(permissions), NULL, NULL},
	{"retention", SCHEMA_NODE, true, AT(retention), NULL, "retention: {rule: …, days: 30}"},
};
#undef AT
static const struct schema category_schema = {"a category", category_fields, COUNT(category_fields)};

struct rule_form {
	struct node items;
	const char *clause;
};

static const struct schema_field rule_fields[] = {
	{"items", SCHEMA_NODE, true, offsetof(struct rule_form, items), NULL, "items: [keys of items]"},
	{"clause", SCHEMA_CLAUSE, true, offsetof(struct rule_form, clause), NULL, NULL},
};
static const struct schema rule_schema = {"a rule of a category", rule_fields, COUNT(rule_fields)};

/* A rule that is not whole allows everything here, so that services bring no complaints that follow from it.
 */
static void load_rule(struct loader *l, struct node at, bool all_allowed, struct itemset *ret,
		      const char **ret_clause)
{
	struct rule_form form = {0};
	size_t before = l->complaints->size;

	if (!node_there(at))
		return;
	if (schema_read(&l->in, at, &rule_schema, &form)) {
		*ret = load_itemset(l, form.items, "items", all_allowed);
		*ret_clause = form.clause;
	}
	if (load_spoiled(l, before))
		memset(ret, 0xFF, sizeof *ret);
}

static uint64_t load_category_bits(struct loader *l, const struct table *t, struct node at, const char *noun,
				   const char *where)
{
	size_t before = l->complaints->size;
	uint64_t bits = load_bits(l, t, at, noun, where);

	return load_spoiled(l, before) ? UINT64_MAX : bits;
}

static void check_category(const struct category_form *form, struct category *k)
{
	if (!itemset_empty(&k->share) && k->recipients == 0) {
		node_complain(form->share, "category '%s' shares without a recipient; write recipients: […]",
			      k->key);
		k->recipients = UINT64_MAX;
	}
	if (node_size(form->purposes) == 0) {
		node_complain(form->purposes, "category '%s' has no purpose; name at least one", k->key);
		k->purposes = UINT64_MAX;
	}
	if (node_there(form->read) && strcmp(k->kind, "internal") != 0)
		node_complain(form->read,
			      "'read' is for internal categories; remove it, or write kind: internal");
}

/* NT-1.4.b: a purpose that has parts is never what data is used for; one of its parts is. */
static void check_parts(struct loader *l, const struct category_form *form, const struct category *k)
{
	for (unsigned i = 0; i < l->r->purposes.count; i++) {
		const struct purpose *p = l->r->purposes.rows[i];
		if (p->parted && k->purposes != UINT64_MAX && (k->purposes >> i & 1))
			node_complain(form->purposes,
				      "category '%s' names the purpose '%s', which has parts; name the part "
				      "that is meant",
				      k->key, p->key);
	}
}

static void load_category(struct loader *l, struct node map, void *arg)
{
	struct category_form form = {0};
	struct release *r = l->r;

	(void)arg;
	if (!load_row(l, &l->r->categories, map, &category_schema, &form))
		return;
	struct category *k = ARENA_NEW(l->in.arena, struct category);
	*k = form.k;
	load_rule(l, form.collect, false, &k->collect, &k->collect_clause);
	load_rule(l, form.share, false, &k->share, &k->share_clause);
	load_rule(l, form.read, true, &k->read, &k->read_clause);
	k->purposes =
		load_category_bits(l, &r->purposes, form.purposes, "purpose", "purposes of this policy");
	k->recipients =
		load_bits(l, &r->recipients, form.recipients, "recipient", "recipients of this policy");
	k->permissions = (uint32_t)load_category_bits(l, &r->permissions, form.permissions, "permission",
						      "permissions of this policy");
	load_retention(l, form.retention, k);
	check_category(&form, k);
	check_parts(l, &form, k);
	load_add(l, &r->categories, map, "category", k->key, k, &k->number);
}

/* ---- the policy ---- */

struct policy_form {
	const char *version, *effective, *updated;
	struct node purposes, recipients, permissions, categories, legal_retention, chapters;
	struct node sensitive;
	struct node registers[7]; /* read by load_register.c, after the services */
};

#define AT(member) offsetof(struct policy_form, member)
static const struct schema_field policy_fields[] = {
	{"version", SCHEMA_TEXT, true, AT(version), NULL, "version: \"2026.1\", the file's name"},
	{"effective", SCHEMA_DATE, true, AT(effective), NULL, "effective: 2026-01-31"},
	{"updated", SCHEMA_DATE, true, AT(updated), NULL, "updated: 2026-01-31"},
	{"purposes", SCHEMA_LIST, true, AT(purposes), NULL, NULL},
	{"recipients", SCHEMA_LIST, true, AT(recipients), NULL, NULL},
	{"permissions", SCHEMA_LIST, true, AT(permissions), NULL, NULL},
	{"categories", SCHEMA_LIST, true, AT(categories), NULL, NULL},
	{"legal_retention", SCHEMA_LIST, false, AT(legal_retention), NULL, NULL},
	{"chapters", SCHEMA_LIST, true, AT(chapters), NULL, NULL},
	{"sensitive", SCHEMA_MAP, false, AT(sensitive), NULL, "sensitive: {kinds: […], clause: …}"},
	{"sdks", SCHEMA_LIST, false, AT(registers[0]), NULL, NULL},
	{"exceptions", SCHEMA_LIST, false, AT(registers[1]), NULL, NULL},
	{"cookies", SCHEMA_LIST, false, AT(registers[2]), NULL, NULL},
	{"definitions", SCHEMA_LIST, false, AT(registers[3]), NULL, NULL},
	{"duties", SCHEMA_LIST, false, AT(registers[4]), NULL, NULL},
	{"void", SCHEMA_LIST, false, AT(registers[5]), NULL, NULL},
	{"sdk_reasons", SCHEMA_LIST, false, AT(registers[6]), NULL, NULL},
};
#undef AT
static const struct schema policy_schema = {"the policy", policy_fields, COUNT(policy_fields)};

static void load_table(struct loader *l, struct table *t, struct node list, size_t max, element_fn fn)
{
	model_rows(l->r, t, node_size(list));
	if (node_size(list) > max)
		node_complain(list, "more than %zu entries; the gate has room for that many, join some", max);
	else
		load_each(l, list, fn, NULL);
}

static void load_head(struct loader *l, const struct policy_form *form)
{
	struct date d;

	l->r->version = form->version;
	l->r->updated = form->updated;
	l->r->effective = form->effective;
	if (form->effective && date_parse(slice_of(form->effective), &d))
		l->r->effective_ms = date_start_ms(d);
}

void load_policy(struct loader *l, struct node map)
{
	struct policy_form form = {0};
	struct chapters chapters;
	struct release *r = l->r;

	/* Parts are read even when others are wrong: one run names every fault. */
	(void)!schema_read(&l->in, map, &policy_schema, &form);
	load_head(l, &form);
	load_sensitivity(l, form.sensitive);
	load_table(l, &r->purposes, form.purposes, PURPOSES_MAX, load_purpose);
	load_table(l, &r->recipients, form.recipients, RECIPIENTS_MAX, load_recipient);
	load_table(l, &r->permissions, form.permissions, PERMISSIONS_MAX, load_permission);
	load_table(l, &r->retentions, form.legal_retention, CATEGORIES_MAX, load_legal_retention);
	load_table(l, &r->categories, form.categories, CATEGORIES_MAX, load_category);
	load_chapters(l, form.chapters, "the policy", &chapters);
	r->chapters = chapters.rows;
	r->chapter_count = chapters.count;
}
