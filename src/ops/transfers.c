/* The case: opened, agreed to, told, undertaken, closed. */
#include "ops/transfers.h"
#include "account/account.h"
#include "base/id.h"
#include "crypto/cms.h"
#include "ops/telling.h"
#include "ops/transfer_store.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static err may_work(struct ctx *c, const struct staff *s)
{
	return staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL);
}

bool transfer_needs(const struct ctx *c, const struct transfer *t, enum exception_need need)
{
	const struct exception *e = release_exception(c->release, t->ground);

	const char *merger = city_text(c->release, "transfer.merger");

	if (need == NEED_UNDERTAKING && merger && strcmp(merger, "bound_or_asks_anew") == 0)
		return false; /* a holder that is not bound asks everybody anew (NT-2.2.3.c) */
	return e && exception_needs(e, need);
}

/* ---- opening ---- */

static err check_text(struct ctx *c, const char *field, const char *text, const char *what)
{
	size_t chars = slice_chars(slice_of(text));

	if (!slice_is_utf8(slice_of(text)) || chars < TRANSFER_TEXT_MIN || chars > TRANSFER_TEXT_MAX)
		return fail_field(c, field, what);
	return OK;
}

static bool is_affiliate(const struct ctx *c, const char *recipient)
{
	return city_list_has(c->release, "transfer.affiliates", recipient);
}

/* Without one of the cases that the city lists nothing is transferred; only its own affiliates stand outside
 * the ban (TJ-2.2.0, NT-2.2.0). */
static err check_ground(struct ctx *c, const struct transfer *t)
{
	const struct exception *e = release_exception(c->release, t->ground);

	if (e ? e->contexts >> EXCEPTION_TRANSFER & 1 : !*t->ground && is_affiliate(c, t->recipient))
		return OK;
	return refuse(c, "not_declared", city_text(c->release, "transfer.clause"),
		      "隐私政策只允许在所列的情形下转让个人信息，请先选择其中一种情形并写明依据。");
}

/* The scope has an end where the ground needs one (TJ-2.2.2, NT-2.2.2). */
static err check_scope(struct ctx *c, const struct transfer *t)
{
	if (!*t->scope && !transfer_needs(c, t, NEED_SCOPE))
		return OK;
	TRY(check_text(c, "scope", t->scope, "请用 4 至 400 个字写明范围"));
	if (t->scope_until_ms <= c->now_ms || t->scope_until_ms > c->now_ms + 366 * day_ms)
		return fail_field(c, "scope_until", "截止日期须在今天之后、一年之内");
	return OK;
}

static err check_recipient(struct ctx *c, struct transfer *t)
{
	const struct recipient *to = *t->recipient ? release_recipient(c->release, t->recipient) : NULL;

	if (*t->recipient && !to)
		return fail_field(c, "recipient", "隐私政策没有声明这个接收方");
	if (!to && transfer_needs(c, t, NEED_CONSENT))
		return fail_field(c, "recipient", "依同意转让的，请选择用户同意的接收方");
	if (to) {
		t->receiver = to->name;
		t->contact = to->contact ? to->contact : "";
		t->region = to->region;
	}
	TRY(check_text(c, "receiver", t->receiver, "请写明接收方的全称"));
	if (!city_inside(c->release, t->region))
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.border"),
			      "隐私政策不允许向境外转让个人信息。");
	return check_text(c, "contact", t->contact, "请写明接收方的联系方式，用户会看到");
}

static err check_certificate(struct ctx *c, const struct transfer *t)
{
	uint8_t fingerprint[HASH_SIZE];
	const char *name;
	err e = cms_certificate(c, slice_of(t->certificate), &name, fingerprint);

	return e.code == ERR_INVALID
		       ? fail_field(c, "certificate", arena_copy(c->arena, slice_of(c->failure.detail)))
		       : e;
}

err transfer_open(struct ctx *c, const struct staff *s, struct transfer *t)
{
	TRY(may_work(c, s));
	TRY(check_ground(c, t));
	bool bad = failed(check_text(c, "document", t->document, "请填写依据的文件名称、文号和出具机关"));
	bad |= failed(check_scope(c, t));
	if (bad)
		return (err){ERR_INVALID};
	TRY(check_recipient(c, t));
	TRY(check_certificate(c, t));
	t->id = id_new(c->now_ms);
	t->opened_by_id = s->id;
	t->opened_by = s->name;
	t->opened_at_ms = c->now_ms;
	return transfer_db_insert(c, t);
}

/* ---- the second officer ---- */

struct deciding {
	int64_t id;
	const struct staff *staff;
	bool agrees;
};

static err deciding_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct deciding *d = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TRANSFER_DECIDE,
		    PARAMS(P_INT(d->id), P_INT(d->staff->id), P_STR(d->agrees ? "telling" : "rejected"),
			   P_STR(d->staff->name), P_INT(c->now_ms)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核，且只能复核一次");
	return d->agrees ? job_add(c, tx, "transfer_tell", 0, d->id, c->now_ms, NULL) : OK;
}

err transfer_decide(struct ctx *c, const struct staff *s, int64_t id, bool agrees)
{
	struct transfer t;

	TRY(may_work(c, s));
	TRY(transfer_get(c, id, &t));
	return store_write(c, c->store, deciding_rows, &(struct deciding){id, s, agrees});
}

/* ---- telling ---- */

static const char *words_of(struct ctx *c, const struct transfer *t)
{
	const struct exception *e = release_exception(c->release, t->ground);
	const char *after =
		!transfer_needs(c, t, NEED_UNDERTAKING) && *t->ground
			? "接收方如不受本隐私政策约束，须重新征得您的同意，在此之前不能读取您的信息。"
			: "接收方须书面承诺继续遵守本隐私政策，您已作出的同意和各项信息的保存期限不变。";

	return arena_printf(c->arena,
			    "%s拟将所持有的个人信息移转给%s（联系方式：%s）。情形：%s。依据：%s。"
			    "移转前整体加密，只有接收方能够打开；移转情况记入您的使用记录，可以随时查看。%s",
			    city_text(c->release, "controller"), t->receiver, t->contact,
			    e ? e->ground : "移转给关联方", t->document, after);
}

/* Everybody is told, whether or not the city's policy makes the transfer wait for it. */
err transfer_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct transfer t;
	struct told told;

	TRY(transfer_get(c, j->ref_id, &t));
	if (t.told_all_at_ms)
		return OK;
	const char *text = words_of(c, &t);
	const char *brief =
		arena_printf(c->arena, "您的个人信息拟移转给%s，详情请看应用内的消息。", t.receiver);
	struct telling telling = {
		.source_id = t.id, .kind = "transfer", .words = {"关于个人信息移转的告知", brief, text}};
	TRY(tell_people(c, &telling, t.told_upto, &told));
	TRY(store_exec(c, c->store, Q_TRANSFER_TOLD,
		       PARAMS(P_INT(t.id), P_INT(told.after), P_INT(told.people), P_INT(t.told_upto)), NULL));
	if (told.finished)
		return store_exec(c, c->store, Q_TRANSFER_TOLD_ALL, PARAMS(P_INT(t.id), P_INT(c->now_ms)),
				  NULL);
	*ret_again_at_ms = c->now_ms;
	return OK;
}

static err tell_again_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct transfer *t = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TRANSFER_TELL_AGAIN, PARAMS(P_INT(t->id)), &changed));
	return changed ? job_add(c, tx, "transfer_tell", 0, t->id, c->now_ms, NULL) : OK;
}

/* Ids grow with time: whoever came after the last notice stands behind it. Who was made active late with a
 * lower one, the gate leaves out (TJ-2.3.3.a). */
static err check_told(struct ctx *c, struct transfer *t)
{
	int64_t newcomer;
	size_t count = 0;

	if (!transfer_needs(c, t, NEED_NOTICE))
		return OK;
	if (!t->told_all_at_ms)
		FAIL(c, ERR_CONFLICT, "告知还没有送达每一名用户，不能移转");
	TRY(account_walk(c, t->told_upto, 1, &newcomer, &count));
	if (count == 0)
		return OK;
	TRY(store_write(c, c->store, tell_again_rows, t));
	FAIL(c, ERR_CONFLICT, "又有新的用户注册，还没有收到告知；正在补发，请稍后再移转");
}

/* ---- the undertaking ---- */

const char *transfer_undertaking_text(struct ctx *c, const struct transfer *t)
{
	return arena_printf(
		c->arena,
		"%s（下称本单位）就转让案卷 %lld 承诺：自接收之日起，对所接收的个人信息继续履行%s"
		"《隐私政策》（版本 %s）规定的义务，依原有的同意、目的和保存期限处理，并对移转途中和"
		"接收之后的信息保密。",
		t->receiver, (long long)t->id, city_text(c->release, "name"), release_version(c->release));
}

/* Tools end a text with a line break of their own. */
static struct slice without_end(struct slice s)
{
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

err transfer_undertake(struct ctx *c, const struct staff *s, int64_t id, struct slice signed_text)
{
	BUF_SCOPED text = {0};
	struct transfer t;
	int64_t changed = 0;

	TRY(may_work(c, s));
	TRY(transfer_get(c, id, &t));
	buf_init(&text, TRANSFER_SIGNED_MAX);
	err e = cms_signed(c, slice_of(t.certificate), signed_text, &text);
	if (e.code == ERR_INVALID)
		return fail_field(c, "undertaking", arena_copy(c->arena, slice_of(c->failure.detail)));
	TRY(e);
	if (!slice_is(without_end(buf_slice(&text)), transfer_undertaking_text(c, &t)))
		return fail_field(c, "undertaking", "签名的文字与承诺书不一致");
	TRY(store_exec(c, c->store, Q_TRANSFER_UNDERTAKE,
		       PARAMS(P_INT(id), P_TEXT(signed_text), P_INT(c->now_ms)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "已经收到承诺书，或者案卷还没有复核同意");
	return OK;
}

/* ---- moving and closing ---- */

struct moving {
	int64_t id, upto;
	bool bound;
};

static err moving_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct moving *m = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TRANSFER_MOVE, PARAMS(P_INT(m->id), P_INT(m->upto), P_INT(m->bound)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "案卷不在可以移转的状态");
	return job_add(c, tx, "transfer_move", 0, m->id, c->now_ms, NULL);
}

err transfer_move(struct ctx *c, const struct staff *s, int64_t id)
{
	struct transfer t;

	TRY(may_work(c, s));
	TRY(transfer_get(c, id, &t));
	if (strcmp(t.state, "telling") != 0 && strcmp(t.state, "ready") != 0)
		FAIL(c, ERR_CONFLICT, "案卷不在可以移转的状态");
	TRY(check_told(c, &t));
	if (transfer_needs(c, &t, NEED_UNDERTAKING) && !*t.undertaking)
		FAIL(c, ERR_CONFLICT, "还没有收到接收方签名的承诺书，不能移转");
	return store_write(c, c->store, moving_rows,
			   &(struct moving){id, id_new(c->now_ms), *t.undertaking != '\0'});
}

err transfer_close(struct ctx *c, const struct staff *s, int64_t id)
{
	struct transfer t;
	int64_t changed = 0;

	TRY(may_work(c, s));
	TRY(transfer_get(c, id, &t));
	if (strcmp(t.state, "moved") == 0 && !*t.undertaking)
		FAIL(c, ERR_CONFLICT, "还没有收到接收方签名的承诺书，不能结案");
	TRY(store_exec(c, c->store, Q_TRANSFER_CLOSE, PARAMS(P_INT(id), P_STR(s->name), P_INT(c->now_ms)),
		       &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "信息还没有移转完毕，或者已经结案");
	return OK;
}

err transfer_person_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return store_exec(c, c->store, Q_TRANSFER_PERSON_END, PARAMS(P_INT(j->subject_id)), NULL);
}
