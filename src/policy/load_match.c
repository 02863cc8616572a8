/* Settings that say of a register what it holds: the loader compares the two, so that neither can be changed
 * without the other, and what a city says of itself stays true. A setting that is not there says nothing. */
#include "policy/diff.h"
#include "policy/load.h"

struct agreement {
	const char *key, *word; /* where the setting is this word, and only there, … */
	bool (*holds)(const struct release *r);
	const char *then, *otherwise; /* … this must be so; and what must be so with any other word */
};

/* TJ-1.1.1.a, NT-1.1.a */
static bool password_is_a_field(const struct release *r)
{
	return city_list_has(r, "register.fields", "password");
}

/* TJ-4.5.d, NT-4.7.4.b */
static bool effort_is_a_ground(const struct release *r)
{
	return city_list_has(r, "refusal.discretion", "excessive_effort");
}

/* TJ-10.1, NT-7.5 */
static bool arbitrator_is_named(const struct release *r)
{
	return city_text(r, "dispute.body") != NULL;
}

/* NT-A.1 to NT-A.10 */
static bool ten_terms_are_defined(const struct release *r)
{
	return r->definitions.count == 10;
}

/* TJ-1.1.26.a, TJ-1.1.26.b */
static bool cookies_analyse(const struct release *r)
{
	for (unsigned i = 0; i < r->cookies.count; i++)
		if (strcmp(((const struct cookie *)r->cookies.rows[i])->use, "analysis") == 0)
			return true;
	return false;
}

/* TJ-1.1.23.3, NT-1.2.2.4: the album is asked for on some platforms, the storage on the others */
static bool album_depends_on_platform(const struct release *r)
{
	const struct permission *album = model_find(&r->permissions, "perm_album");

	return album && strcmp(album->platforms, "all") != 0;
}

/* TJ-1.1.25.0, NT-1.5.0: each development kit says what it takes; sharing takes nothing but what the person
 * shares */
static bool sdks_name_their_data(const struct release *r)
{
	for (unsigned i = 0; i < r->sdks.count; i++) {
		const struct sdk *s = r->sdks.rows[i];
		if (itemset_empty(&s->items) && !s->permissions && strcmp(s->trigger, "share") != 0)
			return false;
	}
	return r->sdks.count > 0;
}

/* TJ-2.4.1, NT-2.4.1: the link that the first three grounds for giving data away must have with their cause
 */
static bool first_grounds_demand_a_direct_link(const struct release *r)
{
	static const char *const first[] = {"provide_national_security", "provide_public_interest",
					    "provide_criminal_justice"};

	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		const struct exception *e = model_find(&r->exceptions, first[i]);
		if (!e || !strstr(e->ground, "直接"))
			return false;
	}
	return true;
}

/* TJ-7.1.b, NT-6.1.c, NT-6.2.4: fewer rights are a major change, and going on is no consent to it */
static bool rights_are_a_major_change(const struct release *r)
{
	return policy_major_listed(r, MAJOR_RIGHTS) && !city_flag(r, "consent.continue");
}

/* TJ-1.1.27.a, NT-6.2.1: another purpose is a major change that everybody is asked about, or one that waits
 * for each person's express yes */
static bool purpose_is_a_major_change(const struct release *r)
{
	return policy_major_listed(r, MAJOR_MODEL) && !city_flag(r, "consent.continue");
}

/* TJ-1.1.1.c, NT-1.1.a: what a company says of itself is taken for accounts, or nowhere */
static bool companies_are_taken(const struct release *r)
{
	static const char *const nine[] = {"org_name",	       "org_type",	    "uscc",
					   "legal_rep_name",   "legal_rep_id_type", "legal_rep_id_number",
					   "legal_rep_mobile", "sms_code",	    "email"};
	const struct category *account = model_find(&r->categories, "account");

	for (size_t i = 0; account && i < sizeof nine / sizeof *nine; i++) {
		const struct item *it = model_find(&r->items, nine[i]);
		if (!it || !itemset_has(&account->collect, it->number))
			return false;
	}
	return account;
}

/* TJ-2.3.0, NT-2.3.e: whether each ground of publication alone needs the notices and then the person's yes */
static bool publishing_waits_for_a_yes(const struct release *r)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < r->exceptions.count; i++) {
		const struct exception *e = r->exceptions.rows[i];
		if (!exception_holds(e, EXCEPTION_PUBLISH) || exception_holds(e, EXCEPTION_SHARE))
			continue;
		if (!exception_needs(e, NEED_NOTICE) || !exception_needs(e, NEED_CONSENT))
			return false;
		asked++;
	}
	return asked > 0;
}

/* NT-1.2.3.a: what partners deliver needs a service under which it is taken, and the list of what they may do
 */
static bool partners_deliver(const struct release *r)
{
	size_t count;

	(void)city_list(r, "indirect.cooperation", &count);
	return count > 0 && setting_find(r, "indirect.service");
}

static bool collect_alike(const struct category *a, const struct category *b)
{
	return strcmp(a->kind, "service") == 0 && strcmp(b->kind, "service") == 0 && a->collect_clause &&
	       b->collect_clause && strcmp(a->collect_clause, b->collect_clause) == 0;
}

/* TJ-1.1.6.a to TJ-1.1.22.b say of each category of services what it takes; NT-1.2.1.1.a says it of all at
 * once, and NT-2.1.1.0.a to NT-2.1.11.0.a of each what is shared */
static bool categories_say_what_they_take(const struct release *r)
{
	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *a = r->categories.rows[i];
		for (unsigned k = 0; k < i; k++)
			if (collect_alike(a, r->categories.rows[k]))
				return false;
	}
	return true;
}

/* NT-2.4.a: what tells of nobody is given away without a consent */
static bool deidentified_needs_no_consent(const struct release *r)
{
	for (unsigned i = 0; i < r->exceptions.count; i++) {
		const struct exception *e = r->exceptions.rows[i];
		if (exception_needs(e, NEED_DEIDENTIFIED) && exception_holds(e, EXCEPTION_SHARE) &&
		    !exception_needs(e, NEED_CONSENT))
			return true;
	}
	return false;
}

/* NT-3.1.b, NT-3.1.c: only anonymised data go on after the end; so the purposes that stop then are marked */
static bool purposes_stop_at_the_end(const struct release *r)
{
	for (unsigned i = 0; i < r->purposes.count; i++)
		if (((const struct purpose *)r->purposes.rows[i])->commercial)
			return true;
	return false;
}

static const struct agreement agreements[] = {
	{"retention.after", "anonymise", purposes_stop_at_the_end,
	 "a purpose of the policy is commercial: true", "no purpose of the policy is commercial: true"},
	{"indirect.enabled", "partners_with_consent", partners_deliver,
	 "indirect.service and indirect.cooperation say what partners deliver",
	 "no indirect.service or no indirect.cooperation stands there"},
	{"service.catalogue", "as_collected", categories_say_what_they_take,
	 "each category of services collects under a clause of its own",
	 "categories of services collect under one clause"},
	{"exception.share.deidentified", "free", deidentified_needs_no_consent,
	 "a ground for giving data away needs them de-identified, and no consent",
	 "no ground for giving data away needs them de-identified alone"},
	{"register.password", "true", password_is_a_field, "register.fields names password",
	 "register.fields does not name password"},
	{"refusal.effort", "own_ground", effort_is_a_ground, "refusal.discretion names excessive_effort",
	 "refusal.discretion does not name excessive_effort"},
	{"consent.reduce", "renewed", rights_are_a_major_change,
	 "update.major lists the change of rights, and consent.continue is false",
	 "update.major does not list the change of rights, or consent.continue is true"},
	{"purpose.change", "renewed", purpose_is_a_major_change,
	 "update.major lists the change of purposes, and consent.continue is false",
	 "update.major does not list the change of purposes, or consent.continue is true"},
	{"account.org", "true", companies_are_taken,
	 "category 'account' collects the nine items of a company",
	 "category 'account' collects no company's nine items"},
	{"disclosure.model", "consent_after_notice", publishing_waits_for_a_yes,
	 "each ground of publication alone needs notice and consent",
	 "some ground of publication alone does without notice or consent"},
	{"dispute.way", "arbitration", arbitrator_is_named, "dispute.body names who arbitrates",
	 "no dispute.body stands there"},
	{"definition.set", "ten", ten_terms_are_defined, "the policy defines ten terms",
	 "the policy does not define ten terms"},
	{"cookie.policy", "identity_and_analysis", cookies_analyse,
	 "a cookie of the policy has use: analysis", "no cookie of the policy has use: analysis"},
	{"permission.album", "platform", album_depends_on_platform, "perm_album lists its platforms",
	 "perm_album has platforms: all"},
	{"sdk.list", "with_data", sdks_name_their_data,
	 "each SDK of the policy names its items or permissions",
	 "some SDK of the policy is known by its trigger alone"},
	{"exception.share.link", "directly_related", first_grounds_demand_a_direct_link,
	 "the grounds of national security, public interest and criminal justice demand a direct link (直接)",
	 "one of these three grounds does without a direct link (直接)"},
};

static void compare(struct loader *l, struct node root, const struct agreement *a)
{
	const char *word = city_text(l->r, a->key);

	if (!word)
		return;
	bool said = strcmp(word, a->word) == 0;
	if (said != a->holds(l->r))
		node_complain(setting_place(root, a->key), "%s is %s, which means: %s; change one of the two",
			      a->key, word, said ? a->then : a->otherwise);
}

void check_agreements(struct loader *l, struct node root)
{
	for (size_t i = 0; i < sizeof agreements / sizeof *agreements; i++)
		compare(l, root, &agreements[i]);
	compare_lists(l, root);
}
