/* The facts that the gate decides on. */
#include "consent/consent_store.h"
#include "consent/guardian_store.h"
#include "consent/papers.h"

struct loading {
	struct owner owner;
	struct facts *facts;
	struct list acceptances, consents, permissions, functions;
	struct slice birth; /* sealed; of a minor */
	int64_t of_age_ms;  /* when a former minor became of age: what was agreed to before counts no more */
};

static err load_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct loading *l = arg;
	struct facts *f = l->facts;

	if (l->owner.subject_id) {
		TRY(consent_db_person(c, tx, l->owner.subject_id, f));
		if (f->minor)
			TRY(guardian_db_birth(c, tx, l->owner.subject_id, &l->birth));
		TRY(consent_db_second_check(c, tx, l->owner.subject_id, c->session_id,
					    &f->second_check_until_ms));
	}
	TRY(papers_read(c, tx, f->papers));
	TRY(consent_db_acceptances(c, tx, l->owner, &l->acceptances));
	TRY(consent_db_consents(c, tx, l->owner, true, &l->consents));
	TRY(consent_db_permissions(c, tx, l->owner.installation_id, &l->permissions));
	return consent_db_function_permissions(c, tx, l->owner.installation_id, &l->functions);
}

static enum acceptance_kind kind_of(const char *kind)
{
	if (strcmp(kind, "express") == 0)
		return ACCEPT_EXPRESS;
	return strcmp(kind, "continued") == 0 ? ACCEPT_CONTINUED : ACCEPT_BY_USE;
}

/* The strongest record of the newest release agreed to. One whose four operations do not all stand is none
 * (TJ-0.2.c). */
static void take_acceptances(const struct ctx *c, const struct list *l, int64_t since_ms, struct facts *f)
{
	const struct acceptance_row *a = l->rows;
	int64_t in_force = release_number(c->release);

	for (size_t i = 0; i < l->count; i++) {
		enum acceptance_kind kind = kind_of(a[i].kind);
		/* an agreement to an announced release waits for its day */
		if (!a[i].whole || a[i].withdrawn_at_ms || a[i].at_ms < since_ms ||
		    a[i].release_number > in_force)
			continue;
		if (kind == ACCEPT_EXPRESS && a[i].release_number > (int64_t)f->express_release)
			f->express_release = (unsigned)a[i].release_number;
		if (a[i].release_number < (int64_t)f->accepted_release)
			continue;
		if (a[i].release_number > (int64_t)f->accepted_release || kind > f->acceptance)
			f->acceptance = kind;
		f->accepted_release = (unsigned)a[i].release_number;
	}
}

static void take_permissions(struct ctx *c, const struct list *l, struct facts *f)
{
	const struct permission_row *p = l->rows;

	for (size_t i = 0; i < l->count; i++) {
		const struct permission *permission = release_permission(c->release, p[i].key);
		if (permission && p[i].granted)
			f->permissions |= UINT32_C(1) << permission->number;
	}
}

/* A grant for a function that the release in force does not know opens nothing. */
static void take_function_permissions(struct ctx *c, const struct list *l, struct facts *f)
{
	const struct permission_row *p = l->rows;
	struct permission_fact *facts = ARENA_ARRAY(c->arena, struct permission_fact, l->count + 1);

	for (size_t i = 0; i < l->count; i++) {
		struct permission_fact fact = {release_permission(c->release, p[i].key),
					       release_service(c->release, p[i].service)};
		if (p[i].granted && fact.permission && fact.service)
			facts[f->granted_for_count++] = fact;
	}
	f->granted_for = facts;
}

struct itemset itemset_of_keys(const struct release *r, const char *keys)
{
	struct itemset set = {0};
	char key[KEY_TEXT_MAX];

	while (*keys) {
		size_t n = strcspn(keys, " ");
		if (n && n < sizeof(key)) {
			memcpy(key, keys, n);
			key[n] = '\0';
			const struct item *item = release_item(r, key);
			if (item)
				itemset_add(&set, item->number);
		}
		keys += n + (keys[n] == ' ');
	}
	return set;
}

bool consent_terms_stand(struct ctx *c, const struct consent_row *k)
{
	const struct service *service = release_service(c->release, k->service);
	const struct recipient *recipient =
		*k->recipient ? release_recipient(c->release, k->recipient) : NULL;
	char terms[65];

	if (!service || (*k->recipient && !recipient))
		return false;
	consent_terms(c, c->release, service, recipient, terms);
	return strcmp(terms, k->terms) == 0;
}

/* A consent whose service or recipient the release in force does not know opens nothing, nor does one whose
 * terms have changed since: it is asked for again. */
static void take_consents(struct ctx *c, const struct list *l, int64_t since_ms, struct facts *f)
{
	const struct consent_row *k = l->rows;
	struct consent_fact *facts = ARENA_ARRAY(c->arena, struct consent_fact, l->count + 1);

	for (size_t i = 0; i < l->count; i++) {
		if (k[i].withdrawn_at_ms || k[i].given_at_ms < since_ms || !consent_terms_stand(c, &k[i]))
			continue;
		facts[f->consent_count++] = (struct consent_fact){
			.consent_id = k[i].id,
			.service = release_service(c->release, k[i].service),
			.recipient = *k[i].recipient ? release_recipient(c->release, k[i].recipient) : NULL,
			.items = itemset_of_keys(c->release, k[i].items),
			.until_ms = k[i].until_ms};
	}
	f->consents = facts;
}

/* The head is read first: whatever changes after it raises the epoch, so that a write decided on these facts
 * fails as stale. */
err facts_load(struct ctx *c, int64_t subject_id, struct facts *ret, struct head *ret_head)
{
	struct head head = {0};
	struct facts facts = {.subject_id = subject_id};
	struct loading l = {.owner = {subject_id, c->installation_id}, .facts = &facts};

	if (subject_id)
		TRY(ledger_head(c, c->store, subject_id, &head));
	TRY(store_read(c, c->store, load_rows, &l));
	facts.epoch = head.epoch;
	if (facts.minor)
		TRY(guardian_facts(c, l.birth, &facts, &l.of_age_ms));
	take_acceptances(c, &l.acceptances, l.of_age_ms, &facts);
	take_permissions(c, &l.permissions, &facts);
	take_function_permissions(c, &l.functions, &facts);
	take_consents(c, &l.consents, l.of_age_ms, &facts);
	*ret = facts;
	*ret_head = head;
	return OK;
}

bool facts_keep_consent(struct ctx *c, struct facts *f, int64_t consent_id)
{
	const struct consent_fact *all = f->consents;
	struct consent_fact *own = ARENA_NEW(c->arena, struct consent_fact);
	size_t count = f->consent_count;

	f->consents = own;
	f->consent_count = 0;
	for (size_t i = 0; i < count; i++)
		if (all[i].consent_id == consent_id) {
			*own = all[i];
			f->consent_count = 1;
		}
	return f->consent_count == 1;
}
