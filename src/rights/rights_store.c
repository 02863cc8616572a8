/* The only place that uses the queries of rights.sql: one sealed document a request, and the officers' list.
 */
#include "base/id.h"
#include "base/json.h"
#include "notify/notices.h"
#include "rights/inside.h"
#include <jansson.h>

enum { DETAIL_MAX = 64 * 1024 };
#define SCOPE "account"

static void drop(json_t **j)
{
	json_decref(*j);
}
#define JSON_SCOPED __attribute__((cleanup(drop))) json_t

/* ---- the sealed document ---- */

static void put_lists(struct ctx *c, struct json *j, const struct rights_request *r)
{
	json_key(j, "items");
	itemset_json(j, c->release, &r->items);
	json_key(j, "consents");
	json_open(j, '[');
	for (size_t i = 0; i < r->consent_count; i++)
		json_int(j, r->consents[i]);
	json_close(j, ']');
	json_key(j, "evidence");
	json_open(j, '{');
	for (int i = 0; i < NEED_COUNT; i++)
		if (r->evidence[i])
			json_put_text(j, exception_need_field((enum exception_need)i), r->evidence[i]);
	json_close(j, '}');
}

static void put_detail(struct ctx *c, const struct rights_request *r, struct buf *out)
{
	struct json j = json_to(out);

	json_open(&j, '{');
	json_put_text(&j, "number", r->number);
	json_put_text(&j, "text", r->text);
	json_put_text(&j, "written", r->written);
	json_put_bool(&j, "proof_asked", r->proof_asked);
	json_put_text(&j, "value", r->value);
	json_put_text(&j, "answer", r->answer);
	json_put_text(&j, "ground", r->ground);
	json_put_text(&j, "reason", r->reason);
	json_put_text(&j, "officer", r->officer);
	json_put_text(&j, "second", r->second);
	json_put_int(&j, "officer_id", r->officer_id);
	json_put_text(&j, "way", r->way);
	json_put_int(&j, "received_at_ms", r->received_at_ms);
	json_put_text(&j, "contact", r->contact);
	json_put_text(&j, "identity_check", r->identity_check);
	json_put_bool(&j, "stranger", r->stranger);
	put_lists(c, &j, r);
	json_close(&j, '}');
}

static const char *text_of(struct ctx *c, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_copy(c->arena, slice_of(text)) : NULL;
}

static void read_lists(struct ctx *c, const json_t *root, struct rights_request *r)
{
	const json_t *evidence = json_object_get(root, "evidence");
	size_t i;
	json_t *value;

	json_array_foreach(json_object_get(root, "items"), i, value)
	{
		const struct item *it = release_item(c->release, json_string_value(value));
		if (it)
			itemset_add(&r->items, it->number);
	}
	json_array_foreach(json_object_get(root, "consents"), i, value)
	{
		if (r->consent_count < RIGHTS_CONSENTS_MAX)
			r->consents[r->consent_count++] = json_integer_value(value);
	}
	for (int n = 0; n < NEED_COUNT; n++)
		r->evidence[n] = text_of(c, evidence, exception_need_field((enum exception_need)n));
}

static err read_detail(struct ctx *c, struct slice text, struct rights_request *r)
{
	JSON_SCOPED *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);

	if (!root)
		FAIL(c, ERR_CRYPTO, "这件请求的记录已损坏");
	r->number = text_of(c, root, "number");
	r->text = text_of(c, root, "text");
	r->written = text_of(c, root, "written");
	r->proof_asked = json_is_true(json_object_get(root, "proof_asked"));
	r->value = text_of(c, root, "value");
	r->answer = text_of(c, root, "answer");
	r->ground = text_of(c, root, "ground");
	r->reason = text_of(c, root, "reason");
	r->officer = text_of(c, root, "officer");
	r->second = text_of(c, root, "second");
	r->officer_id = json_integer_value(json_object_get(root, "officer_id"));
	r->way = text_of(c, root, "way");
	r->received_at_ms = json_integer_value(json_object_get(root, "received_at_ms"));
	r->contact = text_of(c, root, "contact");
	r->identity_check = text_of(c, root, "identity_check");
	r->stranger = json_is_true(json_object_get(root, "stranger"));
	read_lists(c, root, r);
	return OK;
}

static struct slice aad_of(struct ctx *c, const struct rights_request *r)
{
	return slice_of(arena_printf(c->arena, "rights_request/%lld/%lld", (long long)r->subject_id,
				     (long long)r->id));
}

static err seal_detail(struct ctx *c, const struct rights_request *r, struct slice *ret)
{
	BUF_SCOPED plain = {0};

	buf_init(&plain, DETAIL_MAX);
	put_detail(c, r, &plain);
	if (plain.failed)
		FAIL(c, ERR_TOO_LARGE, "填写的内容过长");
	err e = keys_seal(c, c->keys, r->subject_id, SCOPE, aad_of(c, r), buf_slice(&plain), ret);
	crypto_wipe(plain.data, plain.size);
	return e;
}

static err unseal_detail(struct ctx *c, struct slice sealed, struct rights_request *r)
{
	struct slice plain = {0};

	err e = keys_unseal(c, c->keys, r->subject_id, SCOPE, aad_of(c, r), sealed, &plain);
	if (e.code == ERR_GONE) { /* the account ended: the job that deletes the row has not run yet */
		failure_clear(c);
		return OK;
	}
	TRY(e);
	e = read_detail(c, plain, r);
	crypto_wipe((char *)plain.p, plain.n);
	return e;
}

/* ---- writing ---- */

struct step_rows {
	const struct rights_step *step;
	struct slice sealed;
	int64_t message_id, expires_at_ms;
};

static bool is_answered(const struct rights_request *r)
{
	return r->answered_at_ms != 0;
}

static err request_row(struct ctx *c, struct tx *tx, const struct step_rows *w)
{
	const struct rights_request *r = w->step->r;
	int64_t changed = 0;

	if (!w->step->from)
		return tx_exec(c, tx, Q_RIGHTS_INSERT,
			       PARAMS(P_INT(r->subject_id), P_INT(r->id), P_STR(r->kind), P_STR(r->state),
				      P_INT(r->verified_at_ms), P_INT(r->due_at_ms),
				      P_BLOB(w->sealed.p, w->sealed.n)),
			       NULL);
	TRY(tx_exec(c, tx, Q_RIGHTS_STEP,
		    PARAMS(P_INT(r->subject_id), P_INT(r->id), P_STR(w->step->from), P_STR(r->state),
			   P_INT(r->verified_at_ms), P_INT(r->due_at_ms), P_INT(r->answered_at_ms),
			   P_BLOB(w->sealed.p, w->sealed.n)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这件请求的状态刚刚变化，请刷新后再试");
	return OK;
}

static err step_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct step_rows *w = arg;
	const struct rights_request *r = w->step->r;

	TRY(request_row(c, tx, w));
	TRY(tx_exec(c, tx, Q_RIGHTS_QUEUE_PUT,
		    PARAMS(P_INT(r->id), P_INT(r->subject_id), P_INT(!is_answered(r)), P_INT(r->due_at_ms),
			   P_INT(r->answered_at_ms)),
		    NULL));
	if (w->step->tell && !r->stranger) /* who has no account reads it in the answering letter or call */
		TRY(message_rows(c, tx, r->subject_id, w->message_id, "request", r->id));
	if (!is_answered(r) && r->due_at_ms)
		TRY(job_add(c, tx, "rights_overdue", r->subject_id, r->id, r->due_at_ms + 1, NULL));
	if (w->expires_at_ms)
		TRY(job_add(c, tx, "rights_expire", r->subject_id, r->id, w->expires_at_ms, NULL));
	return w->step->also ? w->step->also(c, tx, w->step->arg) : OK;
}

/* Kept after the answer for as long as the category says. */
static int64_t expiry(const struct ctx *c, const struct rights_request *r)
{
	const struct service *s = release_service(c->release, RIGHTS_SERVICE);
	int days = s ? s->category->retention_days : 0;

	return is_answered(r) && days ? date_start_ms(date_add_days(date_of(r->answered_at_ms), days + 1))
				      : 0;
}

err rights_step(struct ctx *c, const struct entry *e, const struct rights_step *step)
{
	struct step_rows w = {
		.step = step, .message_id = id_new(c->now_ms), .expires_at_ms = expiry(c, step->r)};
	struct head h;

	TRY(seal_detail(c, step->r, &w.sealed));
	TRY(ledger_head(c, c->store, step->r->subject_id, &h));
	return ledger_write(c, &h, e, LEDGER_ANY_EPOCH, step_rows, &w, NULL);
}

/* ---- reading ---- */

struct rows {
	struct rights_request *list;
	struct slice *sealed;
	int64_t subject_id;
	size_t count, room;
};

static struct rows rows_for(struct ctx *c, int64_t subject_id, size_t room)
{
	return (struct rows){ARENA_ARRAY(c->arena, struct rights_request, room),
			     ARENA_ARRAY(c->arena, struct slice, room), subject_id, 0, room};
}

static err keep_row(struct ctx *c, const struct row *row, void *arg)
{
	struct rows *w = arg;

	if (w->count == w->room)
		return OK;
	w->sealed[w->count] = arena_slice(c->arena, row_blob(row, 6));
	w->list[w->count++] = (struct rights_request){.id = row_int(row, 0),
						      .subject_id = w->subject_id,
						      .kind = row_copy(c, row, 1),
						      .state = row_copy(c, row, 2),
						      .verified_at_ms = row_int(row, 3),
						      .due_at_ms = row_int(row, 4),
						      .answered_at_ms = row_int(row, 5)};
	return OK;
}

err rights_get(struct ctx *c, int64_t subject_id, int64_t request_id, struct rights_request *ret)
{
	struct rows w = rows_for(c, subject_id, 1);

	TRY(store_rows(c, c->store, Q_RIGHTS_GET, PARAMS(P_INT(subject_id), P_INT(request_id)), keep_row,
		       &w));
	if (w.count == 0)
		FAIL(c, ERR_NOT_FOUND, "没有找到这件请求");
	TRY(unseal_detail(c, w.sealed[0], &w.list[0]));
	*ret = w.list[0];
	return OK;
}

err rights_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, rights_fn fn, void *arg)
{
	struct rows w = rows_for(c, subject_id, (size_t)limit);

	TRY(store_rows(c, c->store, Q_RIGHTS_LIST,
		       PARAMS(P_INT(subject_id), P_INT(before ? before : INT64_MAX), P_INT(limit)), keep_row,
		       &w));
	for (size_t i = 0; i < w.count; i++) {
		TRY(unseal_detail(c, w.sealed[i], &w.list[i]));
		TRY(fn(c, &w.list[i], arg));
	}
	return OK;
}

struct reference {
	int64_t request_id, subject_id;
};
struct references {
	struct reference *at;
	int count, room;
};

static err keep_reference(struct ctx *c, const struct row *row, void *arg)
{
	struct references *n = arg;

	(void)c;
	if (n->count < n->room)
		n->at[n->count++] = (struct reference){row_int(row, 0), row_int(row, 1)};
	return OK;
}

/* Hands out what is still there of them; ret_count: how many. */
static err hand_out(struct ctx *c, const struct references *n, rights_fn fn, void *arg, int *ret_count)
{
	int count = 0;

	for (int i = 0; i < n->count; i++) {
		struct rights_request r;
		err e = rights_get(c, n->at[i].subject_id, n->at[i].request_id, &r);
		if (e.code == ERR_NOT_FOUND) { /* ended meanwhile */
			failure_clear(c);
			continue;
		}
		TRY(e);
		TRY(fn(c, &r, arg));
		count++;
	}
	*ret_count = count;
	return OK;
}

err rights_queue(struct ctx *c, enum rights_part part, int64_t after, int limit, rights_fn fn, void *arg)
{
	static const enum query queries[] = {[RIGHTS_DUE] = Q_RIGHTS_QUEUE_DUE,
					     [RIGHTS_PROOF] = Q_RIGHTS_QUEUE_PROOF,
					     [RIGHTS_ANSWERED] = Q_RIGHTS_QUEUE_ANSWERED};
	struct references n = {.at = ARENA_ARRAY(c->arena, struct reference, (size_t)limit)};

	if (part == RIGHTS_ANSWERED && !after)
		after = INT64_MAX;
	for (int count = 0; limit > 0; limit -= count) {
		n.count = 0;
		n.room = limit;
		TRY(store_rows(c, c->store, queries[part], PARAMS(P_INT(after), P_INT(limit)), keep_reference,
			       &n));
		TRY(hand_out(c, &n, fn, arg, &count));
		if (n.count < n.room)
			break;
		after = n.at[n.count - 1].request_id;
	}
	return OK;
}

static err one_int(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err rights_find(struct ctx *c, int64_t request_id, struct rights_request *ret)
{
	int64_t subject_id = 0;

	TRY(store_rows(c, c->store, Q_RIGHTS_QUEUE_FIND, PARAMS(P_INT(request_id)), one_int, &subject_id));
	return rights_get(c, subject_id, request_id, ret);
}

static err counts_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(struct rights_counts *)arg =
		(struct rights_counts){row_int(row, 0), row_int(row, 1), row_int(row, 2), row_int(row, 3)};
	return OK;
}

err rights_count(struct ctx *c, struct rights_counts *ret)
{
	return store_rows(c, c->store, Q_RIGHTS_COUNT, PARAMS(P_INT(c->now_ms)), counts_row, ret);
}

/* ---- the end ---- */

static err unqueue(struct ctx *c, const struct rights_request *r, void *arg)
{
	(void)arg;
	return store_exec(c, c->store, Q_RIGHTS_QUEUE_DELETE, PARAMS(P_INT(r->id)), NULL);
}

/* The queue first: a crash in between leaves requests that the next run finds again. */
static err job_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	enum { ROOM = 10000 };

	(void)ret_again_at_ms;
	TRY(rights_list(c, j->subject_id, 0, ROOM, unqueue, NULL));
	return store_exec(c, c->store, Q_RIGHTS_DELETE, PARAMS(P_INT(j->subject_id)), NULL);
}

/* Nothing else was sealed for a sender without an account. */
static err end_stranger(struct ctx *c, const struct job *j)
{
	static const char *const scopes[] = {SCOPE, "audit"};
	struct rights_request r = {0};

	err e = rights_get(c, j->subject_id, j->ref_id, &r);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	return r.stranger ? keys_end(c, c->keys, j->subject_id, scopes, sizeof scopes / sizeof *scopes) : OK;
}

static err job_expire(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	TRY(end_stranger(c, j));
	TRY(store_exec(c, c->store, Q_RIGHTS_QUEUE_DELETE, PARAMS(P_INT(j->ref_id)), NULL));
	return store_exec(c, c->store, Q_RIGHTS_DELETE_ONE, PARAMS(P_INT(j->subject_id), P_INT(j->ref_id)),
			  NULL);
}

/* TJ-9.d, NT-4.3.b, NT-7.4: officers see it in their list and at the side bar, the operator by the metric,
 * and the person in the own list. */
static err job_overdue(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct rights_request r;
	struct head h;

	(void)ret_again_at_ms;
	err e = rights_get(c, j->subject_id, j->ref_id, &r);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	if (is_answered(&r) || !r.due_at_ms || r.due_at_ms >= c->now_ms)
		return OK; /* in time, or the days began anew */
	struct entry late =
		rights_entry(c, &r, ENTRY_CHANGE,
			     arena_printf(c->arena, "请求 %s 超过了答复期限，已提醒工作人员", r.number));
	TRY(ledger_head(c, c->store, r.subject_id, &h));
	return ledger_write(c, &h, &late, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

const struct job_kind rights_job_kinds[3] = {
	{"rights_end", job_end}, {"rights_expire", job_expire}, {"rights_overdue", job_overdue}};
