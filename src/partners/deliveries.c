/* What partners deliver: cooperations, grants, deliveries. */
#include "partners/deliveries.h"
#include "base/id.h"
#include "policy/better.h"
#include "services/form.h"

enum { TEXT_MAX = 64 * 1024, REFERENCE_MIN = 4, REFERENCE_MAX = 64, TRIES = 4, ROWS_MAX = 256 };

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- cooperations ---- */

static err find_service(struct ctx *c, const struct service **ret)
{
	const char *key = city_text(c->release, "indirect.service");
	const struct service *s = key ? release_service(c->release, key) : NULL;

	if (!s)
		FAIL(c, ERR_NOT_FOUND, "隐私政策没有声明从合作方接收信息");
	*ret = s;
	return OK;
}

static const char *setting(const struct ctx *c, const char *key, const char *part)
{
	return arena_printf(c->arena, "indirect.cooperation.%s.%s", key, part);
}

err cooperation_find(struct ctx *c, const char *key, struct cooperation *ret)
{
	const struct service *s = NULL;

	TRY(find_service(c, &s));
	const char *partner = key && city_list_has(c->release, "indirect.cooperation", key)
				      ? city_text(c->release, setting(c, key, "partner"))
				      : NULL;
	const struct recipient *from = partner ? release_recipient(c->release, partner) : NULL;
	if (!from)
		FAIL(c, ERR_NOT_FOUND, "没有这项业务合作");
	*ret = (struct cooperation){arena_copy(c->arena, slice_of(key)),
				    city_text(c->release, setting(c, key, "name")), from};
	return OK;
}

err cooperation_list(struct ctx *c, cooperation_fn fn, void *arg)
{
	size_t count = 0;
	const char *const *keys = city_list(c->release, "indirect.cooperation", &count);

	for (size_t i = 0; i < count; i++) {
		struct cooperation k;
		TRY(cooperation_find(c, keys[i], &k));
		TRY(fn(c, &k, arg));
	}
	return OK;
}

static err refuse_act(struct ctx *c, const char *text)
{
	const struct service *s = NULL;

	TRY(find_service(c, &s));
	return refuse(c, "not_declared", s->purpose->clause, "%s", text);
}

err cooperation_must_allow(struct ctx *c, const struct cooperation *k, const char *act)
{
	if (city_list_has(c->release, setting(c, k->key, "acts"), act))
		return OK;
	return refuse_act(c, arena_printf(c->arena, "“%s”的业务合作不需要这样处理，没有进行", k->name));
}

err cooperation_must_combine(struct ctx *c, const struct cooperation *k, const char *with)
{
	TRY(cooperation_must_allow(c, k, "combine"));
	if (city_list_has(c->release, setting(c, k->key, "with"), with))
		return OK;
	return refuse_act(c, arena_printf(c->arena, "“%s”的业务合作不包括与这个来源汇总，没有进行", k->name));
}

/* ---- what letting agrees to ---- */

static const char *acts_text(const struct ctx *c, const struct cooperation *k)
{
	static const char *const words[][2] = {
		{"receive", "接收"}, {"use", "使用"}, {"combine", "汇总"}, {"analyse", "分析"}};
	const char *all = "";

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (city_list_has(c->release, setting(c, k->key, "acts"), words[i][0]))
			all = arena_printf(c->arena, "%s%s%s", all, *all ? "、" : "", words[i][1]);
	return all;
}

static err offer_of(struct ctx *c, const struct cooperation *k, int64_t about_id, struct consent_offer *ret)
{
	const struct service *s = NULL;

	TRY(find_service(c, &s));
	*ret = (struct consent_offer){
		.service = s,
		.items = s->items,
		.about = arena_printf(
			c->arena,
			"七、本同意只用于“%s”：由%s提供您授权它提供的信息，我们为此%s，不作其他用途。\n"
			"八、您在该单位的授权，请向该单位撤回；您在这里撤回的，我们不再接收，并删除已经收到的"
			"信息。\n",
			k->name, k->partner->name, acts_text(c, k)),
		.about_id = about_id};
	return OK;
}

err partner_grant_text(struct ctx *c, const struct cooperation *k, struct buf *ret, char ret_hash[static 65])
{
	struct consent_offer offer;

	TRY(offer_of(c, k, 0, &offer));
	return consent_offer_text(c, &offer, ret, ret_hash);
}

/* ---- grants ---- */

struct reading {
	const char *cooperation;
	struct partner_grant *grant;
};

static err grant_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct reading *k = arg;

	(void)c;
	if (slice_is(row_text(r, 0), k->cooperation)) {
		k->grant->grant_id = row_int(r, 1);
		k->grant->consent_id = row_int(r, 2);
	}
	return OK;
}

static err delivery_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct reading *k = arg;
	struct partner_grant *g = k->grant;

	(void)c;
	if (!slice_is(row_text(r, 1), k->cooperation))
		return OK;
	if (g->delivery_count < DELIVERIES_SHOWN)
		g->deliveries[g->delivery_count] = (struct delivery){row_int(r, 0), row_int(r, 2)};
	g->delivery_count++;
	return OK;
}

err partner_grant_of(struct ctx *c, int64_t subject_id, const struct cooperation *k,
		     struct partner_grant *ret)
{
	struct partner_grant g = {0};
	struct reading r = {k->key, &g};
	struct facts f;
	struct head h;

	TRY(store_rows(c, c->store, Q_PARTNER_GRANT_LIST, PARAMS(P_INT(subject_id)), grant_row, &r));
	TRY(store_rows(c, c->store, Q_PARTNER_DELIVERY_LIST, PARAMS(P_INT(subject_id)), delivery_row, &r));
	if (g.grant_id) {
		TRY(facts_load(c, subject_id, &f, &h));
		g.stands = facts_keep_consent(c, &f, g.consent_id);
	}
	*ret = g;
	return OK;
}

struct still_held {
	const char *service, *cooperation;
	int64_t held[ROWS_MAX];
	size_t count;
	bool found;
};

static err note_held(struct ctx *c, const struct held *h, void *arg)
{
	struct still_held *u = arg;

	(void)c;
	if (!h->rule && h->service && strcmp(h->service, u->service) == 0 && u->count < ROWS_MAX)
		u->held[u->count++] = h->record_id;
	return OK;
}

static err match_delivery(struct ctx *c, const struct row *r, void *arg)
{
	struct still_held *u = arg;

	(void)c;
	if (!slice_is(row_text(r, 1), u->cooperation))
		return OK;
	for (size_t i = 0; i < u->count; i++)
		u->found |= u->held[i] == row_int(r, 0);
	return OK;
}

err partner_data_in_use(struct ctx *c, int64_t subject_id, const struct cooperation *k, bool *ret)
{
	struct still_held u = {.cooperation = k->key};
	const struct service *s = NULL;
	struct partner_grant g;

	*ret = false;
	TRY(partner_grant_of(c, subject_id, k, &g));
	if (!g.stands)
		return OK;
	TRY(find_service(c, &s));
	u.service = s->key;
	TRY(vault_held(c, subject_id, note_held, &u));
	TRY(store_rows(c, c->store, Q_PARTNER_DELIVERY_LIST, PARAMS(P_INT(subject_id)), match_delivery, &u));
	*ret = u.found;
	return OK;
}

#define ALREADY "您已经允许接收"

struct letting {
	int64_t subject_id, former, grant_id, consent_id;
	const char *cooperation;
};

static err give_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct letting *l = arg;
	int64_t changed = 0;

	if (l->former)
		TRY(tx_exec(c, tx, Q_PARTNER_GRANT_NUMBER_END, PARAMS(P_INT(l->former)), NULL));
	TRY(tx_exec(c, tx, Q_PARTNER_GRANT_PUT,
		    PARAMS(P_INT(l->subject_id), P_STR(l->cooperation), P_INT(l->grant_id),
			   P_INT(l->consent_id), P_INT(c->now_ms), P_INT(l->former)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, ALREADY);
	return tx_exec(c, tx, Q_PARTNER_GRANT_NUMBER_PUT,
		       PARAMS(P_INT(l->grant_id), P_INT(l->subject_id), P_STR(l->cooperation)), NULL);
}

err partner_grant_give(struct ctx *c, int64_t subject_id, const struct cooperation *k, struct slice text_hash)
{
	struct letting l = {.subject_id = subject_id, .cooperation = k->key, .grant_id = id_new(c->now_ms)};
	struct consent_offer offer;
	struct partner_grant g;

	TRY(cooperation_must_allow(c, k, "receive"));
	TRY(partner_grant_of(c, subject_id, k, &g));
	if (g.stands)
		FAIL(c, ERR_CONFLICT, ALREADY);
	TRY(offer_of(c, k, l.grant_id, &offer));
	offer.text_hash = text_hash;
	TRY(consent_give(c, subject_id, &offer, &l.consent_id));
	l.former = g.grant_id;
	err e = store_write(c, c->store, give_rows, &l);
	if (e.code != ERR_CONFLICT)
		return e;
	failure_clear(
		c); /* pressed twice at once: the other grant stands, and no consent is left beside it */
	TRY(consent_withdraw(c, subject_id, l.consent_id));
	FAIL(c, ERR_CONFLICT, ALREADY);
}

/* ---- the end ---- */

struct ending {
	int64_t subject_id;
	const char *cooperation;
	struct partner_grant grant;
	const struct itemset *items;
	int64_t *ids;
	size_t count, room;
};

static err note_delivery(struct ctx *c, const struct row *r, void *arg)
{
	struct ending *e = arg;

	if (!slice_is(row_text(r, 1), e->cooperation))
		return OK;
	if (e->count == e->room) { /* deliveries at the same moment may pass ROWS_MAX: each of them goes */
		int64_t *more = ARENA_ARRAY(c->arena, int64_t, e->room * 2 + 16);
		if (e->count)
			memcpy(more, e->ids, e->count * sizeof *more);
		e->ids = more;
		e->room = e->room * 2 + 16;
	}
	e->ids[e->count++] = row_int(r, 0);
	return OK;
}

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct ending *e = arg;

	e->count = 0;
	TRY(tx_rows(c, tx, Q_PARTNER_DELIVERY_LIST, PARAMS(P_INT(e->subject_id)), note_delivery, e));
	for (size_t i = 0; i < e->count; i++)
		TRY(vault_delete_rows(c, tx, &(struct vault_deletion){e->subject_id, e->ids[i], e->items}));
	if (e->grant.grant_id)
		TRY(tx_exec(c, tx, Q_PARTNER_GRANT_NUMBER_END, PARAMS(P_INT(e->grant.grant_id)), NULL));
	TRY(tx_exec(c, tx, Q_PARTNER_DELIVERY_END, PARAMS(P_INT(e->subject_id), P_STR(e->cooperation)),
		    NULL));
	return tx_exec(c, tx, Q_PARTNER_GRANT_END, PARAMS(P_INT(e->subject_id), P_STR(e->cooperation)), NULL);
}

err partner_grant_end(struct ctx *c, int64_t subject_id, const struct cooperation *k)
{
	struct ending e = {.subject_id = subject_id, .cooperation = k->key};
	const struct service *s = NULL;
	struct head h;

	TRY(find_service(c, &s));
	TRY(partner_grant_of(c, subject_id, k, &e.grant));
	if (!e.grant.grant_id && !e.grant.delivery_count)
		FAIL(c, ERR_NOT_FOUND, "没有允许过，也没有收到过信息");
	if (e.grant.stands)
		TRY(consent_withdraw(c, subject_id, e.grant.consent_id));
	e.items = &s->items;
	struct entry entry = {.action = ENTRY_DELETE,
			      .service = s->key,
			      .items = s->items,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = s->clause,
			      .note = k->name};
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, end_rows, &e, NULL);
}

/* ---- taking a delivery ---- */

struct granted {
	int64_t subject_id;
	const char *cooperation;
};

static err number_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct granted *)arg = (struct granted){row_int(r, 0), row_copy(c, r, 1)};
	return OK;
}

/* Whose grant it is; a delivery without one, or for another cooperation, is nobody's. */
static err find_grant(struct ctx *c, const struct delivering *d, const struct service *s,
		      int64_t *ret_subject_id)
{
	struct granted g = {0};

	if (d->grant_id)
		TRY(store_rows(c, c->store, Q_PARTNER_GRANT_NUMBER_GET, PARAMS(P_INT(d->grant_id)),
			       number_row, &g));
	if (!g.subject_id || strcmp(g.cooperation, d->cooperation->key) != 0)
		return refuse(c, "consent_required", s->clause, "没有写明本人授权的编号，不予接收");
	*ret_subject_id = g.subject_id;
	return OK;
}

struct taking {
	const struct delivering *d;
	int64_t subject_id, delivery_id, ends_at_ms;
	const char *reference;
};

static err taken_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct taking *t = arg;

	TRY(tx_exec(c, tx, Q_PARTNER_DELIVERY_PUT,
		    PARAMS(P_INT(t->subject_id), P_INT(t->delivery_id), P_STR(t->d->cooperation->key),
			   P_STR(t->reference), P_INT(c->now_ms)),
		    NULL));
	return job_add(c, tx, "retention_end", t->subject_id, 0, t->ends_at_ms, NULL);
}

static bool has_reference(const struct delivering *d)
{
	size_t chars = slice_is_utf8(d->reference) ? slice_chars(d->reference) : 0;

	return chars >= REFERENCE_MIN && chars <= REFERENCE_MAX;
}

static err take_once(struct ctx *c, const struct service *s, struct taking *t)
{
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .items = s->items,
				 .now_ms = c->now_ms};
	struct vault_value v = {.item = s->fields[0].item, .value = t->d->text, .origin = "partner"};
	struct permit *permit = NULL;
	struct partner_grant g;
	struct facts f;
	struct head h;

	TRY(partner_grant_of(c, t->subject_id, t->d->cooperation, &g));
	TRY(facts_load(c, t->subject_id, &f, &h));
	(void)facts_keep_consent(c, &f, g.consent_id);
	if (g.delivery_count >= ROWS_MAX)
		FAIL(c, ERR_CONFLICT, "这项合作已经收到的信息过多，须由本人删除后再接收");
	if (!has_reference(t->d)) {
		err e = refuse(c, "consent_required", s->clause, "没有写明本人在该单位的授权，不予接收");
		form_refused(c, &h, &q);
		return e;
	}
	err allowed = cooperation_must_allow(c, t->d->cooperation, "receive");
	if (allowed.code == ERR_REFUSED)
		form_refused(c, &h, &q);
	TRY(allowed);
	TRY(form_decide(c, &f, &h, &q, &permit));
	t->ends_at_ms =
		c->now_ms + better_category_days(c->release, f.accepted_release, s->category) * day_ms;
	v.ends_at_ms = t->ends_at_ms;
	return vault_collect(c, permit, &h, t->delivery_id,
			     arena_printf(c->arena, "service:%s", s->category->key), &v, 1, taken_rows, t);
}

err delivery_take(struct ctx *c, const struct delivering *d, int64_t *ret_id)
{
	struct taking t = {.d = d, .delivery_id = id_new(c->now_ms)};
	const struct service *s = NULL;
	err e = {ERR_STALE};

	TRY(find_service(c, &s));
	size_t chars = slice_is_utf8(d->text) ? slice_chars(d->text) : 0;
	if (chars == 0 || chars > DELIVERY_TEXT_MAX)
		return fail_field(c, "items", "请写明提供的信息，合计不超过2000字");
	TRY(find_grant(c, d, s, &t.subject_id));
	t.reference = arena_copy(c->arena, d->reference);
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = take_once(c, s, &t);
	}
	TRY(e);
	*ret_id = t.delivery_id;
	return OK;
}

/* ---- the end of an account ---- */

struct leaving {
	int64_t subject_id;
};

static err leave_cooperation(struct ctx *c, const struct cooperation *k, void *arg)
{
	const struct leaving *l = arg;
	struct ending e = {.subject_id = l->subject_id, .cooperation = k->key};
	const struct service *s = NULL;

	TRY(find_service(c, &s));
	TRY(partner_grant_of(c, l->subject_id, k, &e.grant));
	e.items = &s->items;
	return store_write(c, c->store, end_rows, &e);
}

err deliveries_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct leaving l = {j->subject_id};

	*ret_again_at_ms = 0;
	return cooperation_list(c, leave_cooperation, &l);
}
