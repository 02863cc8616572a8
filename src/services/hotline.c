#include "services/hotline.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "policy/better.h"
#include "services/cases.h"
#include "services/stopped.h"
#include <jansson.h>
#include <stdio.h>

enum { ANSWER_MAX = 1 << 18, DELIVERY_MAX = 48 << 20, POLL_FIRST_MS = 3000, POLL_MAX_MS = 600000 };
static const int64_t poll_for_ms = INT64_C(60) * 24 * 3600 * 1000;

static void drop(json_t **j)
{
	json_decref(*j);
}
#define JSON_SCOPED __attribute__((cleanup(drop))) json_t

/* What a step needs to know about its case. */
struct step {
	struct service_case k;
	const struct service *service;
	struct facts f;
	struct head h;
	const char *policy; /* of the newest release */
};

/* open: false when the person deleted the case meanwhile. */
static err step_open(struct ctx *c, const struct job *j, struct step *ret, bool *ret_open)
{
	err e = case_find(c, j->subject_id, j->ref_id, &ret->k);

	*ret_open = !failed(e);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	ret->service = release_service(c->release, ret->k.service);
	if (!ret->service)
		FAIL(c, ERR_GONE, "服务已停止");
	TRY(service_must_stand(c, ret->service));
	return facts_load(c, j->subject_id, &ret->f, &ret->h);
}

static err released_for(struct ctx *c, struct step *s, const struct recipient *r, const struct itemset *items,
			struct released *ret)
{
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s->service,
				 .purpose = s->service->purpose,
				 .recipient = r,
				 .items = *items,
				 .now_ms = c->now_ms};
	struct permit *permit = NULL;

	TRY(form_decide(c, &s->f, &s->h, &q, &permit));
	TRY(vault_release(c, permit, &s->h, s->k.id, s->k.number, ret));
	s->policy = ret->policy;
	return OK;
}

/* Posts, and enters what became of it, whatever that was. */
static err post(struct ctx *c, struct step *s, const struct recipient *r, const struct itemset *items,
		const char *path, const struct buf *request, int64_t job_id, struct buf *ret_answer)
{
	char key[32];
	const char *outcome = "not_sent";
	int status = 0;

	snprintf(key, sizeof key, "job-%lld", (long long)job_id);
	err e = connector_post(c, r->key, path, buf_slice(request), key, &status, ret_answer, &outcome);
	struct failure kept = c->failure;
	struct form_outcome became = {s->service, r, items, outcome, s->policy, s->k.id};
	TRY(form_sent(c, &s->h, &became, NULL, NULL));
	c->failure = kept;
	TRY(e);
	if (status != 200 && status != 201)
		FAIL(c, ERR_AUTHORITY, "%s没有受理", r->name);
	return OK;
}

/* How long a case may still be read after it was closed (the retention of its category). */
static int64_t end_due_ms(const struct ctx *c, const struct step *s)
{
	int days = better_category_days(c->release, s->f.accepted_release, s->service->category);

	return c->now_ms + days * INT64_C(24) * 3600 * 1000;
}

/* The gate refused: a consent was withdrawn meanwhile, or the account locked. Nothing goes on to anybody, and
 * the person reads so; trying again would only fill the list of refusals. */
static err stop(struct ctx *c, struct step *s)
{
	struct case_change change = {
		.subject_id = s->h.subject_id,
		.k = &s->k,
		.from = s->k.state,
		.to = "closed",
		.event = "stopped",
		.next_job = "case_end",
		.next_due_ms = end_due_ms(c, s),
	};
	const char *why = arena_printf(
		c->arena, "诉求没有再转交：%s。已提交的内容没有提供给承办单位；如仍需办理，请重新提交诉求",
		c->failure.detail);

	failure_clear(c);
	return case_change_apply(c, &change, slice_of(why));
}

/* ---- triage
 * ----------------------------------------------------------------------------------------------------------
 */

static struct itemset only(struct ctx *c, const char *key)
{
	struct itemset set = {{0}};
	const struct item *it = release_item(c->release, key);

	if (it)
		itemset_add(&set, it->number);
	return set;
}

static err chosen_department(struct ctx *c, const struct step *s, struct slice answer,
			     const struct recipient **ret)
{
	JSON_SCOPED *doc = json_loadb(answer.p, answer.n, JSON_REJECT_DUPLICATES, NULL);
	const char *key = json_string_value(json_object_get(doc, "department"));
	const struct recipient *r = key ? release_recipient(c->release, key) : NULL;

	/* A department that the policy does not declare gets nothing, whoever chose it. */
	if (!r || !(s->service->category->recipients >> r->number & 1))
		FAIL(c, ERR_AUTHORITY, "热线中心分派的单位未在隐私政策中声明");
	*ret = r;
	return OK;
}

/* Whom the centre may choose: those that the policy lets it dispatch to. */
static void put_departments(struct json *j, const struct release *r, const struct service *s)
{
	json_key(j, "departments");
	json_open(j, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++) {
		const struct recipient *one = release_recipient_at(r, i);
		if (one->within != s->recipient || !(s->category->recipients >> one->number & 1))
			continue;
		json_named(j, one->key, one->name);
	}
	json_close(j, ']');
}

static err ask_centre(struct ctx *c, struct step *s, int64_t job_id, const struct recipient **ret)
{
	RELEASED_SCOPED released = {0};
	BUF_SCOPED request = {0}, answer = {0};
	const struct recipient *centre = s->service->recipient;
	struct itemset text = only(c, "appeal_content");

	buf_init(&request, ANSWER_MAX);
	buf_init(&answer, ANSWER_MAX);
	TRY(released_for(c, s, centre, &text, &released));
	const struct vault_value *appeal = released_get(&released, "appeal_content");
	if (!appeal)
		FAIL(c, ERR_GONE, "诉求内容已删除");
	struct json j = json_to(&request);
	json_open(&j, '{');
	json_put_text(&j, "ref", s->k.number);
	json_put_slice(&j, "appeal_content", appeal->value);
	put_departments(&j, c->release, s->service);
	json_close(&j, '}');
	err e = post(c, s, centre, &text, "/triage", &request, job_id, &answer);
	crypto_wipe(request.data, request.size);
	TRY(e);
	return chosen_department(c, s, buf_slice(&answer), ret);
}

/* A recipient that dispatches to nobody works on the case itself (TJ-1.1.24.2.1.a). */
static bool dispatches(const struct release *r, const struct service *s)
{
	for (unsigned i = 0; i < release_recipient_count(r); i++)
		if (release_recipient_at(r, i)->within == s->recipient)
			return true;
	return false;
}

err hotline_triage(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const struct recipient *department = NULL;
	struct step s;
	bool open = false;

	*ret_again_at_ms = 0;
	TRY(step_open(c, j, &s, &open));
	if (!open || strcmp(s.k.state, "submitted") != 0)
		return OK;
	department = s.service->recipient;
	err e = dispatches(c->release, s.service) ? ask_centre(c, &s, j->id, &department) : OK;
	if (e.code == ERR_REFUSED)
		return stop(c, &s);
	TRY(e);
	struct case_change change = {
		.subject_id = j->subject_id,
		.k = &s.k,
		.from = "submitted",
		.to = "assigned",
		.department = department->key,
		.event = "assigned",
		.next_job = "hotline_deliver",
		.next_due_ms = c->now_ms,
	};
	return case_change_apply(c, &change, (struct slice){0});
}

/* ---- delivery
 * -------------------------------------------------------------------------------------------------------- */

struct photos {
	struct json *j;
	int64_t subject_id;
	int count;
};

static err add_photo(struct ctx *c, const struct attachment *a, void *arg)
{
	struct photos *p = arg;
	SECRET_SCOPED bytes = {0};
	char name[32];

	TRY(attachment_read(c, p->subject_id, a, &bytes));
	char *text = arena_alloc(c->arena, 4 * ((bytes.n + 2) / 3) + 1);
	base64_encode(bytes.p, bytes.n, text);
	snprintf(name, sizeof name, "photo-%d.%s", ++p->count,
		 strcmp(a->content_type, "image/png") == 0 ? "png" : "jpg");
	json_open(p->j, '{');
	json_put_text(p->j, "name", name);
	json_put_text(p->j, "content_type", a->content_type);
	json_put_text(p->j, "base64", text);
	json_close(p->j, '}');
	return OK;
}

static err write_delivery(struct ctx *c, struct step *s, const struct released *r, struct buf *out)
{
	struct json j = json_to(out);
	struct photos photos = {&j, s->h.subject_id, 0};

	json_open(&j, '{');
	json_put_text(&j, "ref", s->k.number);
	json_put_text(&j, "number", s->k.number);
	json_key(&j, "items");
	json_open(&j, '{');
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->values[i].item->key, "appeal_content") != 0 &&
		    strcmp(r->values[i].item->key, "album_image") != 0)
			json_put_slice(&j, r->values[i].item->key, r->values[i].value);
	json_close(&j, '}');
	const struct vault_value *appeal = released_get(r, "appeal_content");
	if (appeal)
		json_put_slice(&j, "appeal_content", appeal->value);
	json_key(&j, "attachments");
	json_open(&j, '[');
	TRY(attachment_of_case(c, s->h.subject_id, s->k.id, add_photo, &photos));
	json_close(&j, ']');
	json_close(&j, '}');
	return out->failed ? fail(c, ERR_TOO_LARGE, "附件过大") : OK;
}

/* What was really there to be sent. */
static struct itemset items_of(const struct released *r)
{
	struct itemset set = {{0}};

	for (size_t i = 0; i < r->count; i++)
		itemset_add(&set, r->values[i].item->number);
	return set;
}

static err hand_over(struct ctx *c, struct step *s, const struct recipient *department, int64_t job_id)
{
	RELEASED_SCOPED released = {0};
	BUF_SCOPED request = {0}, answer = {0};

	buf_init(&request, DELIVERY_MAX);
	buf_init(&answer, ANSWER_MAX);
	TRY(released_for(c, s, department, &s->service->shared, &released));
	struct itemset sent = items_of(&released);
	err e = write_delivery(c, s, &released, &request);
	if (!failed(e))
		e = post(c, s, department, &sent, "/cases", &request, job_id, &answer);
	if (request.data)
		crypto_wipe(request.data, request.size);
	return e;
}

static const struct recipient *department_of(struct ctx *c, const struct step *s)
{
	return s->k.department ? release_recipient(c->release, s->k.department) : NULL;
}

err hotline_deliver(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct step s;
	bool open = false;

	*ret_again_at_ms = 0;
	TRY(step_open(c, j, &s, &open));
	if (!open || strcmp(s.k.state, "assigned") != 0)
		return OK;
	const struct recipient *department = department_of(c, &s);
	if (!department)
		FAIL(c, ERR_GONE, "承办单位已不在隐私政策声明之列");
	err e = hand_over(c, &s, department, j->id);
	if (e.code == ERR_REFUSED)
		return stop(c, &s);
	TRY(e);
	struct case_change change = {
		.subject_id = j->subject_id,
		.k = &s.k,
		.from = "assigned",
		.to = "delivered",
		.event = "delivered",
		.next_job = "hotline_poll",
		.next_due_ms = c->now_ms + POLL_FIRST_MS,
	};
	return case_change_apply(c, &change, (struct slice){0});
}

/* ---- reply and call back
 * ------------------------------------------------------------------------------------------------- */

static struct slice text_of(json_t *doc, const char *name)
{
	json_t *v = json_object_get(doc, name);

	return json_is_string(v) ? slice_bytes(json_string_value(v), json_string_length(v))
				 : (struct slice){0};
}

static err take_news(struct ctx *c, const struct job *j, struct step *s, json_t *doc, bool *ret_closed)
{
	struct slice reply = text_of(doc, "reply"), follow_up = text_of(doc, "follow_up");
	struct case_change change = {.subject_id = j->subject_id, .k = &s->k};

	*ret_closed = false;
	if (reply.n && strcmp(s->k.state, "delivered") == 0) {
		change.from = "delivered";
		change.to = change.event = "replied";
		TRY(case_change_apply(c, &change, reply));
		s->k.state = "replied";
	}
	if (follow_up.n && strcmp(s->k.state, "replied") == 0) {
		change = (struct case_change){.subject_id = j->subject_id, .k = &s->k, .from = "replied"};
		change.to = change.event = "followed_up";
		change.next_job = "case_end";
		change.next_due_ms = end_due_ms(c, s);
		TRY(case_change_apply(c, &change, follow_up));
		s->k.state = "followed_up";
	}
	*ret_closed = strcmp(s->k.state, "followed_up") == 0;
	return OK;
}

/* Soon at first, then slower: replies take minutes in a demonstration and days in a city. */
static int64_t next_poll(const struct ctx *c, const struct step *s)
{
	int64_t age_ms = c->now_ms - s->k.updated_at_ms, wait_ms = age_ms / 4;

	if (wait_ms < POLL_FIRST_MS)
		wait_ms = POLL_FIRST_MS;
	return c->now_ms + (wait_ms > POLL_MAX_MS ? POLL_MAX_MS : wait_ms);
}

static err close_case(struct ctx *c, struct step *s)
{
	struct case_change change = {
		.subject_id = s->h.subject_id,
		.k = &s->k,
		.from = s->k.state,
		.to = "closed",
		.event = "closed",
		.next_job = "case_end",
		.next_due_ms = end_due_ms(c, s),
	};

	return case_change_apply(c, &change, (struct slice){0});
}

err hotline_poll(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	BUF_SCOPED answer = {0};
	struct step s;
	int status = 0;
	bool closed = false, open = false;

	*ret_again_at_ms = 0;
	buf_init(&answer, ANSWER_MAX);
	TRY(step_open(c, j, &s, &open));
	if (!open || (strcmp(s.k.state, "delivered") != 0 && strcmp(s.k.state, "replied") != 0))
		return OK;
	const struct recipient *department = department_of(c, &s);
	if (!department || c->now_ms - s.k.created_at_ms > poll_for_ms)
		return close_case(c, &s); /* nobody answered or called back, or nobody may any more */
	TRY(connector_get(c, department->key, arena_printf(c->arena, "/cases/%s", s.k.number), &status,
			  &answer));
	if (status == 200) {
		JSON_SCOPED *doc = json_loadb(answer.data, answer.size, JSON_REJECT_DUPLICATES, NULL);
		TRY(take_news(c, j, &s, doc, &closed));
	}
	if (!closed)
		*ret_again_at_ms = next_poll(c, &s);
	return OK;
}
