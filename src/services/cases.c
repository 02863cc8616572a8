#include "services/cases.h"
#include "base/clock.h"
#include "base/id.h"
#include "jobs/jobs.h"
#include "notify/notices.h"
#include <stdio.h>

enum { TRIES = 4, ATTACHMENTS_MAX = 9 };

const char *case_state_name(const char *state)
{
	static const char *const names[][2] = {
		{"submitted", "已提交"}, {"assigned", "已分派"}, {"delivered", "承办单位已接收"},
		{"handling", "办理中"},	 {"replied", "已答复"},	 {"followed_up", "已回访"},
		{"closed", "已办结"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static const char number_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Ids are unique, and so is their low part of 50 bits within six days; base 32 without I, L, O and U
 * (Crockford). */
void case_number(int64_t case_id, int64_t now_ms, char ret[static CASE_NUMBER_SIZE])
{
	struct date d = date_of(now_ms);
	int at = snprintf(ret, CASE_NUMBER_SIZE, "%02d%02d%02d-", d.year % 100, d.month % 100, d.day % 100);

	for (int shift = 45; shift >= 0; shift -= 5)
		ret[at++] = number_digits[case_id >> shift & 31];
	ret[at] = '\0';
}

/* The first id from the day before on that ends like this: an id may have been made a moment before its case.
 */
int64_t case_number_id(struct slice number)
{
	enum { DAY_CHARS = 6, NUMBER_CHARS = 17 };
	const int64_t span = INT64_C(1) << 50;
	int64_t low = 0;
	char day[16];
	struct date d;

	if (number.n != NUMBER_CHARS || number.p[DAY_CHARS] != '-')
		return 0;
	snprintf(day, sizeof day, "20%.2s-%.2s-%.2s", number.p, number.p + 2, number.p + 4);
	if (!date_parse(slice_of(day), &d))
		return 0;
	for (size_t i = DAY_CHARS + 1; i < number.n; i++) {
		const char *digit = memchr(number_digits, number.p[i], 32);
		if (!digit)
			return 0;
		low = low << 5 | (digit - number_digits);
	}
	int64_t from = id_least(date_start_ms(date_add_days(d, -1)));
	int64_t id = (from & ~(span - 1)) | low;
	return id < from ? id + span : id;
}

struct filing {
	int64_t subject_id;
	const struct service_case *k;
	const int64_t *attachments;
	size_t attachment_count;
};

static err filing_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct filing *f = arg;
	const struct service_case *k = f->k;

	TRY(tx_exec(c, tx, Q_CASE_INSERT,
		    PARAMS(P_INT(f->subject_id), P_INT(k->id), P_STR(k->number), P_STR(k->service),
			   P_INT(k->created_at_ms)),
		    NULL));
	TRY(tx_exec(c, tx, Q_CASE_EVENT_INSERT,
		    PARAMS(P_INT(f->subject_id), P_INT(k->id), P_INT(k->id), P_STR("submitted"),
			   P_INT(k->created_at_ms), P_NULL()),
		    NULL));
	for (size_t i = 0; i < f->attachment_count; i++)
		TRY(attachment_take(c, tx, f->subject_id, f->attachments[i], k->id));
	return job_add(c, tx, "hotline_triage", f->subject_id, k->id, k->created_at_ms, NULL);
}

/* Asked before anything is taken: a case whose items may not be passed on would lie there for nobody. */
static err may_share(struct ctx *c, const struct facts *f, struct head *h, const struct form *form)
{
	const struct service *s = form->service;
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = s->recipient,
				 .now_ms = c->now_ms};
	struct permit *unused = NULL;

	/* all that hotline.c will ask for, so that nothing accepted here is stopped there for want of a
	 * consent */
	q.items = s->shared;
	return form_decide(c, f, h, &q, &unused);
}

/* Photos are an item of the case like any other, so that collection, sharing and sending of them are entered.
 * The pictures themselves are blobs; the value says how many. */
static void note_photos(struct ctx *c, struct form *form, size_t attachment_count)
{
	const struct item *photo = release_item(c->release, "album_image");

	if (!attachment_count || !photo || itemset_has(&form->given, photo->number))
		return;
	itemset_add(&form->given, photo->number);
	itemset_add(&form->taken, photo->number);
	form->values[form->count++] = (struct vault_value){
		photo, slice_of(arena_printf(c->arena, "%zu", attachment_count)), "sensor", 0};
}

static err file_once(struct ctx *c, int64_t subject_id, const struct service *s,
		     const struct form_field *fields, size_t count, const int64_t *attachments,
		     size_t attachment_count, struct service_case *ret)
{
	struct facts f;
	struct head h;
	struct form form;
	struct permit *permit = NULL;

	TRY(facts_load(c, subject_id, &f, &h));
	err e = form_read(c, s, &h, fields, count, &form);
	if (failed(e))
		return form_incomplete(c, &f, &h, s, e);
	note_photos(c, &form, attachment_count);
	TRY(may_share(c, &f, &h, &form));
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .items = form.given,
				 .sensed = form.sensed,
				 .taken = form.taken,
				 .now_ms = c->now_ms};
	TRY(form_decide(c, &f, &h, &q, &permit));

	struct service_case k = {
		.id = id_new(c->now_ms), .created_at_ms = c->now_ms, .updated_at_ms = c->now_ms};
	char number[CASE_NUMBER_SIZE];
	case_number(k.id, c->now_ms, number);
	k.number = arena_copy(c->arena, slice_of(number));
	k.service = s->key;
	k.state = "submitted";
	struct filing filing = {subject_id, &k, attachments, attachment_count};
	TRY(vault_collect(c, permit, &h, k.id, arena_printf(c->arena, "case:%lld", (long long)k.id),
			  form.values, form.count, filing_rows, &filing));
	*ret = k;
	return OK;
}

err case_file(struct ctx *c, int64_t subject_id, struct slice service_key, const struct form_field *fields,
	      size_t count, const int64_t *attachments, size_t attachment_count, struct service_case *ret)
{
	const struct service *s;

	TRY(form_service(c, service_key, SHAPE_CASE, &s));
	if (attachment_count > (size_t)s->attachments_max || attachment_count > ATTACHMENTS_MAX)
		return fail_field(c, "attachments", "附件数量超过了上限，请删去一些");
	for (int i = 0; i < TRIES; i++) {
		err e = file_once(c, subject_id, s, fields, count, attachments, attachment_count, ret);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c);
	}
	FAIL(c, ERR_CONFLICT, "您的授权或账户状态刚刚发生变化，请刷新后重试");
}

/* ---- reading
 * -------------------------------------------------------------------------------------------------------- */

struct each_case {
	case_fn fn;
	void *arg;
};

static err each_case_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each_case *each = arg;
	struct service_case k = {
		.id = row_int(row, 0),
		.number = row_copy_or_null(c, row, 1),
		.service = row_copy_or_null(c, row, 2),
		.state = row_copy_or_null(c, row, 3),
		.department = row_copy_or_null(c, row, 4),
		.created_at_ms = row_int(row, 5),
		.updated_at_ms = row_int(row, 6),
	};
	return each->fn(c, &k, each->arg);
}

static err keep_case(struct ctx *c, const struct service_case *k, void *arg)
{
	(void)c;
	*(struct service_case *)arg = *k;
	return OK;
}

err case_find(struct ctx *c, int64_t subject_id, int64_t case_id, struct service_case *ret)
{
	struct service_case k = {0};
	struct each_case each = {keep_case, &k};

	TRY(store_rows(c, c->store, Q_CASE_FIND, PARAMS(P_INT(subject_id), P_INT(case_id)), each_case_row,
		       &each));
	if (!k.id)
		FAIL(c, ERR_NOT_FOUND, "没有找到这件诉求或办件");
	*ret = k;
	return OK;
}

err case_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, case_fn fn, void *arg)
{
	struct each_case each = {fn, arg};

	return store_rows(c, c->store, Q_CASE_LIST,
			  PARAMS(P_INT(subject_id), P_INT(before ? before : INT64_MAX), P_INT(limit)),
			  each_case_row, &each);
}

/* ---- sealed texts of the course
 * ----------------------------------------------------------------------------------------- */

enum { EVENT_TEXT_MAX = 16384 };

static struct slice event_aad(struct ctx *c, int64_t subject_id, int64_t case_id, int64_t event_id)
{
	return slice_of(arena_printf(c->arena, "case_event/%lld/%lld/%lld", (long long)subject_id,
				     (long long)case_id, (long long)event_id));
}

static const char *case_scope(struct ctx *c, int64_t case_id)
{
	return arena_printf(c->arena, "case:%lld", (long long)case_id);
}

err case_seal_text(struct ctx *c, int64_t subject_id, int64_t case_id, int64_t event_id, struct slice text,
		   struct slice *ret)
{
	uint8_t key[KEY_SIZE];
	enum suite suite = keys_suite(c->keys);

	if (text.n > EVENT_TEXT_MAX)
		FAIL(c, ERR_TOO_LARGE, "文字过长");
	uint8_t *sealed = arena_alloc(c->arena, seal_size(suite, text.n));
	TRY(keys_get(c, c->keys, subject_id, case_scope(c, case_id), key));
	err e = seal(c, suite, key, event_aad(c, subject_id, case_id, event_id), text, sealed);
	crypto_wipe(key, sizeof key);
	TRY(e);
	*ret = slice_bytes(sealed, seal_size(suite, text.n));
	return OK;
}

struct each_event {
	int64_t subject_id, case_id;
	const uint8_t *key;
	case_event_fn fn;
	void *arg;
};

static err each_event_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each_event *each = arg;
	struct case_event ev = {
		.id = row_int(row, 0), .kind = row_copy_or_null(c, row, 1), .at_ms = row_int(row, 2)};
	struct slice sealed = row_blob(row, 3);

	if (sealed.n) {
		char *text = arena_alloc(c->arena, sealed.n + 1);
		size_t size = 0;
		TRY(unseal(c, each->key, event_aad(c, each->subject_id, each->case_id, ev.id), sealed,
			   (uint8_t *)text, &size));
		text[size] = '\0';
		ev.text = text;
	}
	return each->fn(c, &ev, each->arg);
}

err case_events(struct ctx *c, int64_t subject_id, int64_t case_id, case_event_fn fn, void *arg)
{
	uint8_t key[KEY_SIZE];
	struct each_event each = {subject_id, case_id, key, fn, arg};

	TRY(keys_get(c, c->keys, subject_id, case_scope(c, case_id), key));
	err e = store_rows(c, c->store, Q_CASE_EVENT_LIST, PARAMS(P_INT(subject_id), P_INT(case_id)),
			   each_event_row, &each);
	crypto_wipe(key, sizeof key);
	return e;
}

/* ---- changes
 * ----------------------------------------------------------------------------------------------------------
 */

struct change_rows {
	struct case_change *change;
	int64_t event_id, now_ms;
};

static err advance(struct ctx *c, struct tx *tx, const struct change_rows *r, int64_t *ret_changed)
{
	const struct case_change *g = r->change;

	if (g->department)
		return tx_exec(
			c, tx, Q_CASE_ASSIGN,
			PARAMS(P_INT(g->subject_id), P_INT(g->k->id), P_STR(g->department), P_INT(r->now_ms)),
			ret_changed);
	return tx_exec(
		c, tx, Q_CASE_ADVANCE,
		PARAMS(P_INT(g->subject_id), P_INT(g->k->id), P_STR(g->from), P_STR(g->to), P_INT(r->now_ms)),
		ret_changed);
}

static err queue_row(struct ctx *c, struct tx *tx, const struct case_change *g)
{
	const struct service_case *k = g->k;

	/* what was refused to a department is not left in its queue */
	if (strcmp(g->event, "stopped") == 0)
		return tx_exec(c, tx, Q_CASE_QUEUE_DELETE,
			       PARAMS(P_STR(k->department ? k->department : ""), P_INT(k->id)), NULL);
	if (g->department)
		return tx_exec(c, tx, Q_CASE_QUEUE_INSERT,
			       PARAMS(P_STR(g->department), P_INT(k->id), P_INT(g->subject_id),
				      P_STR(k->number), P_STR(k->service), P_STR(g->to),
				      P_INT(k->created_at_ms)),
			       NULL);
	return tx_exec(c, tx, Q_CASE_QUEUE_STATE, PARAMS(P_STR(k->department), P_INT(k->id), P_STR(g->to)),
		       NULL);
}

static err change_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct change_rows *r = arg;
	struct case_change *g = r->change;
	int64_t changed = 0;

	TRY(advance(c, tx, r, &changed));
	g->changed = changed > 0;
	if (!g->changed)
		return OK; /* done by an earlier run of the same job */
	TRY(queue_row(c, tx, g));
	TRY(tx_exec(c, tx, Q_CASE_EVENT_INSERT,
		    PARAMS(P_INT(g->subject_id), P_INT(g->k->id), P_INT(r->event_id), P_STR(g->event),
			   P_INT(r->now_ms), g->sealed.n ? P_BLOB(g->sealed.p, g->sealed.n) : P_NULL()),
		    NULL));
	if (g->next_job)
		TRY(job_add(c, tx, g->next_job, g->subject_id, g->k->id, g->next_due_ms, NULL));
	return message_rows(c, tx, g->subject_id, r->event_id, "case", g->k->id);
}

err case_change_apply(struct ctx *c, struct case_change *change, struct slice text)
{
	struct change_rows r = {change, id_new(c->now_ms), c->now_ms};

	if (text.n)
		TRY(case_seal_text(c, change->subject_id, change->k->id, r.event_id, text, &change->sealed));
	return store_write(c, c->store, change_rows, &r);
}

/* ---- the departments' queues
 * ------------------------------------------------------------------------------------------- */

struct each_queued {
	const char *department;
	err (*fn)(struct ctx *c, int64_t subject_id, const struct service_case *k, void *arg);
	void *arg;
};

static err each_queued_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each_queued *each = arg;
	struct service_case k = {
		.id = row_int(row, 0),
		.number = row_copy_or_null(c, row, 2),
		.service = row_copy_or_null(c, row, 3),
		.state = row_copy_or_null(c, row, 4),
		.created_at_ms = row_int(row, 5),
		.department = each->department,
	};
	return each->fn(c, row_int(row, 1), &k, each->arg);
}

err case_queue_list(struct ctx *c, const char *department, const char *state, int64_t before, int limit,
		    err (*fn)(struct ctx *c, int64_t subject_id, const struct service_case *k, void *arg),
		    void *arg)
{
	struct each_queued each = {department, fn, arg};

	return store_rows(c, c->store, Q_CASE_QUEUE_LIST,
			  PARAMS(P_STR(department), P_INT(before ? before : INT64_MAX),
				 P_STR(state ? state : ""), P_INT(limit)),
			  each_queued_row, &each);
}

struct queued {
	int64_t subject_id;
	struct service_case k;
};

static err keep_queued(struct ctx *c, int64_t subject_id, const struct service_case *k, void *arg)
{
	(void)c;
	*(struct queued *)arg = (struct queued){subject_id, *k};
	return OK;
}

err case_queue_find(struct ctx *c, const char *department, int64_t case_id, int64_t *ret_subject_id,
		    struct service_case *ret)
{
	struct queued found = {0};
	struct each_queued each = {department, keep_queued, &found};

	TRY(store_rows(c, c->store, Q_CASE_QUEUE_FIND, PARAMS(P_STR(department), P_INT(case_id)),
		       each_queued_row, &each));
	if (!found.k.id)
		FAIL(c, ERR_NOT_FOUND, "本单位没有这件诉求");
	*ret_subject_id = found.subject_id;
	*ret = found.k;
	return OK;
}

err case_queue_find_anywhere(struct ctx *c, int64_t case_id, int64_t *ret_subject_id,
			     struct service_case *ret)
{
	for (unsigned i = 0; i < release_recipient_count(c->release); i++) {
		err e = case_queue_find(c, release_recipient_at(c->release, i)->key, case_id, ret_subject_id,
					ret);
		if (e.code != ERR_NOT_FOUND)
			return e;
		failure_clear(c);
	}
	FAIL(c, ERR_NOT_FOUND, "没有找到这件诉求");
}
