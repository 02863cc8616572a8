#include "policy/model.h"
#include <assert.h>
#include <stdlib.h>

/* What every row starts with. */
struct row_head {
	unsigned number;
	const char *key;
};

#define STARTS_LIKE_ROW(type)                                                                                \
	static_assert(offsetof(type, number) == offsetof(struct row_head, number) &&                         \
		      offsetof(type, key) == offsetof(struct row_head, key))
STARTS_LIKE_ROW(struct item);
STARTS_LIKE_ROW(struct purpose);
STARTS_LIKE_ROW(struct recipient);
STARTS_LIKE_ROW(struct permission);
STARTS_LIKE_ROW(struct category);
STARTS_LIKE_ROW(struct service);
STARTS_LIKE_ROW(struct retention);
STARTS_LIKE_ROW(struct sdk);
STARTS_LIKE_ROW(struct sdk_reason);
STARTS_LIKE_ROW(struct exception);
STARTS_LIKE_ROW(struct cookie);
STARTS_LIKE_ROW(struct definition);
STARTS_LIKE_ROW(struct duty);
STARTS_LIKE_ROW(struct void_mark);

const char *row_key(const void *row)
{
	return ((const struct row_head *)row)->key;
}

struct release *model_new(void)
{
	struct arena *a = arena_new(RELEASE_ARENA_MAX);
	struct release *r = ARENA_NEW(a, struct release);

	r->arena = a;
	r->number = 1;
	atomic_init(&r->holders, 1);
	return r;
}

struct release *release_hold(const struct release *r)
{
	struct release *held = (struct release *)r; /* only the count changes */

	atomic_fetch_add(&held->holders, 1);
	return held;
}

void release_drop(const struct release *r)
{
	struct release *held = (struct release *)r;

	if (!held || atomic_fetch_sub(&held->holders, 1) != 1)
		return;
	for (size_t i = 0; i < held->earlier_count; i++)
		release_drop(held->earlier[i].release);
	arena_free(held->arena);
}

void model_rows(struct release *r, struct table *t, size_t capacity)
{
	t->rows = ARENA_ARRAY(r->arena, void *, capacity + 1);
}

void model_add(struct table *t, void *row, unsigned *row_number)
{
	*row_number = t->count;
	t->rows[t->count++] = row;
}

void *model_find(const struct table *t, const char *key)
{
	for (unsigned i = 0; i < t->count; i++)
		if (strcmp(row_key(t->rows[i]), key) == 0)
			return t->rows[i];
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct key_entry *)a)->key, ((const struct key_entry *)b)->key);
}

static void index_make(struct release *r, struct table *t)
{
	t->index.entries = ARENA_ARRAY(r->arena, struct key_entry, t->count + 1);
	t->index.count = t->count;
	for (unsigned i = 0; i < t->count; i++)
		t->index.entries[i] = (struct key_entry){row_key(t->rows[i]), i};
	qsort(t->index.entries, t->count, sizeof *t->index.entries, by_key);
}

static void *table_get(const struct table *t, const char *key)
{
	struct key_entry wanted = {.key = key};

	if (!key || t->index.count == 0)
		return NULL;
	const struct key_entry *e =
		bsearch(&wanted, t->index.entries, t->index.count, sizeof *t->index.entries, by_key);
	return e ? t->rows[e->number] : NULL;
}

static void *table_at(const struct table *t, unsigned number)
{
	return number < t->count ? t->rows[number] : NULL;
}

#define TABLE_ACCESS(type, name, plural)                                                                     \
	const struct type *release_##name(const struct release *r, const char *key)                          \
	{                                                                                                    \
		return table_get(&r->plural, key);                                                           \
	}                                                                                                    \
	const struct type *release_##name##_at(const struct release *r, unsigned number)                     \
	{                                                                                                    \
		return table_at(&r->plural, number);                                                         \
	}                                                                                                    \
	unsigned release_##name##_count(const struct release *r)                                             \
	{                                                                                                    \
		return r->plural.count;                                                                      \
	}

TABLE_ACCESS(item, item, items)
TABLE_ACCESS(service, service, services)
TABLE_ACCESS(category, category, categories)
TABLE_ACCESS(purpose, purpose, purposes)
TABLE_ACCESS(recipient, recipient, recipients)
TABLE_ACCESS(permission, permission, permissions)
TABLE_ACCESS(retention, retention, retentions)
TABLE_ACCESS(sdk_reason, sdk_reason, sdk_reasons)
TABLE_ACCESS(sdk, sdk, sdks)
TABLE_ACCESS(exception, exception, exceptions)
TABLE_ACCESS(cookie, cookie, cookies)
TABLE_ACCESS(definition, definition, definitions)
TABLE_ACCESS(duty, duty, duties)

const struct void_mark *release_void(const struct release *r, const char *clause)
{
	return table_get(&r->voids, clause);
}

const struct void_mark *release_void_at(const struct release *r, unsigned number)
{
	return table_at(&r->voids, number);
}

unsigned release_void_count(const struct release *r)
{
	return r->voids.count;
}

const char *release_city(const struct release *r)
{
	return r->city;
}

bool release_has_agreement(const struct release *r)
{
	return r->agreement.count > 0;
}

const char *release_version(const struct release *r)
{
	return r->version;
}

unsigned release_number(const struct release *r)
{
	return r->number;
}

const char *release_hash(const struct release *r)
{
	return r->hash;
}

int64_t release_effective_ms(const struct release *r)
{
	return r->effective_ms;
}

struct slice release_document(const struct release *r)
{
	return r->document;
}

const char *release_updated(const struct release *r)
{
	return r->updated;
}

/* ---- what the gate needs ---- */

static struct itemset joined(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] |= b->bit[i];
	return a;
}

static struct itemset common(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= b->bit[i];
	return a;
}

struct service_bounds *model_bounds(struct release *r)
{
	char *p = arena_alloc(r->arena, (r->services.count + 1) * sizeof(struct service_bounds));

	return (struct service_bounds *)(p + (CACHE_LINE - (uintptr_t)p % CACHE_LINE) % CACHE_LINE);
}

static struct service_bounds bounds_of(const struct release *r, const struct service *s)
{
	const struct category *k = s->category;
	struct itemset shown = joined(joined(s->items, &s->shared), &s->result);
	struct itemset extra = common(s->reads, &k->read);
	const char *clauses[GATE_ACTIONS] = {
		[GATE_COLLECT] = k->collect_clause, [GATE_SHARE] = k->share_clause};
	struct service_bounds b;

	for (int action = 0; action < GATE_ACTIONS; action++)
		b.by[action] = (struct gate_bounds){
			.purposes = k->purposes,
			.recipients = k->recipients,
			.clause = clauses[action] ? clauses[action] : s->clause,
			.permissions = k->permissions,
			.level = (uint8_t)s->level,
			.rights = action == GATE_READ && city_list_has(r, "gate.rights", s->key),
			.present = true,
		};
	b.by[GATE_COLLECT].may = common(s->items, &k->collect);
	b.by[GATE_SHARE].may = common(s->shared, &k->share);
	b.by[GATE_READ].may = joined(shown, &extra);
	for (int action = 0; r->voids.count && action < GATE_ACTIONS; action++)
		void_bounds(r, s, (enum gate_action)action, &b.by[action]);
	return b;
}

static const char *const paper_settings[PAPER_KINDS] = {
	[PAPER_AGREEMENT] = "share.papers.agreement",
	[PAPER_UNDERTAKING] = "share.papers.undertaking",
	[PAPER_ADMISSION] = "share.papers.admission",
};

static void freeze_items(struct release *r)
{
	for (unsigned i = 0; i < r->items.count; i++) {
		const struct item *it = r->items.rows[i];
		if (it->sensitive)
			itemset_add(&r->sensitive, i);
		r->item_permissions[i] = it->permissions;
		if (it->permissions)
			itemset_add(&r->guarded[GATE_COLLECT], i);
	}
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *to = r->recipients.rows[i];
		if (strcmp(to->kind, "supplier") == 0)
			r->entrusted |= UINT64_C(1) << i;
		if (!city_inside(r, to->region))
			r->abroad |= UINT64_C(1) << i;
	}
}

/* A cooperating provider is a partner or an affiliate. Releases that were stored before providers had lists
 * of their own limit nobody. */
static bool is_limited(const struct release *r, const struct recipient *to)
{
	size_t count;

	(void)city_list(r, "share.partner_items", &count);
	return count && to->limited &&
	       (strcmp(to->kind, "partner") == 0 || strcmp(to->kind, "affiliate") == 0);
}

static void freeze_parties(struct release *r)
{
	size_t count;
	const char *const *common_items = city_list(r, "share.partner_items", &count);

	r->partner_may = ARENA_ARRAY(r->arena, struct itemset, r->recipients.count + 1);
	r->asked = ARENA_ARRAY(r->arena, struct itemset, r->recipients.count + 1);
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *to = r->recipients.rows[i];
		r->partner_may[i] = to->items;
		for (size_t n = 0; n < count; n++)
			if (release_item(r, common_items[n]))
				itemset_add(&r->partner_may[i], release_item(r, common_items[n])->number);
		if (is_limited(r, to))
			r->limited |= UINT64_C(1) << i;
		for (int k = 0; k < PAPER_KINDS; k++)
			if (city_list_has(r, paper_settings[k], to->kind))
				r->papers_needed[k] |= UINT64_C(1) << i;
	}
	for (unsigned i = 0; i < r->services.count; i++) {
		const struct service *s = r->services.rows[i];
		if (s->recipient)
			r->asked[s->recipient->number] = joined(r->asked[s->recipient->number], &s->shared);
	}
	const char *volunteered = city_text(r, "share.volunteered");
	r->volunteered = volunteered && strcmp(volunteered, "allowed") == 0;
}

const struct itemset *release_asked(const struct release *r, const struct recipient *to)
{
	return &r->asked[to->number];
}

bool service_texts_named(const struct service *s)
{
	return strcmp(s->provider_kind, "third_party") != 0 || !s->recipient ||
	       (s->recipient->agreement_url && s->recipient->policy_url);
}

static void freeze_rules(struct release *r)
{
	static const char *const settings[RULE_COUNT] = {
		[RULE_DECLARED] = "gate.clause.declared",
		[RULE_PARTNER] = "gate.clause.partner",
		[RULE_PAPER + PAPER_AGREEMENT] = "gate.clause.agreement",
		[RULE_PAPER + PAPER_UNDERTAKING] = "gate.clause.undertaking",
		[RULE_PAPER + PAPER_ADMISSION] = "gate.clause.admission",
		[RULE_BLOCKED] = "gate.clause.status",
		[RULE_CANCELLED] = "gate.clause.status",
		[RULE_GUARDIAN] = "gate.clause.guardian",
		[RULE_LOGIN] = "gate.clause.login",
		[RULE_PHONE] = "gate.clause.phone",
		[RULE_REALNAME] = "gate.clause.realname",
		[RULE_ACCEPT] = "gate.clause.accept",
		[RULE_WEAK] = "gate.clause.weak",
		[RULE_PERMISSION] = "gate.clause.permission",
		[RULE_SENSITIVE] = "gate.clause.sensitive",
		[RULE_SHARE] = "gate.clause.share",
		[RULE_SECOND_CHECK] = "gate.clause.second_check",
		[RULE_GROUND] = "gate.clause.ground",
		[RULE_BORDER] = "gate.clause.border",
		[RULE_ENDED] = "retention.clause",
		[RULE_CHILD] = "gate.clause.guardian",
	};

	for (int i = 0; i < RULE_COUNT; i++)
		r->rule_clauses[i] = settings[i] ? city_text(r, settings[i]) : NULL;
	for (unsigned i = 0; i < r->exceptions.count && !r->minor_bases; i++) {
		const struct exception *e = r->exceptions.rows[i];
		r->minor_bases = e->contexts >> EXCEPTION_MINOR & 1;
		r->rule_clauses[RULE_MINOR] = r->minor_bases ? e->clause : NULL;
	}
}

void model_freeze(struct release *r)
{
	struct table *tables[] = {&r->items,	  &r->purposes,	  &r->recipients,  &r->permissions,
				  &r->categories, &r->services,	  &r->retentions,  &r->sdks,
				  &r->exceptions, &r->cookies,	  &r->definitions, &r->duties,
				  &r->voids,	  &r->sdk_reasons};

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		index_make(r, tables[i]);
	void_registers(r);
	freeze_items(r);
	freeze_rules(r);
	freeze_parties(r);
	r->collect_ground_clause = city_text(r, "gate.clause.ground_collect");
	r->show_masked = release_purpose(r, "show_masked");
	const char *border = city_text(r, "border.mode");
	r->never_abroad = !border || strcmp(border, "consent") != 0;
	r->weak_counts = city_flag(r, "consent.continue");
	const char *change = city_text(r, "purpose.change");
	r->purpose_express = change && strcmp(change, "express") == 0;
	r->bounds = model_bounds(r);
	for (unsigned i = 0; i < r->services.count; i++)
		r->bounds[i] = bounds_of(r, r->services.rows[i]);
}
