#include "consent/preferences.h"

static err state_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(bool *)arg = row_int(r, 0) == 1;
	return OK;
}

static bool personal(const char *name)
{
	return strcmp(name, "personal") == 0;
}

/* A child's habits are nobody's to learn from, whatever a guardian said (PIPL 31). */
err preference_of(struct ctx *c, const struct facts *f, const char *name, bool *ret)
{
	*ret = !(f->child && personal(name));
	if (!*ret)
		return OK;
	return store_rows(c, c->store, Q_PREFERENCE_GET, PARAMS(P_INT(f->subject_id), P_STR(name)), state_row,
			  ret);
}

err preference_on(struct ctx *c, int64_t subject_id, const char *name, bool *ret)
{
	struct facts f = {.subject_id = subject_id};
	struct head h;

	if (personal(name))
		TRY(facts_load(c, subject_id, &f, &h));
	return preference_of(c, &f, name, ret);
}

err preference_rows(struct ctx *c, struct tx *tx, void *preference_change)
{
	const struct preference_change *p = preference_change;

	return tx_exec(c, tx, Q_PREFERENCE_PUT,
		       PARAMS(P_INT(p->subject_id), P_STR(p->name), P_INT(p->on), P_INT(c->now_ms)), NULL);
}

const struct cookie *cookie_of_use(const struct release *r, const char *use)
{
	for (unsigned i = 0; i < release_cookie_count(r); i++) {
		const struct cookie *k = release_cookie_at(r, i);
		if (k->refusable && strcmp(k->use, use) == 0)
			return k;
	}
	return NULL;
}

/* A cookie that nobody can refuse is one that the session needs. */
err cookie_allowed(struct ctx *c, const char *use, bool *ret)
{
	bool analysis = strcmp(use, "analysis") == 0;

	*ret = !analysis;
	if (!cookie_of_use(c->release, use))
		return OK;
	if (analysis) {
		if (!c->installation_id || failed(installation_accepted(c))) {
			failure_clear(c);
			return OK;
		}
		*ret = true;
	}
	return store_rows(c, c->store, Q_COOKIE_CHOICE_GET, PARAMS(P_INT(c->installation_id), P_STR(use)),
			  state_row, ret);
}

err cookie_choose(struct ctx *c, const char *use, bool allowed)
{
	if (!cookie_of_use(c->release, use))
		FAIL(c, ERR_NOT_FOUND, "本应用没有这类可以拒绝的Cookie");
	return store_exec(c, c->store, Q_COOKIE_CHOICE_PUT,
			  PARAMS(P_INT(c->installation_id), P_STR(use), P_INT(allowed), P_INT(c->now_ms)),
			  NULL);
}

err installation_choices_end_rows(struct ctx *c, struct tx *tx, int64_t installation_id, bool gone)
{
	TRY(tx_exec(c, tx, gone ? Q_INSTALLATION_SDK_CHOICE_END : Q_INSTALLATION_SDK_CHOICE_WITHDRAW,
		    PARAMS(P_INT(installation_id)), NULL));
	return tx_exec(c, tx, gone ? Q_COOKIE_CHOICE_END : Q_COOKIE_CHOICE_WITHDRAW,
		       PARAMS(P_INT(installation_id)), NULL);
}
