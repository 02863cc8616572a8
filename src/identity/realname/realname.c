/* Proof of the real name, by one of the city's methods. */
#include "identity/identity_store.h"
#include "identity/prefill.h"

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
	bool minor;  /* whose guardian agreed */
	bool unmark; /* was taken for a minor by a number that was typed once; proves to be of age */
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
	err e = compare_identity(c, share, &p->form, p->minor, &sent);
	struct failure failure = c->failure;
	entry.action = ENTRY_SENT;
	entry.decision = sent;
	TRY(ledger_write(c, &p->head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	if (e.code == ERR_CONFLICT)
		TRY(note_refusal(c, p, "mismatch", p->service->clause));
	else if (e.code == ERR_REFUSED && strcmp(failure.reason, "realname_required") == 0)
		TRY(note_refusal(c, p, failure.reason, failure.clause));
	c->failure = failure;
	return e;
}

static err kept_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct proving *p = arg;
	struct facts_change change = {p->subject_id, p->level, -1, -1};
	struct minor_mark of_age = {.subject_id = p->subject_id, .minor = false};

	if (p->unmark)
		TRY(minors_mark_rows(c, tx, &of_age));
	return facts_change_rows(c, tx, &change);
}

static err keep(struct ctx *c, struct proving *p)
{
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = p->service->key,
			      .purpose = p->service->purpose->key,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = p->service->clause,
			      .note = arena_printf(c->arena, "实名认证通过，等级 %d", p->level)};
	struct permit *collect = NULL;

	TRY(facts_load(c, p->subject_id, &p->facts, &p->head));
	if (p->unmark)
		p->facts.minor = false;
	TRY(typed_permit(c, &p->facts, GATE_COLLECT, p->service, NULL, p->form.items, &collect));
	TRY(vault_collect(c, collect, &p->head, 0, "identity", p->form.values, p->form.count, NULL, NULL));
	return ledger_write(c, &p->head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, kept_rows, p, NULL);
}

/* An account of unknown age gives itself away as a minor's by the number: from now on it is held back
 * throughout, and what it gave goes unless a guardian agrees in time (NT-5.1.a, NT-5.2.a). Nothing of the
 * number is kept or sent. */
static err mark_minor(struct ctx *c, struct proving *p, const char *clause)
{
	struct minor_mark mark = {.subject_id = p->subject_id, .minor = true};
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = p->service->key,
			      .purpose = p->service->purpose->key,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = clause,
			      .note = "按所填证件号码，本账号由未成年人使用：监护人同意之前暂停收集和办理"};

	if (p->facts.minor)
		return OK;
	return ledger_write(c, &p->head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, minors_mark_rows,
			    &mark, NULL);
}

/* A minor's account belongs to the child that the guardian named; one that was only taken for a minor's may
 * prove the contrary. */
static err check_holder(struct ctx *c, struct proving *p)
{
	struct ward w = {0};

	if (!p->facts.minor || p->minor)
		return OK;
	err e = ward_of_child(c, (struct child){p->subject_id, true}, &w);
	if (e.code != ERR_NOT_FOUND)
		TRY(e);
	failure_clear(c);
	if (w.agreed_at_ms)
		FAIL(c, ERR_CONFLICT, "所填证件与监护人登记的不一致");
	p->unmark = true;
	p->facts.minor = false;
	return OK;
}

/* Anew, where the city lets people: by the very document that was proven, and after a second check, so that
 * nobody who finds a session open makes the account another person's. */
static err check_again(struct ctx *c, const struct proving *p)
{
	struct slice number = typed_number(&p->form);
	bool same = false;

	if (p->facts.realname_level > p->level || !city_flag(c->release, "realname.again"))
		FAIL(c, ERR_CONFLICT, "您已完成实名认证");
	if (p->facts.second_check_until_ms <= c->now_ms) {
		err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
			       "您已完成实名认证；再次认证前，请再次验证本人身份");
		refuse_next(c, "confirm_again", NULL);
		return e;
	}
	TRY(vault_profile_is(c, p->subject_id, "id_number", number, &same));
	if (!same)
		return fail_field(c, "id_number", "与本账号已认证的证件号码不一致");
	return OK;
}

static err check_person(struct ctx *c, struct proving *p)
{
	if (p->facts.realname_level >= p->level)
		TRY(check_again(c, p));
	err e = check_age(c, (struct child){p->subject_id, true}, &p->form, &p->minor);
	if (!failed(e))
		return check_holder(c, p);
	struct failure failure = c->failure;
	TRY(note_refusal(c, p, "guardian_required", failure.clause));
	TRY(mark_minor(c, p, failure.clause));
	c->failure = failure;
	return e;
}

err realname_prove(struct ctx *c, int64_t subject_id, const char *method, const struct typed *typed,
		   size_t count, int *ret_level)
{
	struct proving p = {.subject_id = subject_id};
	struct permit *collect = NULL, *share = NULL;
	const struct typed *given;
	struct itemset fetched;
	size_t given_count;

	TRY(method_service(c, method, &p.service));
	p.level = (int)city_int(c->release, arena_printf(c->arena, "realname.level.%s", method), 1);
	TRY(prefill_take(c, subject_id, p.service, typed, count, &given, &given_count, &fetched));
	TRY(read_form(c, p.service, given, given_count, &p.form));
	for (size_t i = 0; i < p.form.count; i++)
		if (itemset_has(&fetched, p.form.values[i].item->number))
			p.form.values[i].origin = "fetched:account"; /* TJ-1.1.5.b */
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
