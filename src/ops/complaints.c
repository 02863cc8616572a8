#include "ops/complaints.h"
#include "ops/duties.h"
#include "rights/rights.h"

enum { TRIES = 4 };
#define SERVICE "complaint_handling"
#define WORDS "feedback_content" /* of a complaint: they lie with the request, not in the vault */

struct matter {
	struct complaint k;
	const struct service *service; /* under which it is read */
	const char *words;	       /* of a complaint; NULL: a matter in dispute */
	struct itemset items;	       /* what belongs to it, of what may be read */
	struct facts f;
	struct head h;
};

/* ---- which ---- */

static struct itemset own_items(const struct release *r, const struct service *may, const struct itemset *of)
{
	struct itemset set = {{0}};

	for (unsigned i = 0; i < release_item_count(r); i++)
		if (itemset_has(&may->reads, i) && itemset_has(of, i))
			itemset_add(&set, i);
	return set;
}

static err unknown(struct ctx *c)
{
	FAIL(c, ERR_NOT_FOUND, "没有这个编号的投诉或者办理中的事项，请与当事人核对编号");
}

static err by_complaint(struct ctx *c, int64_t id, struct matter *m)
{
	static const char *const contact[] = {"real_name", "mobile_phone", WORDS};
	struct rights_request r;
	struct itemset of = {{0}};

	TRY(rights_find(c, id, &r));
	if (strcmp(r.kind, "complaint") != 0 || !r.text)
		return unknown(c);
	for (size_t i = 0; i < sizeof contact / sizeof *contact; i++) {
		const struct item *it = release_item(c->release, contact[i]);
		if (it)
			itemset_add(&of, it->number);
	}
	m->words = r.text;
	m->items = own_items(c->release, m->service, &of);
	m->k = (struct complaint){.id = id,
				  .subject_id = r.subject_id,
				  .at_ms = r.verified_at_ms,
				  .number = r.number,
				  .name = rights_kind_name(r.kind),
				  .state_name = rights_state_name(r.state)};
	return OK;
}

static err by_case(struct ctx *c, int64_t id, struct matter *m)
{
	struct service_case k;
	int64_t subject_id = 0;

	TRY(case_queue_find_anywhere(c, id, &subject_id, &k));
	const struct service *s = release_service(c->release, k.service);
	if (!s)
		FAIL(c, ERR_GONE, "这项服务已经停止");
	m->items = own_items(c->release, m->service, &s->shared);
	m->k = (struct complaint){.id = id,
				  .subject_id = subject_id,
				  .at_ms = k.created_at_ms,
				  .number = k.number,
				  .name = s->name,
				  .state_name = case_state_name(k.state)};
	return OK;
}

static err matter_find(struct ctx *c, struct slice number, struct matter *ret)
{
	const struct service *s = release_service(c->release, SERVICE);
	struct matter m = {.service = s};

	if (!s)
		return refuse(c, "not_declared", NULL, "现行隐私政策没有声明投诉处理，不能查看");
	if (!number.n)
		return refuse(c, "not_yours", s->clause, "须凭投诉或者事项的编号查看，没有编号不能查看");
	int64_t id = case_number_id(number);
	err e = id ? by_complaint(c, id, &m) : unknown(c);
	if (id && e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		e = by_case(c, id, &m);
	}
	if (e.code == ERR_NOT_FOUND)
		return unknown(c);
	TRY(e);
	if (!slice_is(number, m.k.number)) /* of another day */
		return unknown(c);
	TRY(facts_load(c, m.k.subject_id, &m.f, &m.h));
	*ret = m;
	return OK;
}

/* ---- asking the gate ---- */

static err may_work(struct ctx *c, const struct staff *s)
{
	TRY(staff_must_be(c, s, STAFF_COMPLAINT_HANDLER, NULL));
	return duties_must_hold(c, s);
}

static err decide(struct ctx *c, struct matter *m, const struct itemset *items, const char *note, bool masked,
		  struct permit **ret)
{
	struct gate_request q = {.action = GATE_READ,
				 .service = m->service,
				 .purpose = m->service->purpose,
				 .items = *items,
				 .masked = masked,
				 .staff = true,
				 .note = note,
				 .now_ms = c->now_ms};

	return form_decide(c, &m->f, &m->h, &q, ret);
}

/* The words were opened with their request; they go out only after this entry. */
static err words_entry(struct ctx *c, struct matter *m, struct permit *p, struct itemset words)
{
	struct entry e = {.action = ENTRY_READ,
			  .service = m->service->key,
			  .purpose = permit_masked(p) ? "show_masked" : m->service->purpose->key,
			  .items = words,
			  .basis = permit_basis(p),
			  .decision = "allowed",
			  .clause = permit_clause(p),
			  .policy = permit_version(p),
			  .note = permit_note(p),
			  .ref_id = m->k.id};

	if (!permit_take(p, c))
		FAIL(c, ERR_INTERNAL, "许可已使用，或不属于本次请求");
	return ledger_write(c, &m->h, &e, 0, NULL, NULL, NULL);
}

static struct itemset words_of(const struct ctx *c, struct itemset *rest)
{
	const struct item *it = release_item(c->release, WORDS);
	struct itemset words = {{0}};

	if (it && itemset_has(rest, it->number)) {
		itemset_add(&words, it->number);
		rest->bit[it->number / 64] &= ~(UINT64_C(1) << it->number % 64);
	}
	return words;
}

/* ---- masked ---- */

static err open_once(struct ctx *c, struct slice number, struct matter *m, held_fn fn, void *arg)
{
	struct permit *p = NULL;

	TRY(matter_find(c, number, m));
	const char *note = arena_printf(c->arena, "编号 %s", m->k.number);
	struct itemset rest = m->items, words = words_of(c, &rest);
	bool has_words = m->words && !itemset_empty(&words);
	if (has_words) {
		TRY(decide(c, m, &words, note, true, &p));
		TRY(words_entry(c, m, p, words));
		TRY(facts_load(c, m->k.subject_id, &m->f, &m->h));
	}
	TRY(decide(c, m, &rest, note, true, &p));
	TRY(vault_masked(c, p, &m->h, m->k.id, fn, arg));
	if (!has_words)
		return OK;
	/* last: an attempt on old facts has told nothing */
	const struct item *it = release_item(c->release, WORDS);
	return fn(c, &(struct held){.item = it, .masked = item_masked(c, it, slice_of(m->words))}, arg);
}

err complaint_open(struct ctx *c, const struct staff *s, struct slice number, struct complaint *ret,
		   held_fn fn, void *arg)
{
	struct matter m = {0};
	err e = {ERR_STALE};

	TRY(may_work(c, s));
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = open_once(c, number, &m, fn, arg);
	}
	TRY(e);
	*ret = m.k;
	return OK;
}

/* ---- in clear ---- */

static err reveal_once(struct ctx *c, struct slice number, const struct item *it, struct slice reason,
		       struct released *hold, struct slice *ret_value)
{
	struct itemset one = {{0}};
	struct permit *p = NULL;
	struct matter m = {0};

	TRY(matter_find(c, number, &m));
	if (!itemset_has(&m.items, it->number))
		FAIL(c, ERR_NOT_FOUND, "这件事项没有这项信息");
	itemset_add(&one, it->number);
	const char *note =
		arena_printf(c->arena, "编号 %s：%.*s", m.k.number, (int)reason.n, (const char *)reason.p);
	TRY(decide(c, &m, &one, note, false, &p));
	if (m.words && strcmp(it->key, WORDS) == 0) {
		TRY(words_entry(c, &m, p, one));
		*ret_value = slice_of(m.words);
		return OK;
	}
	TRY(vault_release(c, p, &m.h, m.k.id, note, hold));
	const struct vault_value *v = released_get(hold, it->key);
	if (!v)
		FAIL(c, ERR_NOT_FOUND, "这件事项没有这项信息");
	*ret_value = v->value;
	return OK;
}

err complaint_reveal(struct ctx *c, const struct staff *s, struct slice number, struct slice item,
		     struct slice reason, struct released *hold, struct slice *ret_value)
{
	const struct item *it = release_item(c->release, arena_copy(c->arena, item));
	err e = {ERR_STALE};

	TRY(may_work(c, s));
	TRY(staff_check_reason(c, reason));
	if (!it)
		return fail_field(c, "item", "没有这项信息");
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = reveal_once(c, number, it, reason, hold, ret_value);
	}
	return e;
}
