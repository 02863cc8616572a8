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

static const struct agreement agreements[] = {
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

/* TJ-8.2, NT-7.2: people find every number of the city where its contacts are listed together. */
static void compare_contacts(struct loader *l, struct node root)
{
	size_t count;
	const char *const *hotlines = city_list(l->r, "contact.hotlines", &count);

	for (size_t i = 0; setting_find(l->r, "contact.data") && i < count; i++)
		if (!city_list_has(l->r, "contact.data", hotlines[i]))
			node_complain(setting_place(root, "contact.data"),
				      "contact.data lacks the hotline %s of contact.hotlines; write it there "
				      "as well",
				      hotlines[i]);
}

/* TJ-1.1.23.1, NT-1.2.2.5.a, NT-1.2.2.5.b: whoever hears a voice is a service or an SDK that people can look
 * up. */
static bool hears_voices(const struct release *r, const char *use)
{
	if (model_find(&r->services, use))
		return true;
	for (unsigned i = 0; i < r->sdks.count; i++)
		for (size_t k = 0; k < ((const struct sdk *)r->sdks.rows[i])->use_count; k++)
			if (strcmp(((const struct sdk *)r->sdks.rows[i])->uses[k].trigger, use) == 0)
				return true;
	return false;
}

static void compare_voice(struct loader *l, struct node root)
{
	size_t count;
	const char *const *uses = city_list(l->r, "voice.use", &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(uses[i], "third_party") != 0 && !hears_voices(l->r, uses[i]))
			node_complain(setting_place(root, "voice.use"),
				      "voice.use names '%s', which is no service and no trigger of an SDK; "
				      "remove it, or "
				      "declare it",
				      uses[i]);
}

/* TJ-4.1, NT-4.3.a, NT-7.1: the list of ways holds those that the app and the policy name. */
static void compare_ways(struct loader *l, struct node root)
{
	static const char *const named[] = {"screens.feedback", "cancel.path"};

	for (size_t i = 0; setting_find(l->r, "screens.paths") && i < sizeof named / sizeof *named; i++) {
		const char *way = city_text(l->r, named[i]);
		if (way && !city_list_has(l->r, "screens.paths", way))
			node_complain(setting_place(root, "screens.paths"),
				      "screens.paths lacks '%s' of %s; write it there as well", way,
				      named[i]);
	}
}

/* The person's own view of everything: gate.rights. */
static bool is_own_view(const struct release *r, const struct category *k)
{
	size_t count;
	const char *const *services = city_list(r, "gate.rights", &count);

	for (size_t i = 0; i < count; i++) {
		const struct service *s = model_find(&r->services, services[i]);
		if (s && s->category == k)
			return true;
	}
	return false;
}

/* TJ-1.1.24.3.3: the hardware address goes to a third party's counting of visits, or to nobody; neither the
 * city's own services nor its recipients get it. */
static void compare_mac(struct loader *l, struct node root)
{
	const char *word = city_text(l->r, "device.mac");
	const struct item *mac = model_find(&l->r->items, "mac");
	bool counting = word && strcmp(word, "third_party_counting") == 0;

	for (unsigned i = 0; word && mac && i < l->r->categories.count; i++) {
		const struct category *k = l->r->categories.rows[i];
		if (itemset_has(&k->share, mac->number) ||
		    (itemset_has(&k->read, mac->number) && !is_own_view(l->r, k)))
			node_complain(setting_place(root, "device.mac"),
				      "device.mac is %s, but category '%s' gives mac to another use; remove "
				      "it there",
				      word, k->key);
	}
	for (unsigned i = 0; word && mac && i < l->r->sdks.count; i++) {
		const struct sdk *s = l->r->sdks.rows[i];
		for (size_t k = 0; k < s->use_count; k++)
			if (itemset_has(&s->uses[k].items, mac->number) &&
			    !(counting && strcmp(s->uses[k].trigger, "usage_statistics") == 0))
				node_complain(
					setting_place(root, "device.mac"),
					"device.mac is %s, but SDK '%s' gets mac when '%s'; remove it there",
					word, s->key, s->uses[k].trigger);
	}
}

/* NT-7.0, TJ-9.b: each way by which opinions are taken has its place. */
static void compare_feedback(struct loader *l, struct node root)
{
	static const char *const places[][2] = {
		{"online", "screens.feedback"}, {"phone", "contact.hotlines"}, {"letter", "contact.address"}};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (city_list_has(l->r, "feedback.ways", places[i][0]) && !setting_find(l->r, places[i][1]))
			node_complain(
				setting_place(root, "feedback.ways"),
				"feedback.ways names '%s', but no %s stands there; write it, or remove the "
				"way",
				places[i][0], places[i][1]);
}

static bool is_case(const struct release *r, const char *clause)
{
	return clause && city_list_has(r, "share.cases", clause);
}

/* A supplier, partner or affiliate receives under a case of its own; an authority under the person's consent.
 */
static bool has_own_case(const struct category *k, const struct release *r)
{
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const char *kind = ((const struct recipient *)r->recipients.rows[i])->kind;
		if ((k->recipients >> i & 1) &&
		    (strcmp(kind, "supplier") == 0 || strcmp(kind, "partner") == 0 ||
		     strcmp(kind, "affiliate") == 0))
			return true;
	}
	return false;
}

/* TJ-2.1.0, TJ-2.1.4.a, NT-2.1.0.f: nobody but for the cases of share.cases, of which consent is one, and
 * providers get the common items; or what is shared is listed, category by category. */
static void compare_sharing(struct loader *l, struct node root)
{
	const char *word = city_text(l->r, "share.model");
	bool listed = word && strcmp(word, "listed") == 0;
	size_t common;

	if (!word)
		return;
	(void)city_list(l->r, "share.partner_items", &common);
	if (listed != (common == 0))
		node_complain(setting_place(root, "share.model"),
			      "share.model is %s, which means: %s; change one of the two", word,
			      listed ? "share.partner_items is empty"
				     : "share.partner_items lists what providers get");
	if (!listed && !is_case(l->r, city_text(l->r, "gate.clause.share")))
		node_complain(
			setting_place(root, "share.cases"),
			"share.cases lacks gate.clause.share, the case of consent; write it there as well");
	for (unsigned i = 0; i < l->r->categories.count; i++) {
		const struct category *k = l->r->categories.rows[i];
		bool needed = listed ? strcmp(k->kind, "service") == 0 : has_own_case(k, l->r);
		if (!itemset_empty(&k->share) && needed && !is_case(l->r, k->share_clause))
			node_complain(setting_place(root, "share.cases"),
				      "share.cases lacks %s, under which category '%s' shares; write it "
				      "there as well",
				      k->share_clause, k->key);
	}
}

/* TJ-5.3.b, NT-3.3.2.b, NT-3.3.3.a: a safeguard that is an act of the organisation is a duty of the policy.
 * Roles, the officer's list of cases and the ledger carry the others. */
static void compare_staff(struct loader *l, struct node root)
{
	static const char *const acts[] = {"background_check", "training", "confidentiality", "liability"};

	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		bool ruled = city_list_has(l->r, "staff.rules", acts[i]), declared = false;
		for (unsigned k = 0; k < l->r->duties.count; k++) {
			const struct duty *d = l->r->duties.rows[k];
			declared = declared || (d->safeguard && strcmp(d->safeguard, acts[i]) == 0);
		}
		if (setting_find(l->r, "staff.rules") && ruled != declared)
			node_complain(setting_place(root, "staff.rules"),
				      ruled ? "staff.rules names '%s', but no duty of the policy has "
					      "safeguard: %s; "
					      "write the duty, or remove the rule"
					    : "staff.rules lacks '%s', for which a duty of the policy has "
					      "safeguard: %s; write it there as well",
				      acts[i], acts[i]);
	}
}

void check_agreements(struct loader *l, struct node root)
{
	for (size_t i = 0; i < sizeof agreements / sizeof *agreements; i++)
		compare(l, root, &agreements[i]);
	compare_contacts(l, root);
	compare_voice(l, root);
	compare_mac(l, root);
	compare_ways(l, root);
	compare_sharing(l, root);
	compare_feedback(l, root);
	compare_staff(l, root);
}
