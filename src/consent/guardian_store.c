/* The only place that uses the queries of guardian.sql. */
#include "consent/guardian_store.h"
#include "base/id.h"
#include "consent/consent_store.h"

enum { REFERENCES_MAX = 64 };

/* ---- codes */

err guardian_code_rows(struct ctx *c, struct tx *tx, const struct guardian_code *k)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_GUARDIAN_CODE_INSERT,
		    PARAMS(P_BLOB(k->hash, HASH_SIZE), P_INT(k->owner.id), P_INT(k->owner.person),
			   P_INT(k->expires_at_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "请重新获取监护码");
	return OK;
}

static err child_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct child *)arg = (struct child){row_int(r, 0), row_int(r, 1) == 1};
	return OK;
}

err guardian_db_code_get(struct ctx *c, const uint8_t hash[static HASH_SIZE], struct child *ret)
{
	return store_rows(c, c->store, Q_GUARDIAN_CODE_GET, PARAMS(P_BLOB(hash, HASH_SIZE), P_INT(c->now_ms)),
			  child_row, ret);
}

err guardian_codes_expire(struct ctx *c)
{
	return store_exec(c, c->store, Q_GUARDIAN_CODE_EXPIRE, PARAMS(P_INT(c->now_ms)), NULL);
}

/* ---- wards */

struct reading {
	int64_t guardian_id;
	ward_fn fn;
	void *arg;
	struct ward *one;
};

static err ward_row(struct ctx *c, const struct row *r, void *arg)
{
	struct reading *reading = arg;
	struct ward w = {.guardian_id = reading->guardian_id,
			 .id = row_int(r, 0),
			 .kind = row_copy(c, r, 1),
			 .state = row_copy(c, r, 2),
			 .child = {row_int(r, 3), row_int(r, 4) == 1},
			 .text_hash = row_copy(c, r, 5),
			 .version = row_copy(c, r, 6),
			 .asked_at_ms = row_int(r, 7),
			 .changed_at_ms = row_int(r, 8),
			 .agreed_at_ms = row_int(r, 9)};

	err e = guardian_open_details(c, w.guardian_id, w.id, row_blob(r, 10), &w.details);
	if (e.code == ERR_GONE) /* the account ended: what was said is unreadable, the state still counts */
		failure_clear(c);
	else
		TRY(e);
	if (reading->one) {
		*reading->one = w;
		return OK;
	}
	return reading->fn(c, &w, reading->arg);
}

err ward_get(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret)
{
	struct ward w = {0};
	struct reading reading = {.guardian_id = guardian_id, .one = &w};

	TRY(store_rows(c, c->store, Q_WARD_GET, PARAMS(P_INT(guardian_id), P_INT(ward_id)), ward_row,
		       &reading));
	if (!w.id)
		FAIL(c, ERR_NOT_FOUND, "没有找到这项监护事项");
	*ret = w;
	return OK;
}

err ward_list(struct ctx *c, int64_t guardian_id, ward_fn fn, void *arg)
{
	struct reading reading = {.guardian_id = guardian_id, .fn = fn, .arg = arg};

	return store_rows(c, c->store, Q_WARD_LIST, PARAMS(P_INT(guardian_id)), ward_row, &reading);
}

static err pointer_row(struct ctx *c, const struct row *r, void *arg)
{
	int64_t *pointer = arg;

	(void)c;
	pointer[0] = row_int(r, 0);
	pointer[1] = row_int(r, 1);
	return OK;
}

err ward_of_child(struct ctx *c, struct child child, struct ward *ret)
{
	int64_t pointer[2] = {0};

	TRY(store_rows(c, c->store, Q_GUARDIAN_OF_GET, PARAMS(P_INT(child.id)), pointer_row, pointer));
	if (!pointer[1])
		FAIL(c, ERR_NOT_FOUND, "还没有监护人办理");
	return ward_get(c, pointer[0], pointer[1], ret);
}

/* The child's side points to this ward, unless another guardian has agreed. */
static err point(struct ctx *c, struct tx *tx, int64_t child_id, const struct ward *w, bool agreed)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_GUARDIAN_OF_PUT,
		    PARAMS(P_INT(child_id), P_INT(w->guardian_id), P_INT(w->id), P_INT(agreed)), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这个孩子的账号已有监护人同意");
	return OK;
}

static err refer(struct ctx *c, struct tx *tx, int64_t child_id, const struct ward *w)
{
	return tx_exec(c, tx, Q_WARD_OF_CHILD_PUT,
		       PARAMS(P_INT(child_id), P_INT(w->guardian_id), P_INT(w->id)), NULL);
}

err ward_new_rows(struct ctx *c, struct tx *tx, void *ward_new)
{
	const struct ward_new *n = ward_new;
	const struct ward *w = n->ward;
	int64_t used = 0;

	if (n->code.p) {
		TRY(tx_exec(c, tx, Q_GUARDIAN_CODE_USE,
			    PARAMS(P_BLOB(n->code.p, n->code.n), P_INT(c->now_ms)), &used));
		if (used == 0)
			FAIL(c, ERR_CONFLICT, "监护码已经用过，请在孩子的设备上重新获取");
	}
	TRY(tx_exec(c, tx, Q_WARD_INSERT,
		    PARAMS(P_INT(w->guardian_id), P_INT(w->id), P_STR(w->kind), P_STR(w->state),
			   P_INT(w->child.id), P_INT(w->child.person), P_INT(c->now_ms),
			   P_BLOB(n->sealed.p, n->sealed.n)),
		    NULL));
	if (n->about && n->about != w->guardian_id)
		TRY(refer(c, tx, n->about, w));
	return n->point ? point(c, tx, w->child.id, w, false) : OK;
}

static err advance(struct ctx *c, struct tx *tx, const struct ward *w, const char *to)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_WARD_ADVANCE,
		    PARAMS(P_INT(w->guardian_id), P_INT(w->id), P_STR(w->state), P_STR(to), P_INT(c->now_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项的状态刚刚变化，请刷新后再试");
	return OK;
}

static err task_add(struct ctx *c, struct tx *tx, const struct ward *w, const char *kind, int64_t officer_id)
{
	return tx_exec(
		c, tx, Q_GUARDIAN_TASK_PUT,
		PARAMS(P_INT(w->id), P_INT(w->guardian_id), P_STR(kind), P_INT(c->now_ms), P_INT(officer_id)),
		NULL);
}

err ward_details_rows(struct ctx *c, struct tx *tx, const struct ward *w, struct slice details)
{
	return tx_exec(c, tx, Q_WARD_DETAILS,
		       PARAMS(P_INT(w->guardian_id), P_INT(w->id), P_BLOB(details.p, details.n)), NULL);
}

err ward_step_rows(struct ctx *c, struct tx *tx, void *ward_step)
{
	const struct ward_step *s = ward_step;

	TRY(advance(c, tx, s->ward, s->to));
	if (s->details.p)
		TRY(ward_details_rows(c, tx, s->ward, s->details));
	if (s->task_done)
		TRY(tx_exec(c, tx, Q_GUARDIAN_TASK_DONE, PARAMS(P_INT(s->ward->id)), NULL));
	return s->task ? task_add(c, tx, s->ward, s->task, s->officer_id) : OK;
}

/* ---- agreeing */

static err minor_put(struct ctx *c, struct tx *tx, int64_t subject_id, bool minor, bool agreed)
{
	return tx_exec(c, tx, Q_PERSON_FACTS_MINOR, PARAMS(P_INT(subject_id), P_INT(minor), P_INT(agreed)),
		       NULL);
}

static err add_consents(struct ctx *c, struct tx *tx, const struct guardian_agreement *g)
{
	struct owner owner = {g->ward->child.person ? g->ward->child.id : 0,
			      g->ward->child.person ? 0 : g->ward->child.id};

	for (size_t i = 0; i < g->offer_count; i++) {
		const struct consent_offer *o = &g->offers[i];
		char terms[65];
		consent_terms(c, c->release, o->service, o->recipient, terms);
		struct consent_row row = {.id = id_new(c->now_ms),
					  .service = o->service->key,
					  .recipient = o->recipient ? o->recipient->key : "",
					  .items = keys_of_itemset(c, &o->items),
					  .text_hash = g->text_hash,
					  .version = release_version(c->release),
					  .terms = terms,
					  .given_at_ms = c->now_ms};
		TRY(consent_db_consent_add(c, tx, owner, &row));
	}
	return OK;
}

static err know_child(struct ctx *c, struct tx *tx, int64_t subject_id, struct slice birth)
{
	return tx_exec(c, tx, Q_MINOR_BIRTH_PUT, PARAMS(P_INT(subject_id), P_BLOB(birth.p, birth.n)), NULL);
}

err guardian_agree_rows(struct ctx *c, struct tx *tx, void *agreement)
{
	const struct guardian_agreement *g = agreement;
	const struct ward *w = g->ward;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_WARD_AGREE,
		    PARAMS(P_INT(w->guardian_id), P_INT(w->id), P_INT(c->now_ms), P_STR(g->text_hash),
			   P_STR(release_version(c->release))),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项的状态刚刚变化，请刷新后再试");
	TRY(consent_db_text_put(c, tx, g->text_hash, g->text));
	TRY(add_consents(c, tx, g));
	TRY(point(c, tx, w->child.id, w, true));
	if (!w->child.person)
		return OK;
	TRY(minor_put(c, tx, w->child.id, true, true));
	return know_child(c, tx, w->child.id, g->birth);
}

struct pointers {
	int64_t (*at)[2];
	size_t count, max;
};

static err pointers_row(struct ctx *c, const struct row *r, void *arg)
{
	struct pointers *p = arg;

	(void)c;
	if (p->count < p->max) {
		p->at[p->count][0] = row_int(r, 0);
		p->at[p->count++][1] = row_int(r, 1);
	}
	return OK;
}

/* What others said of the child of the installation is about the person from now on. */
static err move_references(struct ctx *c, struct tx *tx, const struct guardian_adoption *a)
{
	int64_t at[REFERENCES_MAX][2];
	struct pointers p = {at, 0, REFERENCES_MAX};

	TRY(tx_rows(c, tx, Q_WARD_OF_CHILD_LIST, PARAMS(P_INT(a->ward->child.id)), pointers_row, &p));
	for (size_t i = 0; i < p.count; i++) {
		struct ward w = {.guardian_id = at[i][0], .id = at[i][1]};
		TRY(refer(c, tx, a->subject_id, &w));
	}
	return tx_exec(c, tx, Q_WARD_OF_CHILD_DELETE, PARAMS(P_INT(a->ward->child.id)), NULL);
}

err guardian_adopt_rows(struct ctx *c, struct tx *tx, void *adoption)
{
	const struct guardian_adoption *a = adoption;

	TRY(tx_exec(c, tx, Q_WARD_CHILD,
		    PARAMS(P_INT(a->ward->guardian_id), P_INT(a->ward->id), P_INT(a->subject_id)), NULL));
	TRY(point(c, tx, a->subject_id, a->ward, true));
	TRY(move_references(c, tx, a));
	return know_child(c, tx, a->subject_id, a->birth);
}

/* ---- ending */

err guardian_end_rows(struct ctx *c, struct tx *tx, void *ending)
{
	const struct guardian_ending *e = ending;
	const struct ward *w = e->ward;

	TRY(advance(c, tx, w, e->to));
	TRY(tx_exec(c, tx, Q_GUARDIAN_OF_DISAGREE, PARAMS(P_INT(w->child.id), P_INT(w->id)), NULL));
	if (e->task)
		TRY(task_add(c, tx, w, e->task, 0));
	if (!w->child.person)
		return tx_exec(c, tx, Q_INSTALLATION_CONSENT_CLEAR, PARAMS(P_INT(w->child.id)), NULL);
	TRY(minor_put(c, tx, w->child.id, true, false));
	return tx_exec(c, tx, Q_CONSENT_WITHDRAW_EVERY, PARAMS(P_INT(w->child.id), P_INT(c->now_ms)), NULL);
}

err minor_mark_rows(struct ctx *c, struct tx *tx, void *mark)
{
	const struct minor_mark *m = mark;

	return minor_put(c, tx, m->subject_id, m->minor, m->agreed);
}

static err blob_row(struct ctx *c, const struct row *r, void *arg)
{
	*(struct slice *)arg = arena_slice(c->arena, row_blob(r, 0));
	return OK;
}

err guardian_db_birth(struct ctx *c, struct tx *tx, int64_t subject_id, struct slice *ret)
{
	*ret = (struct slice){0};
	return tx_rows(c, tx, Q_MINOR_BIRTH_GET, PARAMS(P_INT(subject_id)), blob_row, ret);
}

err guardian_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	TRY(tx_exec(c, tx, Q_GUARDIAN_OF_DELETE, PARAMS(P_INT(subject_id)), NULL));
	TRY(tx_exec(c, tx, Q_WARD_DELETE, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_MINOR_BIRTH_DELETE, PARAMS(P_INT(subject_id)), NULL);
}

/* ---- who said something of a child */

err wards_about(struct ctx *c, int64_t child_id, ward_about_fn fn, void *arg)
{
	int64_t at[REFERENCES_MAX][2];
	struct pointers p = {at, 0, REFERENCES_MAX};

	TRY(store_rows(c, c->store, Q_WARD_OF_CHILD_LIST, PARAMS(P_INT(child_id)), pointers_row, &p));
	for (size_t i = 0; i < p.count; i++)
		TRY(fn(c, at[i][0], at[i][1], arg));
	return OK;
}

err wards_about_end_rows(struct ctx *c, struct tx *tx, int64_t child_id)
{
	return tx_exec(c, tx, Q_WARD_OF_CHILD_DELETE, PARAMS(P_INT(child_id)), NULL);
}

/* ---- tasks */

struct task_reading {
	guardian_task_fn fn;
	void *arg;
	struct guardian_task *one;
	int64_t ward_id;
};

static err one_task_row(struct ctx *c, const struct row *r, void *arg)
{
	struct task_reading *t = arg;

	*t->one = (struct guardian_task){.ward_id = t->ward_id,
					 .guardian_id = row_int(r, 0),
					 .kind = row_copy(c, r, 1),
					 .state = row_copy(c, r, 2),
					 .at_ms = row_int(r, 3),
					 .officer_id = row_int(r, 4)};
	return OK;
}

err guardian_task_get(struct ctx *c, int64_t ward_id, struct guardian_task *ret)
{
	struct guardian_task t = {0};
	struct task_reading reading = {.one = &t, .ward_id = ward_id};

	TRY(store_rows(c, c->store, Q_GUARDIAN_TASK_GET, PARAMS(P_INT(ward_id)), one_task_row, &reading));
	if (!t.guardian_id)
		FAIL(c, ERR_NOT_FOUND, "没有找到这项审核");
	*ret = t;
	return OK;
}

static err each_task_row(struct ctx *c, const struct row *r, void *arg)
{
	struct task_reading *reading = arg;
	struct guardian_task t = {.ward_id = row_int(r, 0),
				  .guardian_id = row_int(r, 1),
				  .kind = row_copy(c, r, 2),
				  .state = row_copy(c, r, 3),
				  .at_ms = row_int(r, 4),
				  .officer_id = row_int(r, 5)};

	return reading->fn(c, &t, reading->arg);
}

err guardian_task_list(struct ctx *c, const char *state, int64_t before, int limit, guardian_task_fn fn,
		       void *arg)
{
	struct task_reading reading = {.fn = fn, .arg = arg};

	return store_rows(c, c->store, Q_GUARDIAN_TASK_LIST,
			  PARAMS(P_STR(state), P_INT(before ? before : INT64_MAX), P_INT(limit)),
			  each_task_row, &reading);
}
