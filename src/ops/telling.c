#include "ops/telling.h"
#include "account/account.h"
#include "notify/notify.h"
#include "services/form.h"

enum { BATCH = 100, LIFE_MS = 24 * 3600 * 1000 };

/* ---- whom ---- */

struct search {
	const struct telling *t;
	bool found;
};

static err look(struct ctx *c, const struct held *h, void *arg)
{
	struct search *s = arg;
	const struct telling *t = s->t;

	(void)c;
	s->found |= (t->category && h->category && strcmp(h->category, t->category) == 0) ||
		    (t->service && h->service && strcmp(h->service, t->service) == 0);
	return OK;
}

/* A consent to a service is a sign of its use as well: what a query takes may be kept nowhere. */
static err look_consent(struct ctx *c, const struct consent *k, void *arg)
{
	struct search *s = arg;
	const struct service *service = k->service_key ? release_service(c->release, k->service_key) : NULL;

	if (service)
		s->found |= s->t->service ? strcmp(service->key, s->t->service) == 0
					  : strcmp(service->category->key, s->t->category) == 0;
	return OK;
}

static err concerns(struct ctx *c, const struct telling *t, int64_t subject_id, bool *ret)
{
	struct search s = {.t = t, .found = !t->category && !t->service};

	if (!s.found)
		TRY(vault_held(c, subject_id, look, &s));
	if (!s.found)
		TRY(consent_list(c, subject_id, look_consent, &s));
	*ret = s.found;
	return OK;
}

/* ---- how ---- */

/* The service by which numbers go to the gateway. */
static const struct service *message_service(const struct release *r)
{
	const struct recipient *gateway = release_recipient(r, "sms");

	for (unsigned i = 0; gateway && i < release_service_count(r); i++)
		if (release_service_at(r, i)->recipient == gateway)
			return release_service_at(r, i);
	return NULL;
}

static err prepare_message(struct ctx *c, const struct telling *t, int64_t subject_id, struct sms_draft *ret)
{
	const struct service *s = message_service(c->release);
	const struct item *phone = release_item(c->release, "mobile_phone");
	RELEASED_SCOPED released = {0};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!s || !phone)
		FAIL(c, ERR_NOT_FOUND, "no way to send messages");
	TRY(facts_load(c, subject_id, &f, &h));
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = s->recipient,
				 .now_ms = c->now_ms};
	itemset_add(&q.items, phone->number);
	TRY(form_decide(c, &f, &h, &q, &permit));
	TRY(vault_release(c, permit, &h, 0, t->note, &released));
	const struct vault_value *v = released_get(&released, "mobile_phone");
	if (!v)
		FAIL(c, ERR_NOT_FOUND, "no number");
	return sms_prepare(c, v->value, slice_of(t->text), c->now_ms + LIFE_MS, ret);
}

struct one {
	int64_t subject_id, source_id;
	const struct sms_draft *draft; /* NULL: in the app */
	bool told;
};

static err told_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct one *o = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TOLD_PERSON_INSERT,
		    PARAMS(P_INT(o->subject_id), P_INT(o->source_id), P_STR(o->draft ? "message" : "in_app"),
			   P_INT(c->now_ms)),
		    &changed));
	o->told = changed > 0;
	return o->told && o->draft ? sms_rows(c, tx, o->draft) : OK;
}

/* What stands in the way of a message (no number, no consent) is no failure: the notice waits in the app. */
static err tell_one(struct ctx *c, const struct telling *t, int64_t subject_id, struct told *ret)
{
	struct one o = {.subject_id = subject_id, .source_id = t->source_id};
	struct sms_draft draft;

	if (t->text) {
		err e = prepare_message(c, t, subject_id, &draft);
		if (e.code == ERR_STORE || e.code == ERR_STALE || e.code == ERR_CRYPTO)
			return e;
		if (!failed(e))
			o.draft = &draft;
		failure_clear(c);
	}
	TRY(store_write(c, c->store, told_rows, &o));
	ret->people += o.told;
	ret->by_message += o.told && o.draft;
	return OK;
}

err tell_people(struct ctx *c, const struct telling *t, int64_t after, struct told *ret)
{
	int64_t ids[BATCH];
	size_t count = 0;

	*ret = (struct told){.after = after};
	TRY(account_walk(c, after, BATCH, ids, &count));
	for (size_t i = 0; i < count; i++) {
		bool yes = false;
		TRY(concerns(c, t, ids[i], &yes));
		if (yes)
			TRY(tell_one(c, t, ids[i], ret));
		ret->after = ids[i];
	}
	ret->finished = count < BATCH;
	return OK;
}
