/* What an officer does with a request: looks, asks for proof, carries it out. */
#include "consent/locks.h"
#include "rights/inside.h"

err rights_reveal(struct ctx *c, int64_t request_id, const char *reason, struct rights_request *ret)
{
	struct rights_request r;
	struct head h;

	TRY(rights_find(c, request_id, &r));
	TRY(rights_check_text(c, "reason", reason));
	struct entry e = rights_entry(c, &r, ENTRY_READ, reason);
	const struct item *words = release_item(c->release, "feedback_content");
	if (words)
		itemset_add(&e.items, words->number);
	TRY(ledger_head(c, c->store, r.subject_id, &h));
	TRY(ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	*ret = r;
	return OK;
}

static err open_request(struct ctx *c, int64_t request_id, struct rights_request *ret)
{
	TRY(rights_find(c, request_id, ret));
	if (strcmp(ret->state, "proof_needed") == 0)
		FAIL(c, ERR_CONFLICT, "请求人的身份还没有核验，不能办理");
	if (strcmp(ret->state, "open") != 0)
		FAIL(c, ERR_CONFLICT, "这件请求已经办理");
	return OK;
}

/* TJ-4.5.a: where written proof is always given, there is nothing to ask (NT-4.7.a). */
err rights_ask_proof(struct ctx *c, int64_t request_id, struct rights_request *ret)
{
	const char *mode = city_text(c->release, "proof.mode");
	struct rights_request r;

	TRY(open_request(c, request_id, &r));
	if (!mode || strcmp(mode, "on_request") != 0 || r.proof_asked || r.stranger)
		FAIL(c, ERR_CONFLICT, "不能再要求提供证明");
	r.proof_asked = true;
	r.state = "proof_needed";
	r.verified_at_ms = r.due_at_ms = 0;
	struct entry e = rights_entry(c, &r, ENTRY_CHANGE, "请您提供书面请求，以核实身份");
	TRY(rights_step(c, &e, &(struct rights_step){.r = &r, .from = "open", .tell = true}));
	*ret = r;
	return OK;
}

/* ---- deletion ---- */

enum { ROWS_MAX = 512 };
struct deletion {
	const struct rights_request *r;
	struct vault_deletion rows[ROWS_MAX];
	struct itemset each[ROWS_MAX], all;
	struct locks locks;
	size_t count;
};

/* What an account cannot be without goes with the account (cancellation); a matter under way, what is kept by
 * law, and guardians' papers have ends of their own. */
static bool deletable(const struct ctx *c, const struct held *h)
{
	const struct release *r = c->release;
	const char *key = h->item->key;

	if (h->rule)
		return false;
	if (strncmp(h->scope, "service:", 8) == 0)
		return strcmp(h->scope, "service:guardian") != 0;
	return h->record_id == 0 && strcmp(h->scope, "account") == 0 &&
	       !city_list_has(r, "register.fields", key) && !city_list_has(r, "realname.fields", key) &&
	       !city_list_has(r, "login.names", key);
}

static err plan_row(struct ctx *c, const struct held *h, void *arg)
{
	struct deletion *d = arg;
	bool asked = itemset_empty(&d->r->items) || itemset_has(&d->r->items, h->item->number);

	if (!asked || !deletable(c, h) || lock_of(&d->locks, h->item, LOCK_DELETE) ||
	    (itemset_empty(&d->r->items) && h->record_id == 0))
		return OK;
	if (d->count == ROWS_MAX)
		FAIL(c, ERR_TOO_LARGE, "信息过多，请分几次办理");
	itemset_add(&d->each[d->count], h->item->number);
	itemset_add(&d->all, h->item->number);
	d->rows[d->count] = (struct vault_deletion){d->r->subject_id, h->record_id, &d->each[d->count]};
	d->count++;
	return OK;
}

static err deletion_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct deletion *d = arg;

	for (size_t i = 0; i < d->count; i++)
		TRY(vault_delete_rows(c, tx, &d->rows[i]));
	return OK;
}

/* ---- correction ---- */

struct place {
	const struct item *item;
	const char *scope;
};

static err find_place(struct ctx *c, const struct held *h, void *arg)
{
	struct place *p = arg;

	if (h->item == p->item && h->record_id == 0 && !h->rule)
		p->scope = arena_copy(c->arena, slice_of(h->scope));
	return OK;
}

/* Through the gate and into the vault, with origin "request": the old value is replaced (TJ-4.1.4.a, .b,
 * NT-4.2.a). */
static err correct(struct ctx *c, const struct rights_request *r)
{
	const struct service *s = release_service(c->release, "request_correction");
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .items = r->items, .now_ms = c->now_ms};
	struct vault_value v = {.value = slice_of(r->value), .origin = "request"};
	struct place p = {.scope = "account"};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!s)
		FAIL(c, ERR_CONFLICT, "隐私政策没有声明这种更正");
	q.purpose = s->purpose;
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		if (itemset_has(&r->items, i))
			p.item = v.item = release_item_at(c->release, i);
	TRY(vault_held(c, r->subject_id, find_place, &p));
	TRY(facts_load(c, r->subject_id, &f, &h));
	TRY(gate_decide(c, c->release, &f, &q, &permit));
	return vault_collect(c, permit, &h, 0, p.scope, &v, 1, NULL, NULL);
}

/* ---- withdrawal ---- */

static err withdraw(struct ctx *c, const struct rights_request *r)
{
	struct withdraw_request w = {.ids = r->consents, .id_count = r->consent_count};
	struct withdrawal done;

	err e = withdrawal_preview(c, r->subject_id, &w, &done);
	if (!failed(e))
		e = account_keeps_until(c, r->subject_id, done.closed_until_ms);
	if (!failed(e))
		e = withdrawal_run(c, r->subject_id, &w, &done);
	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c); /* withdrawn meanwhile, by the person or an earlier try */
	return OK;
}

/* ---- done ---- */

/* What was asked for by name and is closed has no answer but a refusal on its ground (TJ-4.4.f). */
static err check_open(struct ctx *c, const struct rights_request *r, struct locks *ret)
{
	TRY(locks_load(c, r->subject_id, ret));
	if (strcmp(r->kind, "correct") == 0)
		return locks_refuse(c, ret, &r->items, LOCK_CHANGE);
	return strcmp(r->kind, "delete") == 0 ? locks_refuse(c, ret, &r->items, LOCK_DELETE) : OK;
}

err rights_fulfil(struct ctx *c, int64_t request_id, const char *answer, struct rights_request *ret)
{
	struct deletion *d = ARENA_ARRAY(c->arena, struct deletion, 1);
	struct rights_request r;
	struct rights_step step = {.r = &r, .from = "open", .tell = true};

	TRY(open_request(c, request_id, &r));
	TRY(rights_check_text(c, "answer", answer));
	TRY(check_open(c, &r, &d->locks));
	if (strcmp(r.kind, "correct") == 0)
		TRY(correct(c, &r));
	else if (strcmp(r.kind, "withdraw") == 0)
		TRY(withdraw(c, &r));
	bool deletes = strcmp(r.kind, "delete") == 0;
	r.state = "done";
	r.answer = answer;
	r.answered_at_ms = c->now_ms;
	r.officer = c->actor.name;
	struct entry e = rights_entry(c, &r, deletes ? ENTRY_DELETE : ENTRY_CHANGE,
				      arena_printf(c->arena, "请求已办结：%s", rights_kind_name(r.kind)));
	if (deletes) { /* in the transaction of the answer */
		d->r = &r;
		TRY(vault_held(c, r.subject_id, plan_row, d));
		e.items = d->all;
		step.also = deletion_rows;
		step.arg = d;
	}
	TRY(rights_step(c, &e, &step));
	*ret = r;
	return OK;
}
