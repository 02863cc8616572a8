/* Those who join a promotion: the consent, the data, and what the partner gets of it. */
#include "base/id.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "partners/promotions.h"
#include "policy/better.h"
#include "services/form.h"
#include <jansson.h>

enum { TEXT_MAX = 64 * 1024, VALUE_MAX = 2048, RESULT_MAX = 200, TRIES = 4, ENDED_AT_ONCE = 64 };

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- what joining agrees to ---- */

static void put_data_names(struct ctx *c, const struct promotion *p, struct buf *out)
{
	const char *at = p->data, *key;
	bool first = true;

	while ((key = promotion_next_key(c, &at))) {
		buf_printf(out, "%s%s", first ? "" : "、", promotion_word(c, "campaign.data", key));
		first = false;
	}
}

/* The consent is for this promotion alone, and ends with it (NT-2.1.12.b). */
static err offer_of(struct ctx *c, const struct promotion *p, struct consent_offer *ret)
{
	const struct service *s;
	struct date last = date_of(p->until_ms - 1);
	BUF_SCOPED out = {0};

	TRY(promotion_service(c, &s));
	buf_init(&out, TEXT_MAX);
	buf_printf(&out, "七、本同意只用于“%s”。向接收方提供的推广活动信息限于：", p->title);
	put_data_names(c, p, &out);
	buf_printf(&out, "。接收方只能用来及时提供服务或者发放奖品，不得用于其他目的。\n");
	buf_printf(&out, "八、活动到%d年%d月%d日结束，本同意随之失效，此后不再向接收方提供。\n", last.year,
		   last.month, last.day);
	*ret = (struct consent_offer){.service = s,
				      .recipient = release_recipient(c->release, p->partner),
				      .items = s->shared,
				      .about = arena_copy(c->arena, buf_slice(&out)),
				      .about_id = p->id,
				      .until_ms = p->until_ms};
	if (!ret->recipient)
		FAIL(c, ERR_NOT_FOUND, "隐私政策不再列出这个合作方");
	return OK;
}

err promotion_text(struct ctx *c, const struct promotion *p, struct buf *ret, char ret_hash[static 65])
{
	struct consent_offer offer;

	TRY(offer_of(c, p, &offer));
	return consent_offer_text(c, &offer, ret, ret_hash);
}

/* ---- entries ---- */

static err entry_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct promotion_entry *)arg = (struct promotion_entry){
		.promotion_id = row_int(r, 0),
		.entry_id = row_int(r, 1),
		.consent_id = row_int(r, 2),
		.state = row_copy(c, r, 3),
		.joined_at_ms = row_int(r, 4),
	};
	return OK;
}

struct numbered {
	int64_t subject_id, promotion_id;
};

static err number_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct numbered *)arg = (struct numbered){row_int(r, 0), row_int(r, 1)};
	return OK;
}

static err entry_find(struct ctx *c, int64_t entry_id, struct promotion *ret,
		      struct promotion_entry *ret_entry, int64_t *ret_subject_id)
{
	struct promotion_entry e = {0};
	struct numbered n = {0};

	TRY(store_rows(c, c->store, Q_PROMOTION_NUMBER_GET, PARAMS(P_INT(entry_id)), number_row, &n));
	if (n.subject_id)
		TRY(store_rows(c, c->store, Q_PROMOTION_ENTRY_GET,
			       PARAMS(P_INT(n.subject_id), P_INT(n.promotion_id)), entry_row, &e));
	if (!n.subject_id || e.entry_id != entry_id)
		FAIL(c, ERR_NOT_FOUND, "没有这个参加编号");
	TRY(promotion_get(c, e.promotion_id, ret));
	*ret_entry = e;
	*ret_subject_id = n.subject_id;
	return OK;
}

static bool is_running(const struct promotion *p)
{
	return strcmp(p->state, "running") == 0;
}

err promotion_entry_of(struct ctx *c, int64_t subject_id, const struct promotion *p,
		       struct promotion_entry *ret)
{
	struct promotion_entry e = {0};
	struct facts f;
	struct head h;

	TRY(store_rows(c, c->store, Q_PROMOTION_ENTRY_GET, PARAMS(P_INT(subject_id), P_INT(p->id)), entry_row,
		       &e));
	if (e.entry_id) {
		TRY(facts_load(c, subject_id, &f, &h));
		if (!is_running(p))
			e.state = "over";
		else if (!facts_keep_consent(c, &f, e.consent_id))
			e.state = "left";
	}
	*ret = e;
	return OK;
}

/* ---- joining ---- */

static bool is_option(const char *options, struct slice choice)
{
	while (*options) {
		size_t n = strcspn(options, "\n");
		if (choice.n == n && memcmp(options, choice.p, n) == 0)
			return true;
		options += n + (options[n] == '\n');
	}
	return false;
}

/* What this program can say of an entry; a kind that it cannot say is not sent. */
static void put_value(struct ctx *c, const char *key, int64_t entry_id, struct slice choice, struct buf *out)
{
	const char *name = promotion_word(c, "campaign.data", key), *stop = out->size ? "；" : "";
	struct date d = date_of(c->now_ms);

	if (strcmp(key, "entry_number") == 0)
		buf_printf(out, "%s%s：%lld", stop, name, (long long)entry_id);
	else if (strcmp(key, "joined_on") == 0)
		buf_printf(out, "%s%s：%d年%d月%d日", stop, name, d.year, d.month, d.day);
	else if (strcmp(key, "choice") == 0)
		buf_printf(out, "%s%s：%.*s", stop, name, (int)choice.n, choice.p);
}

static struct slice value_of(struct ctx *c, const struct promotion *p, int64_t entry_id, struct slice choice)
{
	const char *at = p->data, *key;
	BUF_SCOPED out = {0};

	buf_init(&out, VALUE_MAX);
	while ((key = promotion_next_key(c, &at)))
		put_value(c, key, entry_id, choice, &out);
	return slice_of(arena_copy(c->arena, buf_slice(&out)));
}

struct joining {
	int64_t subject_id, ends_at_ms;
	struct promotion_entry entry;
};

static err join_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct joining *j = arg;
	const struct promotion_entry *e = &j->entry;
	struct promotion_entry former = {0};
	int64_t changed = 0;

	/* what stands now, not what stood when the person pressed: two presses at once leave one number */
	TRY(tx_rows(c, tx, Q_PROMOTION_ENTRY_GET, PARAMS(P_INT(j->subject_id), P_INT(e->promotion_id)),
		    entry_row, &former));
	if (former.entry_id)
		TRY(tx_exec(c, tx, Q_PROMOTION_NUMBER_END, PARAMS(P_INT(former.entry_id)), NULL));
	TRY(tx_exec(c, tx, Q_PROMOTION_ENTRY_PUT,
		    PARAMS(P_INT(j->subject_id), P_INT(e->promotion_id), P_INT(e->entry_id),
			   P_INT(e->consent_id), P_INT(e->joined_at_ms), P_INT(former.entry_id)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_STALE, "已经变化");
	TRY(tx_exec(c, tx, Q_PROMOTION_NUMBER_PUT,
		    PARAMS(P_INT(e->entry_id), P_INT(j->subject_id), P_INT(e->promotion_id)), NULL));
	TRY(job_add(c, tx, "promotion_send", j->subject_id, e->entry_id, c->now_ms, NULL));
	return job_add(c, tx, "retention_end", j->subject_id, 0, j->ends_at_ms, NULL);
}

/* One act about the person's campaign data, asked of the gate. */
struct asking {
	struct facts f;
	struct head h;
	const struct service *s;
	struct permit *permit;
};

static err ask(struct ctx *c, int64_t subject_id, enum gate_action action, struct asking *ret)
{
	struct gate_request q = {.action = action, .now_ms = c->now_ms};

	TRY(promotion_service(c, &ret->s));
	TRY(facts_load(c, subject_id, &ret->f, &ret->h));
	q.service = ret->s;
	q.purpose = ret->s->purpose;
	q.items = ret->s->items;
	q.masked = action == GATE_READ;
	return form_decide(c, &ret->f, &ret->h, &q, &ret->permit);
}

static int64_t kept_until(struct ctx *c, const struct promotion *p, const struct asking *a)
{
	return p->until_ms + better_category_days(c->release, a->f.accepted_release, a->s->category) * day_ms;
}

static err collect(struct ctx *c, struct asking *a, int64_t record_id, struct slice value, const char *origin,
		   int64_t ends_at_ms, tx_fn also, void *arg)
{
	const char *scope = arena_printf(c->arena, "service:%s", a->s->category->key);
	struct vault_value v = {a->s->fields[0].item, value, origin, ends_at_ms};

	return vault_collect(c, a->permit, &a->h, record_id, scope, &v, 1, also, arg);
}

static err keep_entry(struct ctx *c, const struct promotion *p, struct slice choice, struct joining *j)
{
	struct asking a;

	TRY(ask(c, j->subject_id, GATE_COLLECT, &a));
	if (!facts_keep_consent(c, &a.f, j->entry.consent_id)) /* another press came after it */
		FAIL(c, ERR_CONFLICT, "您的这次同意已经撤回或者被新的同意取代，请刷新后再看");
	j->ends_at_ms = kept_until(c, p, &a);
	return collect(c, &a, j->entry.entry_id, value_of(c, p, j->entry.entry_id, choice), "automatic",
		       j->ends_at_ms, join_rows, j);
}

err promotion_join(struct ctx *c, int64_t subject_id, int64_t id, struct slice text_hash, struct slice choice,
		   struct promotion_entry *ret)
{
	struct promotion_entry before;
	struct consent_offer offer;
	struct promotion p;
	err e = {ERR_STALE};

	TRY(promotion_shown(c, id, &p));
	if (!is_running(&p))
		FAIL(c, ERR_CONFLICT, "活动没有在进行");
	TRY(promotion_entry_of(c, subject_id, &p, &before));
	if (before.entry_id && strcmp(before.state, "left") != 0)
		FAIL(c, ERR_CONFLICT, "您已经参加了这个活动");
	if (*p.options ? !is_option(p.options, choice) : choice.n > 0)
		return fail_field(c, "choice", "请选择一项");
	TRY(offer_of(c, &p, &offer));
	offer.text_hash = text_hash;
	struct joining j = {.subject_id = subject_id,
			    .entry = {.promotion_id = id,
				      .entry_id = id_new(c->now_ms),
				      .joined_at_ms = c->now_ms,
				      .state = "sending"}};
	TRY(consent_give(c, subject_id, &offer, &j.entry.consent_id));
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = keep_entry(c, &p, choice, &j);
	}
	TRY(e);
	*ret = j.entry;
	return OK;
}

/* ---- to the partner ---- */

static err release_for(struct ctx *c, const struct promotion *p, int64_t subject_id,
		       const struct promotion_entry *e, const struct purpose *purpose, struct asking *a,
		       struct released *ret)
{
	struct gate_request q = {.action = GATE_SHARE,
				 .purpose = purpose,
				 .recipient = release_recipient(c->release, p->partner),
				 .now_ms = c->now_ms};

	TRY(promotion_service(c, &a->s));
	if (!q.recipient)
		FAIL(c, ERR_NOT_FOUND, "隐私政策不再列出这个合作方");
	q.service = a->s;
	q.items = a->s->shared;
	TRY(facts_load(c, subject_id, &a->f, &a->h));
	/* none once the promotion is over */
	(void)facts_keep_consent(c, &a->f, is_running(p) ? e->consent_id : 0);
	TRY(form_decide(c, &a->f, &a->h, &q, &a->permit));
	err released = vault_release(c, a->permit, &a->h, e->entry_id, p->title, ret);
	if (released.code ==
	    ERR_REFUSED) /* deleted, or its period is over: the person reads of the attempt */
		form_refused(c, &a->h, &q);
	return released;
}

static void write_request(const struct promotion *p, const struct promotion_entry *e,
			  const struct released *r, struct buf *out)
{
	struct json j = json_to(out);

	json_open(&j, '{');
	json_put_id(&j, "entry", e->entry_id);
	json_put_id(&j, "promotion", p->id);
	json_put_text(&j, "title", p->title);
	json_put_text(&j, "kind", p->kind);
	json_put_time(&j, "until", p->until_ms - 1);
	json_key(&j, "items");
	json_open(&j, '{');
	for (size_t i = 0; i < r->count; i++)
		json_put_slice(&j, r->values[i].item->key, r->values[i].value);
	json_close(&j, '}');
	json_close(&j, '}');
}

struct change {
	int64_t subject_id, entry_id;
	const char *state;
};

static err change_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct change *k = arg;

	return tx_exec(c, tx, Q_PROMOTION_ENTRY_STATE,
		       PARAMS(P_INT(k->subject_id), P_INT(k->entry_id), P_STR(k->state)), NULL);
}

/* What the partner answered is the person's, kept apart from what was sent. */
static err take_result(struct ctx *c, const struct promotion *p, const struct change *done,
		       struct slice answer)
{
	json_t *doc = json_loadb(answer.p, answer.n, JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(doc, "result"));
	struct slice result = slice_of(text ? arena_copy(c->arena, slice_of(text)) : "");
	struct asking a;

	json_decref(doc);
	if (!result.n || slice_chars(result) > RESULT_MAX)
		return store_write(c, c->store, change_rows, (void *)done);
	TRY(ask(c, done->subject_id, GATE_COLLECT, &a));
	return collect(c, &a, p->id, result, "partner", kept_until(c, p, &a), change_rows, (void *)done);
}

static err send(struct ctx *c, const struct job *j, const struct promotion *p,
		const struct promotion_entry *e, struct buf *ret_answer)
{
	RELEASED_SCOPED released = {0};
	BUF_SCOPED request = {0};
	char key[JOB_KEY_SIZE];
	const char *outcome = "not_sent";
	struct asking a;
	int status = 0;

	TRY(promotion_service(c, &a.s));
	TRY(release_for(c, p, j->subject_id, e, a.s->purpose, &a, &released));
	if (released.count == 0)
		FAIL(c, ERR_GONE, "参加活动的信息已经删除");
	buf_init(&request, TEXT_MAX);
	write_request(p, e, &released, &request);
	const struct recipient *to = release_recipient(c->release, p->partner);
	err sent = connector_post(c, to->key, "/promotions", buf_slice(&request), job_key(j, key), &status,
				  ret_answer, &outcome);
	struct failure kept = c->failure;
	struct form_outcome became = {a.s, to, &a.s->shared, outcome, released.policy, e->entry_id};
	TRY(form_sent(c, &a.h, &became, NULL, NULL));
	c->failure = kept;
	TRY(sent);
	if (status != 200)
		FAIL(c, ERR_AUTHORITY, "%s没有接收", to->name);
	return OK;
}

err promotion_send_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct change done = {j->subject_id, j->ref_id, "sent"};
	struct promotion_entry e;
	struct promotion p;
	int64_t subject_id;
	BUF_SCOPED answer = {0};

	*ret_again_at_ms = 0;
	buf_init(&answer, TEXT_MAX);
	TRY(entry_find(c, j->ref_id, &p, &e, &subject_id));
	if (strcmp(e.state, "sending") != 0)
		return OK;
	err sent = send(c, j, &p, &e, &answer);
	if (sent.code == ERR_REFUSED) { /* left or over meanwhile: nothing goes, and nothing is tried again */
		failure_clear(c);
		done.state = "stopped";
		return store_write(c, c->store, change_rows, &done);
	}
	TRY(sent);
	err taken = take_result(c, &p, &done, buf_slice(&answer));
	if (taken.code != ERR_REFUSED)
		return taken;
	failure_clear(c);
	return store_write(c, c->store, change_rows, &done);
}

err promotion_use(struct ctx *c, const struct promotion_use *u, promotion_value_fn fn, void *arg)
{
	RELEASED_SCOPED released = {0};
	struct promotion_entry e;
	struct promotion p;
	struct asking a;
	int64_t subject_id;

	TRY(entry_find(c, u->entry_id, &p, &e, &subject_id));
	if (strcmp(p.partner, u->partner->key) != 0)
		FAIL(c, ERR_NOT_FOUND, "没有这个参加编号");
	TRY(release_for(c, &p, subject_id, &e, release_purpose(c->release, u->purpose), &a, &released));
	for (size_t i = 0; i < released.count; i++)
		fn(released.values[i].item->key, released.values[i].value, arg);
	return OK;
}

/* ---- for the person ---- */

struct reading {
	int64_t record_id;
	const char *text;
};

static err note_value(struct ctx *c, const struct held *h, void *arg)
{
	struct reading *r = arg;

	if (h->record_id == r->record_id && h->masked)
		r->text = arena_copy(c->arena, slice_of(h->masked));
	return OK;
}

static err read_record(struct ctx *c, int64_t subject_id, int64_t record_id, const char **ret)
{
	struct reading r = {record_id, ""};
	struct asking a;

	TRY(ask(c, subject_id, GATE_READ, &a));
	TRY(vault_masked(c, a.permit, &a.h, record_id, note_value, &r));
	*ret = r.text;
	return OK;
}

err promotion_outcome(struct ctx *c, int64_t subject_id, const struct promotion_entry *e,
		      struct promotion_outcome *ret)
{
	struct promotion_outcome o = {"", ""};

	TRY(read_record(c, subject_id, e->entry_id, &o.sent));
	TRY(read_record(c, subject_id, e->promotion_id, &o.result));
	*ret = o;
	return OK;
}

/* ---- the end of an account ---- */

struct ending {
	int64_t subject_id, ids[ENDED_AT_ONCE];
	size_t count;
};

static err note_number(struct ctx *c, const struct row *r, void *arg)
{
	struct ending *e = arg;

	(void)c;
	e->ids[e->count++] = row_int(r, 0);
	return OK;
}

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct ending *e = arg;

	e->count = 0;
	TRY(tx_rows(c, tx, Q_PROMOTION_ENTRY_SOME, PARAMS(P_INT(e->subject_id), P_INT(ENDED_AT_ONCE)),
		    note_number, e));
	for (size_t i = 0; i < e->count; i++) {
		TRY(tx_exec(c, tx, Q_PROMOTION_NUMBER_END, PARAMS(P_INT(e->ids[i])), NULL));
		TRY(tx_exec(c, tx, Q_PROMOTION_ENTRY_END, PARAMS(P_INT(e->subject_id), P_INT(e->ids[i])),
			    NULL));
	}
	return OK;
}

err promotions_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct ending e = {.subject_id = j->subject_id};

	*ret_again_at_ms = 0;
	do
		TRY(store_write(c, c->store, end_rows, &e));
	while (e.count == ENDED_AT_ONCE);
	return OK;
}
