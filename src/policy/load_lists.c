/* Lists of a city's settings against its registers: what is named in one stands in the other. */
#include "policy/load.h"

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

void compare_lists(struct loader *l, struct node root)
{
	compare_contacts(l, root);
	compare_voice(l, root);
	compare_mac(l, root);
	compare_ways(l, root);
	compare_sharing(l, root);
	compare_feedback(l, root);
	compare_staff(l, root);
}
