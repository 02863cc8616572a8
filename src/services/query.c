#include "services/query.h"
#include "base/id.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "consent/counts.h"
#include "jobs/jobs.h"
#include "policy/better.h"
#include "services/kept.h"

enum { TRIES = 4, ANSWER_MAX = 1 << 20, REQUEST_MAX = 1 << 18 };

/* What is sent: the declared shared items that were given or stand in the profile, no more (NT-2.1.0.c). */
static struct itemset items_to_send(const struct form *form)
{
	struct itemset send;

	for (size_t i = 0; i < sizeof send.bit / sizeof *send.bit; i++)
		send.bit[i] = (form->given.bit[i] | form->filled.bit[i]) & form->service->shared.bit[i];
	return send;
}

static void write_request(struct ctx *c, const struct form *form, int64_t query_id, const struct released *r,
			  struct buf *out)
{
	struct json j = json_to(out);

	json_open(&j, '{');
	json_put_text(&j, "service", form->service->key);
	json_put_id(&j, "ref", query_id);
	json_key(&j, "items");
	json_open(&j, '{');
	for (size_t i = 0; i < r->count; i++)
		json_put_slice(&j, r->values[i].item->key, r->values[i].value);
	json_close(&j, '}');
	json_key(&j, "wanted");
	itemset_json(&j, c->release, &form->service->result);
	json_close(&j, '}');
}

static err bad_answer(struct ctx *c, const struct recipient *r)
{
	FAIL(c, ERR_AUTHORITY, "%s返回的结果无法识别，请稍后再试", r->name);
}

/* A mismatch stops the query (TJ-1.1.6.c, NT-1.2.1.1.b): the fields that do not fit are named, not what would
 * fit. */
static err mismatch(struct ctx *c, const struct recipient *r, json_t *answer)
{
	json_t *list = json_object_get(answer, "mismatch"), *key;
	size_t i;

	json_array_foreach(list, i, key)
	{
		const struct item *it =
			json_is_string(key) ? release_item(c->release, json_string_value(key)) : NULL;
		if (it)
			(void)fail_field(c, it->key, "与登记的信息不一致");
	}
	c->failure.reason = "conflict";
	FAIL(c, ERR_CONFLICT,
	     "提交的信息与%s登记的不一致，未能办理。请核对后重试；如登记有误，请联系该单位更正", r->name);
}

static bool is_text_array(json_t *list)
{
	size_t i;
	json_t *v;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, v) if (!json_is_string(v)) return false;
	return true;
}

/* A result value is a text, or a table of texts. */
static bool value_ok(json_t *value)
{
	json_t *columns, *rows, *v;
	size_t i;

	if (json_is_string(value))
		return true;
	columns = json_object_get(value, "columns");
	rows = json_object_get(value, "rows");
	if (!json_is_array(columns) || !json_is_array(rows) || json_array_size(rows) > 2000)
		return false;
	json_array_foreach(columns, i, v) if (!json_is_string(json_object_get(v, "key")) ||
					      !json_is_string(json_object_get(v, "name"))) return false;
	json_array_foreach(rows, i, v) if (!is_text_array(v) ||
					   json_array_size(v) != json_array_size(columns)) return false;
	return true;
}

static void drop(json_t **j)
{
	json_decref(*j);
}
#define JSON_SCOPED __attribute__((cleanup(drop))) json_t

static err read_answer(struct ctx *c, const struct form *form, struct slice body, json_t **ret)
{
	const struct service *s = form->service;
	JSON_SCOPED *answer = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *match = json_object_get(answer, "match"), *items = json_object_get(answer, "items"), *value;
	const char *key;

	if (json_is_false(match))
		return mismatch(c, s->recipient, answer);
	if (!json_is_true(match) || !json_is_object(items))
		return bad_answer(c, s->recipient);
	JSON_SCOPED *cut = json_object();
	json_object_foreach(items, key, value)
	{
		const struct item *it = release_item(c->release, key);
		if (!it || !itemset_has(&s->result, it->number))
			continue; /* more than was declared: dropped, not kept */
		if (!value_ok(value))
			return bad_answer(c, s->recipient);
		json_object_set(cut, key, value);
	}
	*ret = json_incref(cut);
	return OK;
}

/* ---- the end: what became of it ---- */

/* A query under way. */
struct asking {
	const struct form *form;
	const struct facts *facts;
	struct head *h;
	const struct itemset *sent;
	const char *policy; /* the version that the share was decided under */
	const struct query_end *end;
	struct query_result result;
};

/* The rows of the last write. What a sensor gave is for this answer only: it goes with the entry of the
 * sending (TJ-1.1.24.2.0, NT-1.2.2.3.e). */
struct ending {
	struct vault_deletion used;
	bool answered;
	struct counted counted;
	struct vault_collection *visit; /* or NULL */
	const struct query_end *end;
};

static err ending_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct ending *e = arg;

	TRY(vault_delete_rows(c, tx, &e->used));
	if (!e->answered)
		return OK;
	TRY(counts_rows(c, tx, &e->counted));
	if (e->visit)
		TRY(vault_collection_rows(c, tx, e->visit));
	return e->end->rows(c, tx, e->end->arg);
}

/* All of it is one write. What is remembered of the use holds only while the facts stand as they were decided
 * on; the query does not depend on it. */
static err write_ending(struct ctx *c, struct asking *a, const char *outcome, struct ending *e)
{
	const struct service *s = a->form->service;
	struct form_outcome became = {s, s->recipient, a->sent, outcome, a->policy, a->result.query_id};
	struct entry entries[2] = {form_sent_entry(&became)};
	struct vault_collection visit;
	bool any = false;

	if (e->answered && !failed(kept_visit(c, a->facts, a->h, s, &visit, &any)) && any) {
		entries[1] = visit.entry;
		e->visit = &visit;
		err both = ledger_write_all(c, a->h, entries, 2, 0, ending_rows, e, NULL);
		if (both.code != ERR_STALE)
			return both;
	}
	failure_clear(c);
	e->visit = NULL;
	return ledger_write(c, a->h, entries, LEDGER_ANY_EPOCH, ending_rows, e, NULL);
}

/* An answer that cannot be told is a failure of the query; that it was sent is written either way. */
static err finish(struct ctx *c, struct asking *a, const char *outcome, err answered)
{
	const struct service *s = a->form->service;
	struct ending e = {.used = {a->h->subject_id, a->result.query_id, &a->form->sensed},
			   .counted = {"service", s->key},
			   .end = a->end};

	if (!failed(answered))
		answered = a->end->answer(c, &a->result, a->end->arg);
	e.answered = !failed(answered);
	struct failure kept = c->failure;
	TRY(write_ending(c, a, outcome, &e));
	c->failure = kept;
	return answered;
}

/* Sends after the entry of the release is durable; a second entry says what became of it. */
static err ask_authority(struct ctx *c, struct asking *a, const struct released *released)
{
	const struct service *s = a->form->service;
	BUF_SCOPED request = {0}, answer = {0};
	const char *outcome = "not_sent";
	int status = 0;

	buf_init(&request, REQUEST_MAX);
	buf_init(&answer, ANSWER_MAX);
	write_request(c, a->form, a->result.query_id, released, &request);
	if (request.failed)
		FAIL(c, ERR_TOO_LARGE, "提交的内容过多，请删减后重试");
	err e = connector_post(c, s->recipient->key, "/query", buf_slice(&request), NULL, &status, &answer,
			       &outcome);
	crypto_wipe(request.data, request.size);
	if (!failed(e))
		e = status == 200 ? read_answer(c, a->form, buf_slice(&answer), &a->result.items)
				  : bad_answer(c, s->recipient);
	if (answer.data)
		crypto_wipe(answer.data, answer.size);
	e = finish(c, a, outcome, e);
	json_decref(a->result.items);
	a->result.items = NULL;
	return e;
}

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* Kept for so many days after the last use of the category, then gone by itself (the policy's retention). */
static err keeping_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct vault_prolonging *p = arg;

	TRY(vault_prolong_rows(c, tx, p));
	if (p->prolonged > 0) /* a job waits for the end of those already, and looks again then */
		return OK;
	return job_add(c, tx, "retention_end", p->subject_id, 0, p->ends_at_ms, NULL);
}

/* One part of what was given: what goes to a third party because it was typed into that party's form is an
 * entry of its own (TJ-2.1.5.b). */
struct part {
	struct itemset items;
	struct vault_value *values;
	size_t count;
	struct permit *permit;
};

static err keep(struct ctx *c, const struct form *form, const struct facts *f, const struct part *part,
		struct head *h, int64_t query_id)
{
	const struct category *category = form->service->category;
	int days = better_category_days(c->release, f->accepted_release, category);
	struct vault_prolonging p = {.subject_id = h->subject_id,
				     .scope = arena_printf(c->arena, "service:%s", category->key),
				     .ends_at_ms = c->now_ms + days * day_ms};

	if (days == 0)
		return vault_collect(c, part->permit, h, query_id, p.scope, part->values, part->count, NULL,
				     NULL);
	for (size_t i = 0; i < part->count; i++)
		part->values[i].ends_at_ms = p.ends_at_ms;
	return vault_collect(c, part->permit, h, query_id, p.scope, part->values, part->count, keeping_rows,
			     &p);
}

/* What the person typed into a third party's form, neither read by a sensor nor sensitive. */
static struct itemset volunteered(const struct form *form)
{
	struct itemset typed = {0};

	if (strcmp(form->service->provider_kind, "third_party") != 0)
		return typed;
	for (size_t i = 0; i < form->count; i++) {
		unsigned number = form->values[i].item->number;
		if (!form->values[i].item->sensitive && !itemset_has(&form->sensed, number) &&
		    !itemset_has(&form->taken, number))
			itemset_add(&typed, number);
	}
	return typed;
}

static struct part part_of(struct ctx *c, const struct form *form, const struct itemset *typed, bool theirs)
{
	struct part p = {.values = ARENA_ARRAY(c->arena, struct vault_value, form->count + 1)};

	for (size_t i = 0; i < form->count; i++)
		if (itemset_has(typed, form->values[i].item->number) == theirs) {
			itemset_add(&p.items, form->values[i].item->number);
			p.values[p.count++] = form->values[i];
		}
	return p;
}

static struct itemset among(const struct itemset *a, const struct itemset *b)
{
	struct itemset common = *a;

	for (size_t i = 0; i < sizeof common.bit / sizeof *common.bit; i++)
		common.bit[i] &= b->bit[i];
	return common;
}

static err decide_part(struct ctx *c, const struct form *form, const struct facts *f, struct head *h,
		       const struct itemset *typed, bool theirs, struct part *ret)
{
	const struct service *s = form->service;

	*ret = part_of(c, form, typed, theirs);
	if (!ret->count)
		return OK;
	return form_decide(c, f, h,
			   &(struct gate_request){.action = GATE_COLLECT,
						  .service = s,
						  .purpose = s->purpose,
						  .recipient = theirs ? s->recipient : NULL,
						  .items = ret->items,
						  .sensed = among(&form->sensed, &ret->items),
						  .volunteered = *typed,
						  .now_ms = c->now_ms},
			   &ret->permit);
}

static err take_and_release(struct ctx *c, const struct form *form, const struct facts *f, struct head *h,
			    int64_t query_id, const struct itemset *send, struct released *ret)
{
	const struct service *s = form->service;
	struct itemset typed = volunteered(form);
	struct gate_request share = {.action = GATE_SHARE,
				     .service = s,
				     .purpose = s->purpose,
				     .recipient = s->recipient,
				     .items = *send,
				     .volunteered = typed,
				     .now_ms = c->now_ms};
	struct permit *may_share = NULL;
	struct part parts[2];

	/* All decisions stand before anything is stored. */
	TRY(form_decide(c, f, h, &share, &may_share));
	for (int i = 0; i < 2; i++)
		TRY(decide_part(c, form, f, h, &typed, i == 1, &parts[i]));
	for (int i = 0; i < 2; i++)
		if (parts[i].count)
			TRY(keep(c, form, f, &parts[i], h, query_id));
	return vault_release(c, may_share, h, query_id, NULL, ret);
}

static err run_once(struct ctx *c, int64_t subject_id, const struct service *s,
		    const struct form_field *fields, size_t count, const struct query_end *end)
{
	RELEASED_SCOPED released = {0};
	struct facts f;
	struct head h;
	struct form form;

	TRY(facts_load(c, subject_id, &f, &h));
	err e = form_read(c, s, &h, fields, count, &form);
	if (failed(e))
		return form_incomplete(c, &f, &h, s, e);
	struct itemset send = items_to_send(&form);
	struct asking a = {.form = &form,
			   .facts = &f,
			   .h = &h,
			   .sent = &send,
			   .end = end,
			   .result = {.query_id = id_new(c->now_ms), .service = s}};
	TRY(take_and_release(c, &form, &f, &h, a.result.query_id, &send, &released));
	a.policy = released.policy;
	a.result.usage_n = released.entry_n;
	return ask_authority(c, &a, &released);
}

err query_run(struct ctx *c, int64_t subject_id, struct slice service_key, const struct form_field *fields,
	      size_t count, const struct query_end *end)
{
	const struct service *s;

	TRY(form_service(c, service_key, SHAPE_QUERY, &s));
	for (int i = 0; i < TRIES; i++) {
		err e = run_once(c, subject_id, s, fields, count, end);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c); /* a consent or status moved in between: decide again on the new facts */
	}
	FAIL(c, ERR_CONFLICT, "您的授权或账户状态刚刚发生变化，请刷新后重试");
}
