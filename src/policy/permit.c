/* What comes of a decision: a permit, or a refusal with the next step. */
#include "base/json.h"
#include "policy/gate_internal.h"

struct permit {
	const struct ctx *owner; /* the request that it was made for */
	bool used;
	bool masked;
	int64_t subject_id, epoch, consent_id, use_id, deferred_until_ms;
	enum gate_action action;
	const struct service *service;
	const struct purpose *purpose;
	const struct recipient *recipient;
	struct itemset items;
	uint32_t permissions;
	const char *basis, *clause, *note, *version;
};

/* ---- refusals ---- */

static const char *refusal_text(enum gate_rule rule)
{
	static const char *const texts[RULE_COUNT] = {
		[RULE_DECLARED] = "现行隐私政策没有声明这项处理，不能进行。",
		[RULE_PARTNER] = "接收方只能取得隐私政策为它列明的信息，不能提供列明之外的信息。",
		[RULE_PAPER + PAPER_AGREEMENT] = "接收方没有在有效期内的保密协议，不能向其提供个人信息。",
		[RULE_PAPER + PAPER_UNDERTAKING] =
			"该第三方没有在有效期内的个人信息保护承诺，不能向其提供个人信息。",
		[RULE_PAPER + PAPER_ADMISSION] =
			"该第三方尚未通过接入评估，或者评估没有覆盖全部信息，不能向其提供个人信息。",
		[RULE_BLOCKED] = "该账号已被限制使用。",
		[RULE_CANCELLED] = "该账号已经注销。",
		[RULE_GUARDIAN] = "未成年人使用本服务前，须由监护人阅读隐私政策并表示同意。",
		[RULE_LOGIN] = "请先登录。",
		[RULE_PHONE] = "使用本服务前，请先绑定手机号码。",
		[RULE_REALNAME] = "使用本服务前，请先完成实名认证。",
		[RULE_ACCEPT] = "请先阅读并同意现行的隐私政策。",
		[RULE_WEAK] = "这项处理需要您对隐私政策作出明示同意。",
		[RULE_PERMISSION] = "使用该功能需要相应的系统权限，目前尚未开启。",
		[RULE_SENSITIVE] = "收集敏感个人信息须取得您的单独同意。",
		[RULE_SHARE] = "向他人提供您的个人信息须取得您的单独同意。",
		[RULE_SECOND_CHECK] = "查看敏感个人信息前，请再次验证身份。",
		[RULE_GROUND] = "现行隐私政策没有为这种处理列出该例外情形，不能不经同意进行。",
		[RULE_BORDER] = "隐私政策不允许这样向境外提供个人信息。",
		[RULE_CHILD] = "当事人是低龄儿童，隐私政策规定儿童的信息不公开。",
		[RULE_ENDED] = "账号已经注销，或者信息已经删除、保存期限届满，不再用于经营性的目的。",
		[RULE_MINOR] = "当事人未成年：只有法律允许、监护人明确同意或者保护其本人所必要的，才能使用"
			       "或者公开其信息，须写明是哪一种。",
	};

	return texts[rule];
}

/* {scope, items, purpose, recipient, text_hash}: what POST /consents takes. */
static err next_consent(struct ctx *c, const struct release *r, const struct gate_request *q,
			const struct itemset *missing)
{
	BUF_SCOPED text, members;
	char hash[65];
	struct itemset items = consent_offer_items(r, q->service);
	const struct recipient *to = q->service->recipient;
	bool receives = q->action != GATE_SHARE || (to && (q->recipient == to || q->recipient->within == to));

	/* The service's whole offer where it covers what is missing: one question, not one for each act. */
	if (!receives || !itemset_within(missing, &items)) {
		items = *missing;
		to = q->action == GATE_SHARE ? q->recipient : NULL;
	}
	buf_init(&text, 64 * 1024);
	buf_init(&members, 128 * 1024);
	TRY(consent_text(c, r, q->service, &items, to, &text, hash));
	struct json j = json_to(&members);
	json_put_text(&j, "scope", q->service->key);
	json_key(&j, "items");
	itemset_json(&j, r, &items);
	json_put_text(&j, "purpose", q->service->purpose->key);
	json_put_text(&j, "recipient", to ? to->key : NULL);
	json_put_slice(&j, "text", buf_slice(&text));
	json_put_text(&j, "text_hash", hash);
	refuse_next(c, "give_consent", buf_slice(&members).p);
	return OK;
}

static void next_permissions(struct ctx *c, const struct release *r, const struct facts *f,
			     const struct gate_request *q)
{
	uint32_t allowed = q->service->category->permissions & gate_sources(q), usable = gate_usable(r, f, q);
	uint32_t asked = q->permission ? allowed & ~usable : 0;
	struct itemset sensed = gate_sensed(r, q);

	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(&sensed, i) && !(r->item_permissions[i] & usable))
			asked |= r->item_permissions[i] & allowed;
	for (unsigned p = 0; p < r->permissions.count; p++)
		if (asked >> p & 1)
			refuse_next(c, "grant_permission",
				    arena_printf(c->arena, "\"permission\":\"%s\",\"function\":\"%s\"",
						 row_key(r->permissions.rows[p]), q->service->key));
}

static err next_step(struct ctx *c, const struct release *r, const struct facts *f,
		     const struct gate_request *q, enum gate_rule rule, const struct verdict *v)
{
	static const char *const actions[RULE_COUNT] = {
		[RULE_LOGIN] = "log_in",
		[RULE_PHONE] = "bind_phone",
		[RULE_REALNAME] = "verify_name",
		[RULE_SECOND_CHECK] = "confirm_again",
	};

	if (rule == RULE_SENSITIVE || rule == RULE_SHARE)
		return next_consent(c, r, q, &v->missing);
	if (rule == RULE_ACCEPT || rule == RULE_WEAK)
		refuse_next(c, "accept_policy",
			    arena_printf(c->arena, "\"policy_version\":\"%s\"", r->version));
	else if (rule == RULE_PERMISSION)
		next_permissions(c, r, f, q);
	else if (rule == RULE_GUARDIAN)
		refuse_next(c, "ask_guardian", arena_printf(c->arena, "\"scope\":\"%s\"", q->service->key));
	else if (actions[rule])
		refuse_next(c, actions[rule], NULL);
	return OK;
}

/* ---- permits ---- */

/* Which of the granted permissions the sensed items came by; a source that is named is the one. */
static uint32_t permissions_used(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	uint32_t usable = gate_usable(r, f, q), used = q->permission ? usable : 0;
	struct itemset sensed = gate_sensed(r, q);

	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(&sensed, i))
			used |= r->item_permissions[i] & usable;
	return used;
}

/* Nothing but what was typed into the third party's form: the entry says so (TJ-2.1.5.b). */
static bool given_by_user(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	struct itemset given = gate_volunteered(r, f, q);

	return !itemset_empty(&q->items) && itemset_within(&q->items, &given);
}

static const char *basis_of(struct ctx *c, const struct release *r, const struct facts *f,
			    const struct gate_request *q, const struct verdict *v)
{
	if (q->ground)
		return q->ground->exception
			       ? arena_printf(c->arena, "exception:%s", q->ground->exception->key)
			       : "affiliate";
	if (v->consent_id)
		return "consent";
	if (given_by_user(r, f, q))
		return "given_by_user";
	return q->action == GATE_READ && !q->staff ? "own_request" : "acceptance";
}

static const char *clause_of(const struct release *r, const struct gate_request *q)
{
	if (!q->ground)
		return gate_action_clause(r, q);
	return q->ground->exception ? q->ground->exception->clause : city_text(r, "transfer.clause");
}

err gate_decide(struct ctx *c, const struct release *r, const struct facts *f, const struct gate_request *q,
		struct permit **ret)
{
	struct verdict v;
	enum gate_rule rule = gate_judge(r, f, q, &v);

	if (rule == RULE_EVIDENCE)
		return ground_evidence_missing(c, q->ground->exception, "", v.needs);
	if (rule == RULE_MINOR_EVIDENCE)
		return ground_evidence_missing(c, q->ground->minor, "minor.", v.needs);
	if (rule != RULE_ALLOWED) {
		c->failure.next_count = 0;
		TRY(next_step(c, r, f, q, rule, &v));
		bool stopped = rule == RULE_DECLARED && void_clause(r, q);
		return refuse(c, gate_reason(rule), gate_clause(r, q, rule), "%s",
			      stopped ? "隐私政策的这一条款已经停止执行，相应的处理不再进行。"
				      : refusal_text(rule));
	}
	struct permit *p = ARENA_NEW(c->arena, struct permit);
	*p = (struct permit){
		.owner = c,
		.masked = q->masked || (q->action == GATE_READ && q->purpose == r->show_masked),
		.subject_id = f->subject_id,
		.epoch = f->epoch,
		.consent_id = v.consent_id,
		.action = q->action,
		.service = q->service,
		.purpose = q->purpose,
		.recipient = q->recipient,
		.items = q->items,
		.permissions = permissions_used(r, f, q),
		.basis = basis_of(c, r, f, q, &v),
		.clause = clause_of(r, q),
		.note = q->ground ? q->ground->note : q->note,
		.version = gate_version(r, f, q),
		.use_id = q->ground ? q->ground->use_id : 0,
		.deferred_until_ms = q->ground ? q->ground->deferred_until_ms : 0,
	};
	*ret = p;
	return OK;
}

err permit_refuse_ended(struct ctx *c, const struct permit *p)
{
	const char *clause = c->release->rule_clauses[RULE_ENDED];

	return refuse(c, gate_reason(RULE_ENDED), clause ? clause : p->purpose->clause, "%s",
		      refusal_text(RULE_ENDED));
}

bool permit_take(struct permit *p, const struct ctx *c)
{
	if (p->used || p->owner != c)
		return false;
	p->used = true;
	return true;
}

int64_t permit_subject(const struct permit *p)
{
	return p->subject_id;
}

int64_t permit_epoch(const struct permit *p)
{
	return p->epoch;
}

enum gate_action permit_action(const struct permit *p)
{
	return p->action;
}

const struct service *permit_service(const struct permit *p)
{
	return p->service;
}

const struct purpose *permit_purpose(const struct permit *p)
{
	return p->purpose;
}

const struct recipient *permit_recipient(const struct permit *p)
{
	return p->recipient;
}

const struct itemset *permit_items(const struct permit *p)
{
	return &p->items;
}

const char *permit_basis(const struct permit *p)
{
	return p->basis;
}

const char *permit_clause(const struct permit *p)
{
	return p->clause;
}

int64_t permit_consent_id(const struct permit *p)
{
	return p->consent_id;
}

int64_t permit_use_id(const struct permit *p)
{
	return p->use_id;
}

int64_t permit_deferred_until(const struct permit *p)
{
	return p->deferred_until_ms;
}

uint32_t permit_permissions(const struct permit *p)
{
	return p->permissions;
}

const char *permit_note(const struct permit *p)
{
	return p->note;
}

const char *permit_version(const struct permit *p)
{
	return p->version;
}

bool permit_masked(const struct permit *p)
{
	return p->masked;
}
