/* From the officers' yes to the public page, and off it. */
#include "ops/publications.h"
#include "base/id.h"
#include "notify/notices.h"
#include "ops/exception_store.h"

bool publication_is(const struct exception_use *u)
{
	return u->context && strcmp(u->context, "publish") == 0;
}

bool publication_asks_person(const struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = u->ground ? release_exception(c->release, u->ground) : NULL;

	return e && exception_needs(e, NEED_CONSENT);
}

static err check_words(struct ctx *c, const char *field, const char *text, const char *missing)
{
	size_t chars = text && slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	if (chars < EXCEPTION_TEXT_MIN || chars > EXCEPTION_TEXT_MAX)
		return fail_field(c, field, missing);
	return OK;
}

/* The purpose always (NT-2.3.b); where it is about an event, the measures taken, too (TJ-2.3.2.c). */
err publication_check(struct ctx *c, const struct exception_use *u)
{
	bool event = u->evidence[NEED_EVENT] != NULL;

	if (!publication_is(u))
		return u->purpose || u->measures
			       ? fail_field(c, u->purpose ? "purpose" : "measures", "只有公开才填写")
			       : OK;
	unsigned items = 0;
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		items += itemset_has(&u->items, i);
	if (items > EXCEPTION_VALUES_MAX)
		return fail_field(c, "items", "一次最多公开 16 项");
	if (u->deferred_until_ms)
		return fail_field(c, "deferral_days", "公开的信息不能延后告知本人");
	TRY(check_words(c, "purpose", u->purpose, "请用 4 至 400 个字写明公开的目的"));
	if (event || u->measures)
		return check_words(c, "measures", u->measures, "请用 4 至 400 个字写明已经采取的措施");
	return OK;
}

/* ---- what the person is asked ---- */

static const char *text_of(struct ctx *c, const struct exception_use *u)
{
	bool any = false;
	BUF_SCOPED out = {0};

	buf_init(&out, 8192);
	buf_printf(&out, "为了%s，拟在本应用的“信息公示”页面向所有人公开您的下列信息：", u->purpose);
	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		const struct item *it = release_item_at(c->release, i);
		if (!itemset_has(&u->items, i))
			continue;
		buf_printf(&out, "%s%s%s", any ? "、" : "", it->name, it->sensitive ? "（敏感）" : "");
		any = true;
	}
	if (u->scope_until_ms) {
		struct date d = date_of(u->scope_until_ms);
		buf_printf(&out, "。公开到%d年%d月%d日为止", d.year, d.month, d.day);
	}
	buf_printf(&out, "。您可以不同意，不影响使用任何服务；同意之后可以随时撤回，撤回后即从页面撤下。");
	return arena_copy(c->arena, buf_slice(&out));
}

/* ---- steps ---- */

static const struct exception_telling nobody = {0};

static struct exception_telling person(const struct exception_use *u)
{
	return (struct exception_telling){u->subject_id, "publication"};
}

/* The same, with an entry that the person's facts changed. */
static err step_entered(struct ctx *c, struct exception_use *u, const char *to, enum entry_action action)
{
	const struct exception *e = release_exception(c->release, u->ground);
	struct entry entry = {.action = action,
			      .service = u->service,
			      .items = u->items,
			      .basis = "consent",
			      .decision = "allowed",
			      .clause = e ? e->clause : NULL,
			      .note = arena_printf(c->arena, "公开个人信息：%s；文本 %s", u->purpose,
						   exception_text_hash(c, u)),
			      .ref_id = u->id};

	return exception_step_entered(c, u, to, &entry);
}

/* Nothing is wrong with the publication itself: it stays "acting", and exception_finish_job goes on. */
static bool passes(err e)
{
	return e.code == ERR_STORE || e.code == ERR_STALE || e.code == ERR_OVERLOADED || e.code == ERR_LIMIT;
}

static err publish(struct ctx *c, struct exception_use *u)
{
	err e = exception_release_public(c, u);

	if (failed(e) && passes(e))
		return e;
	if (failed(e)) {
		struct failure kept = c->failure;
		u->value_count = 0;
		TRY(exception_step(c, u, "failed", nobody));
		c->failure = kept;
		return e;
	}
	u->published_at_ms = c->now_ms;
	/* asked before: the message is there already; a guardian's yes is not the person's own */
	bool told = u->agreed_at_ms && !u->guardian_agreed_at_ms;
	return exception_step(c, u, "published", told ? nobody : person(u));
}

void publication_write(struct ctx *c, struct exception_use *u)
{
	if (publication_is(u) && publication_asks_person(c, u) && !ward_use_asks(c, u))
		u->text = text_of(c, u);
}

err publication_act(struct ctx *c, struct exception_use *u)
{
	if (u->agreed_at_ms || !publication_asks_person(c, u))
		return publish(c, u);
	if (!u->text) /* proposed before texts stood from the proposal on */
		publication_write(c, u);
	return exception_step(c, u, "asked", person(u));
}

/* ---- the person ---- */

/* Of what the officers still do, and of what failed, the person is told only after a yes of one's own. */
static bool is_shown(const struct exception_use *u)
{
	static const char *const shown[] = {"asked", "declined", "published", "withdrawn"};

	if (!u->ground || !publication_is(u))
		return false;
	if (u->agreed_at_ms && (strcmp(u->state, "acting") == 0 || strcmp(u->state, "failed") == 0))
		return true;
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (strcmp(u->state, shown[i]) == 0)
			return true;
	return false;
}

err publication_own_get(struct ctx *c, int64_t subject_id, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u = {0};

	err e = exception_read(c, use_id, &u);
	if (failed(e) && e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c); /* another person's is told by the same words as none */
	if (u.subject_id != subject_id || !is_shown(&u))
		FAIL(c, ERR_NOT_FOUND, "没有这件公开");
	*ret = u;
	return OK;
}

err publication_agree(struct ctx *c, int64_t subject_id, int64_t use_id, struct slice text_hash,
		      struct exception_use *ret)
{
	struct exception_use u;
	struct facts f;
	struct head h;

	TRY(publication_own_get(c, subject_id, use_id, &u));
	if (strcmp(u.state, "asked") != 0)
		FAIL(c, ERR_CONFLICT, "这件公开不在等待您的同意");
	if (!slice_is(text_hash, exception_text_hash(c, &u)))
		return fail_field(c, "text_hash", "请以显示给您的告知内容为准");
	TRY(facts_load(c, subject_id, &f, &h));
	if (f.minor)
		FAIL(c, ERR_CONFLICT, "未成年人的个人信息不凭本人的同意公开");
	u.agreed_at_ms = c->now_ms;
	TRY(step_entered(c, &u, "acting", ENTRY_CONSENT));
	TRY(publish(c, &u));
	*ret = u;
	return OK;
}

bool publication_may_withdraw(const struct exception_use *u)
{
	return u->agreed_at_ms && (strcmp(u->state, "published") == 0 || strcmp(u->state, "acting") == 0);
}

err publication_withdraw(struct ctx *c, int64_t subject_id, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u;

	TRY(publication_own_get(c, subject_id, use_id, &u));
	bool asked = strcmp(u.state, "asked") == 0;
	if (!asked && !publication_may_withdraw(&u))
		FAIL(c, ERR_CONFLICT, "这件公开不是依您的同意作出的，或者已经撤下");
	u.value_count = 0;
	TRY(step_entered(c, &u, asked ? "declined" : "withdrawn", ENTRY_WITHDRAW));
	*ret = u;
	return OK;
}

err publication_take_off(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u;

	TRY(exception_find(c, s, use_id, &u));
	if (!u.ground || !publication_is(&u) || strcmp(u.state, "published") != 0)
		FAIL(c, ERR_CONFLICT, "这件没有公开，或者已经撤下");
	u.value_count = 0;
	TRY(exception_step(c, &u, "withdrawn", nobody));
	*ret = u;
	return OK;
}

/* A list of which some rows are left out: pages are read on until enough is told. */
struct showing {
	bool (*tells)(struct ctx *c, const struct exception_use *u);
	exception_fn fn;
	void *arg;
	int limit, told, rows;
	int64_t last;
};

static err show_row(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct showing *s = arg;

	s->rows++;
	s->last = u->id;
	if (s->told == s->limit || !s->tells(c, u))
		return OK;
	s->told++;
	return s->fn(c, u, s->arg);
}

/* subject_id 0: of everybody, what is public. */
static err show_pages(struct ctx *c, int64_t subject_id, struct showing *s)
{
	do {
		s->rows = 0;
		TRY(subject_id ? publication_read_own(c, subject_id, s->last, s->limit, show_row, s)
			       : publication_read_public(c, s->last, s->limit, show_row, s));
	} while (s->rows == s->limit && s->told < s->limit);
	return OK;
}

static bool own_tells(struct ctx *c, const struct exception_use *u)
{
	(void)c;
	return is_shown(u);
}

err publication_own(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn, void *arg)
{
	struct showing s = {own_tells, fn, arg, .limit = limit, .last = before};

	return show_pages(c, subject_id, &s);
}

/* ---- everybody ---- */

static bool is_standing(struct ctx *c, const struct exception_use *u)
{
	return u->ground && (!u->scope_until_ms || u->scope_until_ms > c->now_ms) && ward_use_stands(c, u);
}

err publication_list(struct ctx *c, int64_t before, int limit, exception_fn fn, void *arg)
{
	struct showing s = {is_standing, fn, arg, .limit = limit, .last = before};

	return show_pages(c, 0, &s);
}
