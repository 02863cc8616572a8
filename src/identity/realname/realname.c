/* Proof of the real name, by one of the city's methods. */
#include "identity/identity_store.h"

enum { TRIES_A_DAY = 10, DAY_MS = 24 * 3600 * 1000 };

static err method_service(struct ctx *c, const char *method, const struct service **ret)
{
	const struct service *s = release_service(c->release, arena_printf(c->arena, "realname_%s", method));

	if (!s || !s->recipient || !city_list_has(c->release, "realname.methods", method))
		FAIL(c, ERR_NOT_FOUND, "不提供这种实名认证方式");
	*ret = s;
	return OK;
}

/* Required fields first; what comes from a sensor is not typed. */
static err read_form(struct ctx *c, const struct service *s, const struct typed *typed, size_t count,
		     struct typed_values *ret)
{
	const char **keys = ARENA_ARRAY(c->arena, const char *, s->field_count + 1);
	size_t n = 0, required;

	for (size_t i = 0; i < s->field_count; i++) {
		if (s->fields[i].required && !s->fields[i].sensed)
			keys[n++] = s->fields[i].item->key;
	}
	required = n;
	for (size_t i = 0; i < s->field_count; i++) {
		if (!s->fields[i].required && !s->fields[i].sensed)
			keys[n++] = s->fields[i].item->key;
	}
	return typed_read(c, keys, n, required, typed, count, ret);
}

static struct itemset both(const struct itemset *a, const struct itemset *b)
{
	struct itemset common = *a;

	for (size_t i = 0; i < sizeof(common.bit) / sizeof(common.bit[0]); i++)
		common.bit[i] &= b->bit[i];
	return common;
}

struct proving {
	int64_t subject_id;
	const struct service *service;
	struct typed_values form;
	struct facts facts;
	struct head head;
	int level;
};

static err note_refusal(struct ctx *c, struct proving *p, const char *reason, const char *clause)
{
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = p->service->key,
			      .purpose = p->service->purpose->key,
			      .recipient = p->service->recipient->key,
			      .items = p->form.items,
			      .decision = reason,
			      .clause = clause};

	return ledger_write(c, &p->head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

/* The outcome of the share, and then what became of it. */
static err compare(struct ctx *c, struct proving *p, struct permit *share)
{
	struct entry entry = share_entry(share);
	const char *sent;

	TRY(ledger_write(c, &p->head, &entry, 0, NULL, NULL, NULL));
	err e = compare_identity(c, share, &p->form, &sent);
	struct failure failure = c->failure;
	entry.action = ENTRY_SENT;
	entry.decision = sent;
	TRY(ledger_write(c, &p->head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	if (e.code == ERR_CONFLICT)
		TRY(note_refusal(c, p, "mismatch", p->service->clause));
	c->failure = failure;
	return e;
}

static err keep(struct ctx *c, struct proving *p)
{
	struct facts_change change = {p->subject_id, p->level, -1, -1};
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = p->service->key,
			      .purpose = p->service->purpose->key,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = p->service->clause,
			      .note = arena_printf(c->arena, "实名认证通过，等级 %d", p->level)};
	struct permit *collect = NULL;

	TRY(facts_load(c, p->subject_id, &p->facts, &p->head));
	TRY(typed_permit(c, &p->facts, GATE_COLLECT, p->service, NULL, p->form.items, &collect));
	TRY(vault_collect(c, collect, &p->head, 0, "identity", p->form.values, p->form.count, NULL, NULL));
	return ledger_write(c, &p->head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, facts_change_rows,
			    &change, NULL);
}

static err check_person(struct ctx *c, struct proving *p)
{
	if (p->facts.realname_level >= p->level)
		FAIL(c, ERR_CONFLICT, "您已完成实名认证");
	err e = check_age(c, &p->form);
	if (!failed(e))
		return OK;
	struct failure failure = c->failure;
	TRY(note_refusal(c, p, "guardian_required", failure.clause));
	c->failure = failure;
	return e;
}

err realname_prove(struct ctx *c, int64_t subject_id, const char *method, const struct typed *typed,
		   size_t count, int *ret_level)
{
	struct proving p = {.subject_id = subject_id};
	struct permit *collect = NULL, *share = NULL;

	TRY(method_service(c, method, &p.service));
	p.level = (int)city_int(c->release, arena_printf(c->arena, "realname.level.%s", method), 1);
	TRY(read_form(c, p.service, typed, count, &p.form));
	TRY(facts_load(c, subject_id, &p.facts, &p.head));
	TRY(check_person(c, &p));
	TRY(typed_permit(c, &p.facts, GATE_COLLECT, p.service, NULL, p.form.items, &collect));
	TRY(typed_permit(c, &p.facts, GATE_SHARE, p.service, p.service->recipient,
			 both(&p.form.items, &p.service->shared), &share));
	TRY(throttle(c, "realname", slice_of(arena_printf(c->arena, "%lld", (long long)subject_id)),
		     TRIES_A_DAY, DAY_MS));
	TRY(compare(c, &p, share));
	TRY(keep(c, &p));
	*ret_level = p.level;
	return OK;
}
