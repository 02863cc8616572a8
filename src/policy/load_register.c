/* The registers of a policy: SDKs, exceptions with their grounds, cookies, definitions and duties. They name
 * services, and are therefore read after them. */
#include "policy/load.h"
#include "policy/sdk.h"
#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

uint32_t load_words(struct loader *l, struct node list, const char *what, const char *const *words)
{
	uint32_t bits = 0;
	size_t count = 0;

	while (words[count])
		count++;
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++) {
		const char *text = schema_text(&l->in, node_at(list, i), what);
		size_t k = 0;
		while (text && k < count && strcmp(text, words[k]) != 0)
			k++;
		if (text && k < count) {
			bits |= UINT32_C(1) << k;
			continue;
		}
		const char *near = text ? schema_nearest(slice_of(text), words, count) : NULL;
		if (near)
			node_complain(node_at(list, i), "unknown word '%s' in '%s'; did you mean '%s'?", text,
				      what, near);
		else if (text)
			node_complain(node_at(list, i), "unknown word '%s' in '%s'; see cities/README.md",
				      text, what);
	}
	return bits;
}

/* ---- SDKs ---- */

static const char *const triggers[] = {"certificate",
				       "business_licence",
				       "social_security_card",
				       "face",
				       "liveness",
				       "quick_login",
				       "share",
				       "map",
				       "push",
				       "usage_statistics",
				       "fault_report",
				       "browser_engine",
				       "payment_jump",
				       "voice_search",
				       "carrier_check",
				       "app_protection",
				       "map_voice",
				       "company_opening",
				       "app_check",
				       "call_warning",
				       "message_warning",
				       NULL};
static const char *const states[] = {"two_sims", "cloned_space", NULL};

uint32_t sdk_trigger_bit(const char *trigger)
{
	static_assert(COUNT(triggers) <= 33); /* a bit each, and the end of the list */
	for (size_t i = 0; triggers[i]; i++)
		if (strcmp(triggers[i], trigger) == 0)
			return UINT32_C(1) << i;
	return 0;
}

struct reason_form {
	struct sdk_reason x;
	struct node triggers;
};

#define AT(member) offsetof(struct reason_form, member)
static const struct schema_field reason_fields[] = {
	{"key", SCHEMA_KEY, true, AT(x.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(x.name), NULL, NULL},
	{"triggers", SCHEMA_LIST, true, AT(triggers), NULL, "triggers: [share], what it is called for then"},
	{"clause", SCHEMA_CLAUSE, true, AT(x.clause), NULL, NULL},
};
#undef AT
static const struct schema reason_schema = {"a reason for SDKs", reason_fields, COUNT(reason_fields)};

static void load_reason(struct loader *l, struct node map, void *arg)
{
	struct reason_form form = {0};
	struct sdk_reason *x = ARENA_NEW(l->in.arena, struct sdk_reason);

	(void)arg;
	if (!load_row(l, &l->r->sdk_reasons, map, &reason_schema, &form))
		return;
	*x = form.x;
	x->triggers = load_words(l, form.triggers, "triggers", triggers);
	load_add(l, &l->r->sdk_reasons, map, "reason", x->key, x, &x->number);
}

struct sdk_form {
	struct sdk s;
	struct node reason, recipient;
	struct node service, permissions, items, platforms, uses, parts, state_items;
};

#define AT(member) offsetof(struct sdk_form, member)
static const struct schema_field sdk_fields[] = {
	{"key", SCHEMA_KEY, true, AT(s.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(s.name), NULL, NULL},
	{"vendor", SCHEMA_TEXT, true, AT(s.vendor), NULL, "vendor: the full name of the company"},
	{"trigger", SCHEMA_WORD, true, AT(s.trigger), triggers, "trigger: share, push, map …"},
	{"function", SCHEMA_TEXT, true, AT(s.function), NULL, "function: what it does, as people read it"},
	{"reason", SCHEMA_NODE, false, AT(reason), NULL, NULL},
	{"recipient", SCHEMA_NODE, false, AT(recipient), NULL, NULL},
	{"service", SCHEMA_NODE, false, AT(service), NULL, NULL},
	{"permissions", SCHEMA_LIST, true, AT(permissions), NULL, "permissions: [], or keys of permissions"},
	{"items", SCHEMA_LIST, true, AT(items), NULL, "items: [], or keys of items"},
	{"platforms", SCHEMA_NODE, true, AT(platforms), NULL, "platforms: all, or a list such as [android]"},
	{"condition", SCHEMA_TEXT, false, AT(s.condition), NULL, NULL},
	{"policy_url", SCHEMA_TEXT, false, AT(s.policy_url), NULL, NULL},
	{"protocol_only", SCHEMA_FLAG, false, AT(s.protocol_only), NULL, NULL},
	{"consent", SCHEMA_FLAG, false, AT(s.consent), NULL, NULL},
	{"login", SCHEMA_FLAG, false, AT(s.login), NULL, NULL},
	{"refusing", SCHEMA_TEXT, false, AT(s.refusing), NULL, NULL},
	{"state", SCHEMA_WORD, false, AT(s.state), states, "state: two_sims or cloned_space"},
	{"state_items", SCHEMA_LIST, false, AT(state_items), NULL, NULL},
	{"uses", SCHEMA_LIST, false, AT(uses), NULL, "uses: a list of {trigger, permissions, items}"},
	{"parts", SCHEMA_LIST, false, AT(parts), NULL, "parts: [item.part]"},
	{"clause", SCHEMA_CLAUSE, true, AT(s.clause), NULL, NULL},
};
#undef AT
static const struct schema sdk_schema = {"an SDK", sdk_fields, COUNT(sdk_fields)};

struct use_form {
	struct sdk_use u;
	struct node permissions, items;
};

#define AT(member) offsetof(struct use_form, member)
static const struct schema_field use_fields[] = {
	{"trigger", SCHEMA_WORD, true, AT(u.trigger), triggers, "trigger: map, map_voice …"},
	{"permissions", SCHEMA_LIST, true, AT(permissions), NULL, "permissions: [], or keys of permissions"},
	{"items", SCHEMA_LIST, true, AT(items), NULL, "items: [], or keys of items"},
};
#undef AT
static const struct schema use_schema = {"a use of an SDK", use_fields, COUNT(use_fields)};

/* The occasions that an entry lists; without a list its one trigger, with everything. None goes beyond the
 * entry. */
static void load_uses(struct loader *l, struct node list, struct sdk *s)
{
	size_t count = node_is_list(list) ? node_size(list) : 0;
	struct sdk_use *uses = ARENA_ARRAY(l->in.arena, struct sdk_use, count + 1);

	s->uses = uses;
	if (count == 0)
		uses[s->use_count++] = (struct sdk_use){s->trigger, s->permissions, s->items};
	for (size_t i = 0; i < count; i++) {
		struct use_form form = {0};
		if (!schema_read(&l->in, node_at(list, i), &use_schema, &form))
			continue;
		form.u.items = load_itemset(l, form.items, "items", false);
		form.u.permissions = (uint32_t)load_bits(l, &l->r->permissions, form.permissions,
							 "permission", "permissions of this policy");
		if (!itemset_within(&form.u.items, &s->items) || (form.u.permissions & ~s->permissions))
			node_complain(node_at(list, i),
				      "a use of SDK '%s' goes beyond its items or permissions; add them to "
				      "the entry, or remove them here",
				      s->key);
		uses[s->use_count++] = form.u;
	}
}

/* Where the policy gives its reasons for foreign code (NT-1.5.0.a-d), each entry has one of them and is
 * called for nothing else; what brings messages is there for messages. */
static void check_reason(struct loader *l, struct node map, const struct sdk_form *form, const struct sdk *s)
{
	if (l->r->sdk_reasons.count && !node_there(form->reason))
		node_complain(map, "SDK '%s' has no reason; write reason: with one of sdk_reasons", s->key);
	for (size_t i = 0; s->reason && i < s->use_count; i++)
		if (!(s->reason->triggers & sdk_trigger_bit(s->uses[i].trigger)))
			node_complain(map,
				      "SDK '%s' is called when '%s', which is not what the reason '%s' is "
				      "for; give it another reason, or add the trigger to sdk_reasons",
				      s->key, s->uses[i].trigger, s->reason->key);
	if (s->recipient && !sdk_use_find(s, "push"))
		node_complain(map,
			      "SDK '%s' names a recipient, but brings no messages; remove recipient, or "
			      "write trigger: push",
			      s->key);
}

static void load_sdk(struct loader *l, struct node map, void *arg)
{
	struct sdk_form form = {0};
	struct sdk *s = ARENA_NEW(l->in.arena, struct sdk);

	(void)arg;
	if (!load_row(l, &l->r->sdks, map, &sdk_schema, &form))
		return;
	*s = form.s;
	s->platforms = load_platforms(l, form.platforms);
	s->items = load_itemset(l, form.items, "items", false);
	s->permissions = (uint32_t)load_bits(l, &l->r->permissions, form.permissions, "permission",
					     "permissions of this policy");
	if (node_there(form.service))
		s->service = load_reference(l, &l->r->services, form.service, "service", "services");
	if (node_there(form.reason))
		s->reason = load_reference(l, &l->r->sdk_reasons, form.reason, "reason", "sdk_reasons");
	if (node_there(form.recipient))
		s->recipient = load_reference(l, &l->r->recipients, form.recipient, "recipient",
					      "recipients of this policy");
	s->state_items = load_itemset(l, form.state_items, "state_items", false);
	s->parts = load_texts(l, form.parts, "parts", &s->part_count);
	load_uses(l, form.uses, s);
	check_reason(l, map, &form, s);
	load_add(l, &l->r->sdks, map, "SDK", s->key, s, &s->number);
}

/* NT-1.5.0.a: where reasons are given, messages reach phones by a registered SDK only. */
static void check_push_route(struct loader *l, struct node policy)
{
	const struct service *push = model_find(&l->r->services, "push_message");

	if (!l->r->sdk_reasons.count || !push || !push->recipient)
		return;
	for (unsigned i = 0; i < l->r->sdks.count; i++)
		if (sdk_brings_push(l->r->sdks.rows[i], push->recipient))
			return;
	node_complain(node_get(policy, "sdk_reasons"),
		      "no SDK brings the messages of service 'push_message'; write recipient: %s at one with "
		      "trigger: push",
		      push->recipient->key);
}

/* ---- exceptions ---- */

const char *const exception_contexts[] = {
	[EXCEPTION_COLLECT] = "collect",
	[EXCEPTION_SHARE] = "share",
	[EXCEPTION_TRANSFER] = "transfer",
	[EXCEPTION_PUBLISH] = "publish",
	[EXCEPTION_REFUSE_REQUEST] = "refuse_request",
	[EXCEPTION_KEEP] = "keep",
	[EXCEPTION_ACCESS] = "access",
	[EXCEPTION_ABROAD] = "abroad",
	[EXCEPTION_MINOR] = "minor",
	[EXCEPTION_USE] = "use",
	[EXCEPTION_CONTEXTS] = NULL,
};

const char *const exception_need_words[] = {
	[NEED_DOCUMENT] = "document",
	[NEED_OFFICER] = "officer",
	[NEED_SECOND_OFFICER] = "second_officer",
	[NEED_SCOPE] = "scope",
	[NEED_PUBLIC_SOURCE] = "public_source",
	[NEED_OWN_PUBLICATION] = "own_publication",
	[NEED_APPLICATION] = "application",
	[NEED_EVENT] = "event",
	[NEED_REASON] = "reason",
	[NEED_CONSENT] = "consent",
	[NEED_NOTICE] = "notice",
	[NEED_UNDERTAKING] = "undertaking",
	[NEED_DEIDENTIFIED] = "deidentified",
	[NEED_COUNT] = NULL,
};

struct exception_form {
	struct exception e;
	struct node contexts, needs;
};

#define AT(member) offsetof(struct exception_form, member)
static const struct schema_field exception_fields[] = {
	{"key", SCHEMA_KEY, true, AT(e.key), NULL, NULL},
	{"contexts", SCHEMA_LIST, true, AT(contexts), NULL, "contexts: [share, transfer, publish]"},
	{"ground", SCHEMA_TEXT, true, AT(e.ground), NULL, "ground: the case, as people read it"},
	{"needs", SCHEMA_LIST, true, AT(needs), NULL, "needs: [document, officer, scope]"},
	{"secrecy", SCHEMA_FLAG, false, AT(e.secrecy), NULL, NULL},
	{"clause", SCHEMA_CLAUSE, true, AT(e.clause), NULL, NULL},
};
#undef AT
static const struct schema exception_schema = {"an exception", exception_fields, COUNT(exception_fields)};

static void check_exception(const struct exception_form *form, struct node map, const struct exception *e)
{
	if (node_size(form->contexts) == 0)
		node_complain(form->contexts, "exception '%s' holds nowhere; write contexts: [share]",
			      e->key);
	if (node_size(form->needs) == 0)
		node_complain(
			form->needs,
			"exception '%s' could be used without giving anything; write what must be given, "
			"e.g. needs: [document, officer]",
			e->key);
	if (e->secrecy && !exception_needs(e, NEED_SECOND_OFFICER))
		node_complain(map,
			      "exception '%s' may be kept secret by one officer; add second_officer to its "
			      "needs, or remove 'secrecy'",
			      e->key);
}

static void load_exception(struct loader *l, struct node map, void *arg)
{
	struct exception_form form = {0};
	struct exception *e = ARENA_NEW(l->in.arena, struct exception);

	(void)arg;
	if (!load_row(l, &l->r->exceptions, map, &exception_schema, &form))
		return;
	size_t before = l->complaints->size;
	*e = form.e;
	e->contexts = load_words(l, form.contexts, "contexts", exception_contexts);
	e->needs = load_words(l, form.needs, "needs", exception_need_words);
	if (!load_spoiled(l, before))
		check_exception(&form, map, e);
	load_add(l, &l->r->exceptions, map, "exception", e->key, e, &e->number);
}

/* ---- cookies ---- */

static const char *const uses[] = {"session", "identity", "analysis", NULL};

#define AT(member) offsetof(struct cookie, member)
static const struct schema_field cookie_fields[] = {
	{"key", SCHEMA_KEY, true, AT(key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(name), NULL, NULL},
	{"use", SCHEMA_WORD, true, AT(use), uses, "use: session, identity or analysis"},
	{"refusable", SCHEMA_FLAG, false, AT(refusable), NULL, NULL},
	{"effect", SCHEMA_TEXT, false, AT(effect), NULL, NULL},
	{"clause", SCHEMA_CLAUSE, false, AT(clause), NULL, NULL},
};
#undef AT
static const struct schema cookie_schema = {"a cookie", cookie_fields, COUNT(cookie_fields)};

static void load_cookie(struct loader *l, struct node map, void *arg)
{
	struct cookie *k = ARENA_NEW(l->in.arena, struct cookie);

	(void)arg;
	if (!load_row(l, &l->r->cookies, map, &cookie_schema, k))
		return;
	if (k->refusable && !k->effect)
		node_complain(map, "cookie '%s' can be refused; write effect: what suffers then", k->key);
	if (!k->refusable && strcmp(k->use, "analysis") == 0)
		node_complain(map, "cookie '%s' analyses use and cannot be refused; write refusable: true",
			      k->key);
	load_add(l, &l->r->cookies, map, "cookie", k->key, k, &k->number);
}

/* ---- definitions and duties ---- */

#define AT(member) offsetof(struct definition, member)
static const struct schema_field definition_fields[] = {
	{"key", SCHEMA_KEY, true, AT(key), NULL, NULL},
	{"term", SCHEMA_TEXT, true, AT(term), NULL, NULL},
	{"meaning", SCHEMA_TEXT, true, AT(meaning), NULL, NULL},
	{"clause", SCHEMA_CLAUSE, true, AT(clause), NULL, NULL},
};
#undef AT
static const struct schema definition_schema = {"a definition", definition_fields, COUNT(definition_fields)};

static void load_definition(struct loader *l, struct node map, void *arg)
{
	struct definition *d = ARENA_NEW(l->in.arena, struct definition);

	(void)arg;
	if (load_row(l, &l->r->definitions, map, &definition_schema, d))
		load_add(l, &l->r->definitions, map, "definition", d->key, d, &d->number);
}

struct duty_form {
	struct duty d;
	const char *each;
};

static const char *const duty_whom[] = {"staff", NULL};
static const char *const duty_safeguards[] = {"background_check", "training", "confidentiality", "liability",
					      NULL};

#define AT(member) offsetof(struct duty_form, member)
static const struct schema_field duty_fields[] = {
	{"key", SCHEMA_KEY, true, AT(d.key), NULL, NULL},
	{"name", SCHEMA_TEXT, true, AT(d.name), NULL, NULL},
	{"evidence", SCHEMA_TEXT, true, AT(d.evidence), NULL, "evidence: what shows that it was done"},
	{"every_days", SCHEMA_COUNT, true, AT(d.every_days), NULL,
	 "every_days: 365 (0: at the event that the evidence names)"},
	{"each", SCHEMA_WORD, false, AT(each), duty_whom, NULL},
	{"safeguard", SCHEMA_WORD, false, AT(d.safeguard), duty_safeguards, NULL},
	{"clause", SCHEMA_CLAUSE, true, AT(d.clause), NULL, NULL},
};
#undef AT
static const struct schema duty_schema = {"a duty", duty_fields, COUNT(duty_fields)};

static void load_duty(struct loader *l, struct node map, void *arg)
{
	struct duty_form form = {0};
	struct duty *d = ARENA_NEW(l->in.arena, struct duty);

	(void)arg;
	if (!load_row(l, &l->r->duties, map, &duty_schema, &form))
		return;
	*d = form.d;
	d->each_staff = form.each != NULL;
	load_add(l, &l->r->duties, map, "duty", d->key, d, &d->number);
}

/* ---- all of them ---- */

static void load_register(struct loader *l, struct node policy, const char *key, struct table *t,
			  element_fn fn)
{
	struct node list = node_get(policy, key);

	model_rows(l->r, t, node_size(list));
	if (node_size(list) > REGISTER_MAX)
		node_complain(list, "more than %d entries in '%s'; join some", REGISTER_MAX, key);
	else
		load_each(l, list, fn, NULL);
}

void load_registers(struct loader *l, struct node policy)
{
	struct release *r = l->r;

	if (!node_is_map(policy))
		return;
	load_register(l, policy, "sdk_reasons", &r->sdk_reasons, load_reason);
	load_register(l, policy, "sdks", &r->sdks, load_sdk);
	check_push_route(l, policy);
	load_register(l, policy, "exceptions", &r->exceptions, load_exception);
	load_register(l, policy, "cookies", &r->cookies, load_cookie);
	load_register(l, policy, "definitions", &r->definitions, load_definition);
	load_register(l, policy, "duties", &r->duties, load_duty);
}
