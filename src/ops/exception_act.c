/* A use asked of the gate, and carried out. */
#include "base/json.h"
#include "connectors/connectors.h"
#include "ops/exception_store.h"

/* The note holds every part of a form at its longest. */
enum { TRIES = 4, REQUEST_MAX = 1 << 18, ANSWER_MAX = 1 << 16, NOTE_MAX_BYTES = 24 * 1024 };

/* ---- what the person reads ---- */

static void add_part(struct buf *out, const char *label, const char *text)
{
	if (text)
		buf_printf(out, "%s%s%s", out->size ? "；" : "", label, text);
}

const char *exception_note(struct ctx *c, const struct exception_use *u)
{
	static const struct {
		enum exception_need need;
		const char *label;
	} parts[] = {{NEED_DOCUMENT, "依据："},
		     {NEED_PUBLIC_SOURCE, "公开来源："},
		     {NEED_OWN_PUBLICATION, "本人公开："},
		     {NEED_APPLICATION, "事项："},
		     {NEED_EVENT, "事件："},
		     {NEED_UNDERTAKING, "接收方承诺："},
		     {NEED_NOTICE, "告知："},
		     {NEED_REASON, "理由："}};
	const struct exception *e = release_exception(c->release, u->ground);
	BUF_SCOPED out = {0};

	buf_init(&out, NOTE_MAX_BYTES);
	add_part(&out, "例外情形：", e ? e->ground : NULL);
	add_part(&out, "查询机关：", u->organ);
	add_part(&out, "提出：", u->officer_name);
	add_part(&out, "复核：", u->second_name);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		add_part(&out, parts[i].label, u->evidence[parts[i].need]);
	add_part(&out, "范围：", u->scope);
	const struct exception *minor =
		u->minor_ground ? release_exception(c->release, u->minor_ground) : NULL;
	add_part(&out, "未成年人信息的使用：", minor ? minor->ground : NULL);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		add_part(&out, parts[i].label, u->minor_evidence[parts[i].need]);
	return arena_copy(c->arena, buf_slice(&out));
}

const char *exception_why_deferred(struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = release_exception(c->release, u->ground);

	return arena_printf(c->arena, "因%s依法延后告知您，由%s、%s决定。", e ? e->ground : "法定保密义务",
			    u->officer_name, u->second_name);
}

/* ---- asking the gate ---- */

/* One attempt: the person as of now, and the request about that person. */
struct act {
	const struct exception_use *use;
	struct facts f;
	struct head h;
	struct gate_ground ground;
	struct gate_request q;
};

static int context_of(const char *word)
{
	for (int i = EXCEPTION_COLLECT; i < EXCEPTION_CONTEXTS; i++)
		if (strcmp(exception_context_word((enum exception_context)i), word) == 0)
			return i;
	return -1;
}

static uint32_t given_by(const struct exception_use *u, bool agreed)
{
	uint32_t given = 1U << NEED_OFFICER;

	for (int i = 0; i < NEED_COUNT; i++)
		given |= u->evidence[i] ? 1U << i : 0;
	/* the person is asked after the officers, and publications.c goes no further without that answer */
	if (publication_is(u) && (!u->state || u->agreed_at_ms))
		given |= 1U << NEED_CONSENT | 1U << NEED_NOTICE;
	if (u->recipient) /* the gate looks for the consent to this recipient itself */
		given |= 1U << NEED_CONSENT;
	if (agreed)
		given |= 1U << NEED_SECOND_OFFICER;
	if (u->scope && u->scope_until_ms)
		given |= 1U << NEED_SCOPE;
	return given;
}

/* The guardian is asked after the officers (ward_uses.h); only that record is the consent. */
static uint32_t given_for_minor(const struct exception_use *u)
{
	uint32_t given = 1U << NEED_OFFICER;

	for (int i = 0; i < NEED_COUNT; i++)
		given |= u->minor_evidence[i] ? 1U << i : 0;
	return !u->state || u->guardian_agreed_at_ms ? given | 1U << NEED_CONSENT
						     : given & ~(1U << NEED_CONSENT);
}

static err act_prepare(struct ctx *c, const struct exception_use *u, bool agreed, struct act *ret)
{
	const struct service *s = release_service(c->release, u->service);
	int where = context_of(u->context);
	struct act a = {.use = u};

	if (!s)
		return fail_field(c, "service", "没有这项服务");
	if (where != EXCEPTION_COLLECT && where != EXCEPTION_SHARE && where != EXCEPTION_TRANSFER &&
	    where != EXCEPTION_ABROAD && where != EXCEPTION_PUBLISH && where != EXCEPTION_KEEP &&
	    where != EXCEPTION_USE)
		return fail_field(c, "context",
				  "这里办理的是收集、提供、转让、公开、向境外提供、留存信息的查询和其他用途");
	bool inside = where == EXCEPTION_COLLECT || where == EXCEPTION_PUBLISH || where == EXCEPTION_KEEP ||
		      where == EXCEPTION_USE;
	if (inside != (u->recipient == NULL))
		return fail_field(c, "recipient",
				  u->recipient ? "收集、公开、查询和其他用途没有接收方" : "请选择接收方");
	if (u->recipient && !release_recipient(c->release, u->recipient))
		return fail_field(c, "recipient", "隐私政策没有声明这个接收方");
	TRY(facts_load(c, u->subject_id, &a.f, &a.h));
	a.ground = (struct gate_ground){
		.exception = release_exception(c->release, u->ground),
		.where = (enum exception_context)where,
		.given = given_by(u, agreed),
		.scope_items = u->items,
		.scope_recipient = u->recipient ? release_recipient(c->release, u->recipient) : NULL,
		.scope_until_ms = u->scope_until_ms,
		.deferred_until_ms = u->deferred_until_ms,
		.use_id = u->id,
		.note = exception_note(c, u),
		.minor = u->minor_ground ? release_exception(c->release, u->minor_ground) : NULL,
		.minor_given = given_for_minor(u),
	};
	a.q = (struct gate_request){
		.action = where == EXCEPTION_COLLECT			      ? GATE_COLLECT
			  : where == EXCEPTION_KEEP || where == EXCEPTION_USE ? GATE_READ
									      : GATE_SHARE,
		.service = s,
		.purpose = s->purpose,
		.recipient = a.ground.scope_recipient,
		.items = u->items,
		.staff = true,
		.now_ms = c->now_ms,
	};
	*ret = a;
	return OK;
}

/* A refusal is an entry that the person sees; of a use that was to be secret, nothing shows. */
static err act_decide(struct ctx *c, struct act *a, struct permit **ret)
{
	a->q.ground = &a->ground;
	if (a->use->deferred_until_ms)
		return gate_decide(c, c->release, &a->f, &a->q, ret);
	return form_decide(c, &a->f, &a->h, &a->q, ret);
}

err exception_check(struct ctx *c, const struct exception_use *u, bool agreed)
{
	struct permit *unused = NULL;
	struct act a;

	if (lock_is(u))
		return lock_ground_check(c, u);
	TRY(act_prepare(c, u, agreed, &a));
	return act_decide(c, &a, &unused);
}

/* ---- doing it ---- */

static err collect_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct exception_use *u = arg;

	return job_add(c, tx, "retention_end", u->subject_id, 0, u->scope_until_ms, NULL);
}

/* Kept apart from what the person gave, under a scope of its own, and gone when the use ends (TJ-1.3.1). */
static err collect(struct ctx *c, struct act *a, struct permit *permit)
{
	const struct exception_use *u = a->use;
	struct vault_value values[EXCEPTION_VALUES_MAX];

	for (size_t i = 0; i < u->value_count; i++)
		values[i] = (struct vault_value){u->values[i].item, u->values[i].value, "fetched",
						 u->scope_until_ms};
	return vault_collect(c, permit, &a->h, u->id,
			     arena_printf(c->arena, "exception:%lld", (long long)u->id), values,
			     u->value_count, u->scope_until_ms ? collect_rows : NULL, (void *)u);
}

static void put_request(const struct act *a, const struct released *r, struct buf *out)
{
	const struct exception_use *u = a->use;
	struct json j = json_to(out);

	json_open(&j, '{');
	json_put_id(&j, "ref", u->id);
	json_put_text(&j, "context", u->context);
	json_put_text(&j, "ground", a->ground.exception->ground);
	json_put_text(&j, "clause", a->ground.exception->clause);
	json_put_text(&j, "document", u->evidence[NEED_DOCUMENT]);
	json_put_text(&j, "scope", u->scope);
	json_put_time(&j, "scope_until", u->scope_until_ms);
	json_key(&j, "items");
	json_open(&j, '{');
	for (size_t i = 0; i < r->count; i++)
		json_put_slice(&j, r->values[i].item->key, r->values[i].value);
	json_close(&j, '}');
	json_close(&j, '}');
}

static err note_sent(struct ctx *c, struct act *a, const struct released *r, const char *outcome)
{
	struct entry e = {
		.action = ENTRY_SENT,
		.service = a->q.service->key,
		.purpose = a->q.purpose->key,
		.recipient = a->q.recipient->key,
		.basis = arena_printf(c->arena, "exception:%s", a->ground.exception->key),
		.decision = outcome,
		.clause = a->ground.exception->clause,
		.policy = r->policy,
		.ref_id = a->use->id,
		.deferred_until_ms = a->ground.deferred_until_ms,
	};

	for (size_t i = 0; i < r->count; i++)
		itemset_add(&e.items, r->values[i].item->number);
	return ledger_write(c, &a->h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

static err send(struct ctx *c, struct act *a, const struct released *r, const char **ret_outcome)
{
	BUF_SCOPED request = {0}, answer = {0};
	const char *outcome = "not_sent";
	int status = 0;

	buf_init(&request, REQUEST_MAX);
	buf_init(&answer, ANSWER_MAX);
	put_request(a, r, &request);
	if (request.failed)
		FAIL(c, ERR_TOO_LARGE, "提供的内容过多，请缩小范围");
	err e = connector_post(c, a->q.recipient->key, "/disclosures", buf_slice(&request),
			       arena_printf(c->arena, "exception-%lld", (long long)a->use->id), &status,
			       &answer, &outcome);
	crypto_wipe(request.data, request.size);
	struct failure kept = c->failure;
	TRY(note_sent(c, a, r, outcome));
	c->failure = kept;
	*ret_outcome = outcome;
	TRY(e);
	if (status != 200)
		FAIL(c, ERR_AUTHORITY, "%s没有接收，请与其核对后重新提出", a->q.recipient->name);
	return OK;
}

/* Nothing is looked at yet: from here on an officer may, each time with an entry (exception_use_read). */
static err start_use(struct ctx *c, struct act *a, struct permit *permit)
{
	struct entry e = {
		.action = ENTRY_CHANGE,
		.service = a->q.service->key,
		.purpose = a->q.purpose->key,
		.items = a->q.items,
		.basis = permit_basis(permit),
		.decision = "allowed",
		.clause = permit_clause(permit),
		.note = arena_printf(c->arena, "开启其他用途；%s", permit_note(permit)),
		.ref_id = a->use->id,
		.policy = permit_version(permit),
	};

	if (!permit_take(permit, c))
		FAIL(c, ERR_INTERNAL, "许可已使用，或不属于本次请求");
	return ledger_write(c, &a->h, &e, 0, NULL, NULL, NULL);
}

static err carry_out_once(struct ctx *c, const struct exception_use *u, const char **ret_outcome)
{
	RELEASED_SCOPED released = {0};
	struct permit *permit = NULL;
	struct act a;

	if (lock_is(u))
		return lock_carry_out(c, u);
	TRY(act_prepare(c, u, u->second_id != 0, &a));
	TRY(act_decide(c, &a, &permit));
	if (a.q.action == GATE_COLLECT)
		return collect(c, &a, permit);
	if (kept_query_is(u)) /* agreed to; the officer opens the answer */
		return OK;
	if (a.q.action == GATE_READ)
		return start_use(c, &a, permit);
	TRY(vault_release(c, permit, &a.h, 0, NULL, &released));
	return send(c, &a, &released, ret_outcome);
}

err exception_carry_out(struct ctx *c, const struct exception_use *u, const char **ret_outcome)
{
	err e = {ERR_STALE};

	*ret_outcome = "";
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = carry_out_once(c, u, ret_outcome);
	}
	return e;
}

static err hand_over_once(struct ctx *c, const struct exception_use *u, handed_fn fn, void *arg)
{
	struct permit *permit = NULL;
	struct act a;

	TRY(act_prepare(c, u, u->second_id != 0, &a));
	TRY(act_decide(c, &a, &permit));
	return vault_hand_over(c, permit, &a.h, fn, arg);
}

err exception_hand_over(struct ctx *c, const struct exception_use *u, handed_fn fn, void *arg)
{
	err e = {ERR_STALE};

	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = hand_over_once(c, u, fn, arg);
	}
	return e;
}

/* ---- to everybody ---- */

static err release_once(struct ctx *c, struct exception_use *u)
{
	RELEASED_SCOPED released = {0};
	struct permit *permit = NULL;
	struct act a;

	TRY(act_prepare(c, u, u->second_id != 0, &a));
	TRY(act_decide(c, &a, &permit));
	TRY(vault_release(c, permit, &a.h, 0, NULL, &released));
	u->value_count = 0;
	for (size_t i = 0; i < released.count && u->value_count < EXCEPTION_VALUES_MAX; i++) {
		const struct item *it = released.values[i].item;
		struct slice value = released.values[i].value;
		value = u->agreed_at_ms ? slice_of(arena_copy(c->arena, value)) /* TJ-2.3.2.c: else masked */
					: slice_of(item_masked(c, it, value));
		u->values[u->value_count++] = (struct exception_value){it, value};
	}
	return OK;
}

err exception_release_public(struct ctx *c, struct exception_use *u)
{
	err e = {ERR_STALE};

	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = release_once(c, u);
	}
	return e;
}

/* ---- other uses ---- */

static err read_once(struct ctx *c, const struct exception_use *u, struct released *ret)
{
	struct permit *permit = NULL;
	struct act a;

	TRY(act_prepare(c, u, u->second_id != 0, &a));
	TRY(act_decide(c, &a, &permit));
	return vault_release(c, permit, &a.h, 0, NULL, ret);
}

err exception_use_read(struct ctx *c, const struct staff *s, int64_t use_id, struct released *ret)
{
	struct exception_use u;
	err e = {ERR_STALE};

	TRY(exception_find(c, s, use_id, &u));
	if (!u.ground)
		FAIL(c, ERR_GONE, "当事人的信息已经删除");
	if (strcmp(u.context, exception_context_word(EXCEPTION_USE)) != 0 || strcmp(u.state, "done") != 0)
		FAIL(c, ERR_CONFLICT, "这件不是已经开启的其他用途，不能查看");
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = read_once(c, &u, ret);
	}
	return e;
}
