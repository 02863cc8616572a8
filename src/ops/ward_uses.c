/* The guardian's word on a use of a minor's items: asked, given, refused, taken back. */
#include "ops/ward_uses.h"
#include "ops/exception_store.h"

/* Every item, and every part of a form at its longest. */
enum { TEXT_MAX = 24 * 1024 };

static const struct exception *basis_of(const struct ctx *c, const struct exception_use *u)
{
	return u->minor_ground ? release_exception(c->release, u->minor_ground) : NULL;
}

static bool rests_on_guardian(const struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = basis_of(c, u);

	return e && exception_needs(e, NEED_CONSENT);
}

bool ward_use_asks(const struct ctx *c, const struct exception_use *u)
{
	return rests_on_guardian(c, u) && !u->guardian_agreed_at_ms;
}

bool ward_use_stands(struct ctx *c, const struct exception_use *u)
{
	struct facts f;
	struct head h;

	if (!u->guardian_agreed_at_ms)
		return true;
	return !failed(facts_load(c, u->subject_id, &f, &h)) && f.minor && f.guardian_agreed;
}

/* ---- what an officer proposes ---- */

/* The guardian who agrees to the child's account today. */
static err guardian_of(struct ctx *c, int64_t child_id, struct ward *ret)
{
	struct ward w = {0};

	err e = ward_of_child(c, (struct child){child_id, true}, &w);
	if (e.code == ERR_NOT_FOUND || e.code == ERR_GONE) {
		failure_clear(c);
		FAIL(c, ERR_CONFLICT, "这个账号没有登记监护人，不能以监护人同意为依据");
	}
	TRY(e);
	if (strcmp(ward_state(c, &w), "agreed") != 0)
		FAIL(c, ERR_CONFLICT, "这个账号没有生效的监护人同意，不能以监护人同意为依据");
	*ret = w;
	return OK;
}

static err check_basis(struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = basis_of(c, u);
	struct facts f;
	struct head h;

	if (!e || !exception_holds(e, EXCEPTION_MINOR))
		return fail_field(c, "minor.ground", "请选择隐私政策列出的使用未成年人信息的依据");
	if (lock_is(u) || strcmp(u->context, exception_context_word(EXCEPTION_COLLECT)) == 0)
		return fail_field(c, "minor.ground", "收集和封闭项目不填写这一项");
	TRY(facts_load(c, u->subject_id, &f, &h));
	if (!f.minor)
		return fail_field(c, "minor.ground", "当事人不是未成年人，不填写这一项");
	return OK;
}

/* ---- what the guardian is asked ---- */

static void put_items(struct ctx *c, struct buf *out, const struct itemset *items)
{
	bool any = false;

	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		if (!itemset_has(items, i))
			continue;
		buf_printf(out, "%s%s", any ? "、" : "", release_item_at(c->release, i)->name);
		any = true;
	}
}

static void put_act(struct ctx *c, struct buf *out, const struct exception_use *u)
{
	const struct recipient *to = u->recipient ? release_recipient(c->release, u->recipient) : NULL;

	if (publication_is(u))
		buf_printf(out, "为了%s，在本应用的“信息公示”页面向所有人公开%s", u->purpose,
			   publication_asks_person(c, u) ? "" : "（遮盖部分内容）");
	else if (to)
		buf_printf(out, "提供给%s", to->name);
	else
		buf_add_text(out, "由本应用的工作人员用于收集时没有写明的用途");
}

/* The policy speaks to the person; the guardian reads of the child. */
static void put_of_child(struct buf *out, const char *text)
{
	static const char you[] = "您";

	for (const char *at; (at = strstr(text, you)); text = at + sizeof you - 1)
		buf_printf(out, "%.*s孩子", (int)(at - text), text);
	buf_add_text(out, text);
}

static void put_why(struct ctx *c, struct buf *out, const struct exception_use *u)
{
	static const enum exception_need told[] = {NEED_REASON, NEED_EVENT, NEED_DOCUMENT};
	const struct exception *e = release_exception(c->release, u->ground);

	buf_add_text(out, "情形：");
	put_of_child(out, e ? e->ground : "");
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (u->evidence[told[i]])
			buf_printf(out, "；%s", u->evidence[told[i]]);
	if (u->scope)
		buf_printf(out, "。范围：%s", u->scope);
	if (u->scope_until_ms) {
		struct date d = date_of(u->scope_until_ms);
		buf_printf(out, "，到%d年%d月%d日为止", d.year, d.month, d.day);
	}
	buf_add_text(out, "。");
}

static const char *text_of(struct ctx *c, const struct exception_use *u, const struct ward *w)
{
	bool lasts = publication_is(u) || !u->recipient;
	BUF_SCOPED out = {0};

	buf_init(&out, TEXT_MAX);
	buf_printf(&out, "拟将您监护的孩子%s的下列信息", w->details.masked ? w->details.masked : "");
	put_act(c, &out, u);
	buf_add_text(&out, "：");
	put_items(c, &out, &u->items);
	buf_add_text(&out, "。");
	put_why(c, &out, u);
	buf_printf(&out, "未经您明确同意不会办理。您可以不同意，不影响孩子使用任何服务%s。",
		   lasts ? "；同意之后可以随时撤回，撤回后随即停止" : "");
	return arena_copy(c->arena, buf_slice(&out));
}

err ward_use_check(struct ctx *c, struct exception_use *u)
{
	struct ward w = {0};

	if (!u->minor_ground)
		return OK;
	TRY(check_basis(c, u));
	if (!rests_on_guardian(c, u))
		return publication_is(u) && publication_asks_person(c, u)
			       ? fail_field(c, "minor.ground", "以同意为依据的公开，须由监护人明确同意")
			       : OK;
	if (u->deferred_until_ms)
		return fail_field(c, "deferral_days", "须征求监护人同意的，不能延后告知");
	TRY(guardian_of(c, u->subject_id, &w));
	u->guardian_id = w.guardian_id;
	u->text = text_of(c, u, &w); /* the second officer agrees to what the guardian will read */
	return OK;
}

/* Another guardian than when it was proposed, or none any more, is not the one the officers agreed to ask. */
err ward_use_ask(struct ctx *c, struct exception_use *u)
{
	struct ward w = {0};

	TRY(guardian_of(c, u->subject_id, &w));
	if (w.guardian_id != u->guardian_id)
		FAIL(c, ERR_CONFLICT, "孩子的监护人已经变化，请重新提出");
	return exception_step(c, u, "guardian_asked", (struct exception_telling){w.guardian_id, "ward_use"});
}

/* ---- the guardian ---- */

/* Not before the officers are done with it. */
static bool is_shown(const struct exception_use *u, int64_t guardian_id)
{
	bool asked = strcmp(u->state, "guardian_asked") == 0 || strcmp(u->state, "guardian_declined") == 0;

	return u->ground && u->guardian_id == guardian_id && (asked || u->guardian_agreed_at_ms);
}

err ward_use_get(struct ctx *c, int64_t guardian_id, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u = {0};

	err e = exception_read(c, use_id, &u);
	if (failed(e) && e.code != ERR_NOT_FOUND)
		return e;
	bool there = !failed(e);
	failure_clear(c); /* another guardian's is told by the same words as none */
	if (!there || !is_shown(&u, guardian_id))
		FAIL(c, ERR_NOT_FOUND, "没有这件征求意见");
	*ret = u;
	return OK;
}

struct showing {
	int64_t guardian_id, last;
	exception_fn fn;
	void *arg;
	int limit, told, rows;
};

static err show_row(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct showing *s = arg;

	s->rows++;
	s->last = u->id;
	if (s->told == s->limit || !is_shown(u, s->guardian_id))
		return OK;
	s->told++;
	return s->fn(c, u, s->arg);
}

err ward_use_list(struct ctx *c, const struct ward *w, int64_t before, int limit, exception_fn fn, void *arg)
{
	struct showing s = {w->guardian_id, before, fn, arg, .limit = limit};

	do {
		s.rows = 0;
		if (w->child.person)
			TRY(exception_read_about(c, w->child.id, s.last, limit, show_row, &s));
	} while (s.rows == limit && s.told < limit);
	return OK;
}

/* The child reads what the guardian decided, the guardian reads it too. */
static err enter(struct ctx *c, struct exception_use *u, const struct ward *w, const char *to,
		 enum entry_action action, const char *what)
{
	const struct exception *e = basis_of(c, u);
	struct entry entry = {.action = action,
			      .service = u->service,
			      .items = u->items,
			      .basis = arena_printf(c->arena, "exception:%s", e ? e->key : ""),
			      .decision = "allowed",
			      .clause = e ? e->clause : NULL,
			      .note = arena_printf(c->arena, "监护人%s：%s；文本 %s", what,
						   exception_note(c, u), exception_text_hash(c, u)),
			      .ref_id = u->id};

	TRY(exception_step_entered(c, u, to, &entry));
	return ward_note(c, w, action,
			 arena_printf(c->arena, "作为监护人%s使用孩子的信息；文本 %s", what,
				      exception_text_hash(c, u)),
			 NULL, NULL);
}

err ward_use_agree(struct ctx *c, int64_t guardian_id, int64_t use_id, struct slice text_hash,
		   struct exception_use *ret)
{
	struct exception_use u;
	struct ward w = {0};

	TRY(ward_use_get(c, guardian_id, use_id, &u));
	if (strcmp(u.state, "guardian_asked") != 0)
		FAIL(c, ERR_CONFLICT, "这件没有在等待您的同意");
	if (!slice_is(text_hash, exception_text_hash(c, &u)))
		return fail_field(c, "text_hash", "请以显示给您的内容为准");
	TRY(guardian_of(c, u.subject_id, &w));
	if (w.guardian_id != guardian_id)
		FAIL(c, ERR_CONFLICT, "孩子的账号已由另一位监护人同意");
	TRY(ward_confirmed_again(c, guardian_id));
	u.guardian_agreed_at_ms = c->now_ms;
	if (publication_is(&u) && publication_asks_person(c, &u))
		u.agreed_at_ms = c->now_ms;
	TRY(enter(c, &u, &w, "acting", ENTRY_CONSENT, "同意"));
	TRY(exception_go_on(c, &u));
	*ret = u;
	return OK;
}

bool ward_use_may_withdraw(const struct exception_use *u)
{
	return u->guardian_agreed_at_ms && (strcmp(u->state, "published") == 0 ||
					    (strcmp(u->state, "done") == 0 &&
					     strcmp(u->context, exception_context_word(EXCEPTION_USE)) == 0));
}

err ward_use_refuse(struct ctx *c, int64_t guardian_id, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u;
	struct ward w = {0};

	TRY(ward_use_get(c, guardian_id, use_id, &u));
	bool asked = strcmp(u.state, "guardian_asked") == 0;
	if (!asked && !ward_use_may_withdraw(&u))
		FAIL(c, ERR_CONFLICT, "这件没有在等待您的同意，或者已经办完，不能撤回");
	TRY(ward_of_child(c, (struct child){u.subject_id, true}, &w));
	u.value_count = 0;
	TRY(enter(c, &u, &w, asked ? "guardian_declined" : "withdrawn", ENTRY_WITHDRAW,
		  asked ? "不同意" : "撤回同意，不再"));
	*ret = u;
	return OK;
}
