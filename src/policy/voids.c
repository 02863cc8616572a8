#include "policy/voids.h"
#include "policy/gate_internal.h"
#include "policy/load.h"
#include "policy/upload.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- loading ---- */

#define AT(member) offsetof(struct void_mark, member)
static const struct schema_field void_fields[] = {
	{"clause", SCHEMA_CLAUSE, true, AT(key), NULL, "clause: the id of the clause that is void"},
	{"reason", SCHEMA_TEXT, true, AT(reason), NULL, "reason: why, as people read it"},
	{"since", SCHEMA_DATE, true, AT(since), NULL, "since: 2026-01-31"},
};
#undef AT
static const struct schema void_schema = {"a void clause", void_fields, COUNT(void_fields)};

static void load_void(struct loader *l, struct node map, void *arg)
{
	struct void_mark *v = ARENA_NEW(l->in.arena, struct void_mark);

	(void)arg;
	if (load_row(l, &l->r->voids, map, &void_schema, v))
		load_add(l, &l->r->voids, map, "void clause", v->key, v, &v->number);
}

/* ---- which rules could stop ---- */

typedef void (*rule_fn)(void *arg, const char *clause, const char *kind, const char *name);

static void category_rules(const struct category *k, rule_fn fn, void *arg)
{
	fn(arg, k->collect_clause, "收集", k->name);
	fn(arg, k->share_clause, "提供", k->name);
	fn(arg, k->read_clause, "显示", k->name);
}

static void each_rule(const struct release *r, rule_fn fn, void *arg)
{
	for (unsigned i = 0; i < r->categories.count; i++)
		category_rules(r->categories.rows[i], fn, arg);
	for (unsigned i = 0; i < r->services.count; i++) {
		const struct service *s = r->services.rows[i];
		fn(arg, s->clause, "服务", s->name);
	}
	for (unsigned i = 0; i < r->purposes.count; i++) {
		const struct purpose *p = r->purposes.rows[i];
		fn(arg, p->clause, "目的", p->name);
	}
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *to = r->recipients.rows[i];
		fn(arg, to->clause, "接收方", to->name);
	}
	for (unsigned i = 0; i < r->permissions.count; i++) {
		const struct permission *p = r->permissions.rows[i];
		fn(arg, p->clause, "系统权限", p->name);
	}
	for (unsigned i = 0; i < r->exceptions.count; i++) {
		const struct exception *e = r->exceptions.rows[i];
		fn(arg, e->clause, "例外情形", e->ground);
	}
	for (unsigned i = 0; i < r->sdks.count; i++) {
		const struct sdk *s = r->sdks.rows[i];
		fn(arg, s->clause, "开发包", s->name);
	}
	for (unsigned i = 0; i < r->sdk_reasons.count; i++) {
		const struct sdk_reason *x = r->sdk_reasons.rows[i];
		fn(arg, x->clause, "集成开发包的目的", x->name);
	}
}

struct collecting {
	struct clause_rule *rules; /* NULL: only counted */
	size_t count;
};

static void collect_rule(void *arg, const char *clause, const char *kind, const char *name)
{
	struct collecting *k = arg;

	if (!clause)
		return;
	if (k->rules)
		k->rules[k->count] = (struct clause_rule){clause, kind, name};
	k->count++;
}

void clause_rules(struct ctx *c, const struct release *r, struct clause_rule **ret, size_t *ret_count)
{
	struct collecting k = {0};

	each_rule(r, collect_rule, &k);
	k = (struct collecting){.rules = ARENA_ARRAY(c->arena, struct clause_rule, k.count + 1)};
	each_rule(r, collect_rule, &k);
	*ret = k.rules;
	*ret_count = k.count;
}

struct finding {
	const char *clause;
	bool found;
};

static void find_rule(void *arg, const char *clause, const char *kind, const char *name)
{
	struct finding *f = arg;

	(void)kind, (void)name;
	f->found |= clause && strcmp(clause, f->clause) == 0;
}

static bool could_stop(const struct release *r, const char *clause)
{
	struct finding f = {.clause = clause};

	each_rule(r, find_rule, &f);
	return f.found;
}

static bool same(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* People's own rights rest on it: to see their data, to leave. */
static bool carries_rights(const struct release *r, const char *clause)
{
	for (unsigned i = 0; i < r->services.count; i++) {
		const struct service *s = r->services.rows[i];
		if (!city_list_has(r, "gate.rights", s->key))
			continue;
		if (same(s->clause, clause) || same(s->purpose->clause, clause) ||
		    same(s->category->read_clause, clause) || same(s->category->collect_clause, clause))
			return true;
	}
	return false;
}

static void check_void(const struct release *r, struct node list, const char *clause)
{
	if (!could_stop(r, clause))
		node_complain(list,
			      "no rule that allows anything stands under clause %s, so nothing could stop; "
			      "remove it from 'void'",
			      clause);
	else if (carries_rights(r, clause))
		node_complain(list, "people use their rights under clause %s; remove it from 'void'", clause);
}

void load_voids(struct loader *l, struct node policy)
{
	struct node list = node_get(policy, "void");
	struct release *r = l->r;

	model_rows(r, &r->voids, node_size(list));
	load_each(l, list, load_void, NULL);
	for (unsigned i = 0; i < r->voids.count; i++)
		check_void(r, list, row_key(r->voids.rows[i]));
}

/* ---- what stops ---- */

static bool is_void(const struct release *r, const char *clause)
{
	return clause && r->voids.count && release_void(r, clause);
}

void void_bounds(const struct release *r, const struct service *s, enum gate_action action,
		 struct gate_bounds *b)
{
	const struct category *k = s->category;

	b->present = b->present && !is_void(r, s->clause);
	if ((action == GATE_COLLECT && is_void(r, k->collect_clause)) ||
	    (action == GATE_SHARE && is_void(r, k->share_clause)))
		b->may = (struct itemset){0};
	if (action == GATE_READ && is_void(r, k->read_clause)) /* what a category shows of others */
		for (size_t i = 0; i < ITEMS_MAX / 64; i++)
			b->may.bit[i] &= s->items.bit[i] | s->shared.bit[i] | s->result.bit[i];
	for (unsigned i = 0; i < r->purposes.count; i++)
		if (is_void(r, ((const struct purpose *)r->purposes.rows[i])->clause))
			b->purposes &= ~(UINT64_C(1) << i);
	for (unsigned i = 0; i < r->recipients.count; i++)
		if (is_void(r, ((const struct recipient *)r->recipients.rows[i])->clause))
			b->recipients &= ~(UINT64_C(1) << i);
	for (unsigned i = 0; i < r->permissions.count; i++)
		if (is_void(r, ((const struct permission *)r->permissions.rows[i])->clause))
			b->permissions &= ~(UINT32_C(1) << i);
}

void void_registers(struct release *r)
{
	for (unsigned i = 0; i < r->exceptions.count; i++) {
		struct exception *e = r->exceptions.rows[i];
		e->stopped = is_void(r, e->clause);
	}
	for (unsigned i = 0; i < r->sdks.count; i++) {
		struct sdk *s = r->sdks.rows[i];
		s->stopped = is_void(r, s->clause) || (s->reason && is_void(r, s->reason->clause));
	}
}

const char *void_clause(const struct release *r, const struct gate_request *q)
{
	if (r->voids.count == 0 || !gate_belongs(r, q))
		return NULL;
	const char *const clauses[] = {
		q->service->clause,
		q->action == GATE_READ ? q->service->category->read_clause : gate_action_clause(r, q),
		q->purpose ? q->purpose->clause : NULL,
		q->recipient ? q->recipient->clause : NULL,
	};

	for (size_t i = 0; i < COUNT(clauses); i++)
		if (is_void(r, clauses[i]))
			return clauses[i];
	return NULL;
}

/* ---- marking ---- */

static void drop(json_t **doc)
{
	json_decref(*doc);
}

/* The place of the clause in the list, or its size. */
static size_t place_of(const json_t *list, const char *clause)
{
	size_t i = 0;

	for (; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_object_get(json_array_get(list, i), "clause"));
		if (one && strcmp(one, clause) == 0)
			break;
	}
	return i;
}

static json_t *list_of(json_t *policy)
{
	json_t *list = json_object_get(policy, "void");

	if (!list) {
		list = json_array();
		json_object_set_new(policy, "void", list);
	}
	return list;
}

static void write_mark(json_t *policy, const char *clause, const char *reason, const char *day)
{
	json_t *list = list_of(policy);

	if (reason)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "clause", clause, "reason", reason, "since", day));
	else
		json_array_remove(list, place_of(list, clause));
	if (json_array_size(list) == 0)
		json_object_del(policy, "void");
}

err release_voided(struct ctx *c, const struct release *base, const char *clause, const char *reason,
		   const char *version, struct release **ret)
{
	struct slice document = release_document(base);
	char today[TIME_TEXT_SIZE];
	json_error_t where;
	__attribute__((cleanup(drop))) json_t *root = json_loadb(document.p, document.n, 0, &where);
	json_t *policy = json_object_get(root, "policy");

	if (!could_stop(base, clause))
		return fail_field(c, "clause", "这一条款没有可以停止的规则");
	if (carries_rights(base, clause))
		return fail_field(c, "clause", "本人凭这一条款行使权利，不能停止执行");
	if (!policy)
		FAIL(c, ERR_STORE, "存储中的政策版本无法读取");
	if ((release_void(base, clause) != NULL) == (reason != NULL))
		FAIL(c, ERR_CONFLICT, reason ? "这一条款已经停止执行" : "这一条款没有停止执行");
	time_text(c->now_ms, today);
	today[sizeof "2026-01-31" - 1] = '\0';
	write_mark(policy, clause, reason, today);
	json_object_set_new(policy, "version", json_string(version));
	json_object_set_new(policy, "updated", json_string(today));
	return release_reparsed(c, root, ret);
}
