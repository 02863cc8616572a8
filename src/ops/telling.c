#include "ops/telling.h"
#include "account/account.h"
#include "consent/consent.h"
#include "vault/vault.h"

enum { BATCH = 100 };

/* ---- whom ---- */

struct search {
	const struct telling *t;
	bool in_use, found;
};

static err look(struct ctx *c, const struct held *h, void *arg)
{
	struct search *s = arg;
	const struct telling *t = s->t;

	(void)c;
	if (s->in_use && h->rule)
		return OK;
	s->found |= (t->category && h->category && strcmp(h->category, t->category) == 0) ||
		    (t->service && h->service && strcmp(h->service, t->service) == 0);
	return OK;
}

/* A consent to a service is a sign of its use as well: what a query takes may be kept nowhere. */
static err look_consent(struct ctx *c, const struct consent *k, void *arg)
{
	struct search *s = arg;
	const struct service *service = k->service_key ? release_service(c->release, k->service_key) : NULL;

	if (s->in_use && (k->withdrawn_at_ms || (k->until_ms && k->until_ms <= c->now_ms)))
		return OK;
	if (service)
		s->found |= s->t->service ? strcmp(service->key, s->t->service) == 0
					  : strcmp(service->category->key, s->t->category) == 0;
	return OK;
}

err concerned_by(struct ctx *c, const char *category, const char *service, int64_t subject_id, bool in_use,
		 bool *ret)
{
	struct telling t = {.category = category, .service = service};
	struct search s = {.t = &t, .in_use = in_use, .found = !category && !service};

	if (!s.found)
		TRY(vault_held(c, subject_id, look, &s));
	if (!s.found)
		TRY(consent_list(c, subject_id, look_consent, &s));
	*ret = s.found;
	return OK;
}

/* ---- how ---- */

struct one {
	const struct telling *t;
	int64_t subject_id;
	bool told;
};

static err told_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct one *o = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TOLD_PERSON_INSERT,
		    PARAMS(P_INT(o->subject_id), P_INT(o->t->source_id), P_STR("inbox"), P_INT(c->now_ms)),
		    &changed));
	o->told = changed > 0;
	return o->told ? message_rows(c, tx, o->subject_id, o->t->source_id, o->t->kind, o->t->source_id)
		       : OK;
}

/* A message in the inbox, which sets off every way that the city names; the list of its deliveries says what
 * came of each. */
static err tell_one(struct ctx *c, const struct telling *t, int64_t subject_id, struct told *ret)
{
	struct one o = {t, subject_id, false};
	bool reached = false;

	TRY(notice_reaches(c, subject_id, t->kind, &reached));
	TRY(store_write(c, c->store, told_rows, &o));
	ret->people += o.told;
	ret->by_message += o.told && reached;
	return OK;
}

err tell_people(struct ctx *c, const struct telling *t, int64_t after, struct told *ret)
{
	int64_t ids[BATCH];
	size_t count = 0;

	*ret = (struct told){.after = after};
	TRY(notice_text_put(c, t->source_id, &t->words));
	TRY(account_walk(c, after, BATCH, ids, &count));
	for (size_t i = 0; i < count; i++) {
		bool yes = false;
		TRY(concerned_by(c, t->category, t->service, ids[i], false, &yes));
		if (yes)
			TRY(tell_one(c, t, ids[i], ret));
		ret->after = ids[i];
	}
	ret->finished = count < BATCH;
	return OK;
}

static err found_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	(void)row;
	*(bool *)arg = true;
	return OK;
}

err was_told(struct ctx *c, int64_t subject_id, int64_t source_id, bool *ret)
{
	*ret = false;
	return store_rows(c, c->store, Q_TOLD_PERSON_FIND, PARAMS(P_INT(subject_id), P_INT(source_id)),
			  found_row, ret);
}
