/* What the policy lists beside its rules, for anyone to read: foreign code, cookies, definitions, and the
 * vocabulary of items. */
#include "api/api.h"

static void list_open(struct json *j)
{
	json_open(j, '{');
	json_key(j, "items");
	json_open(j, '[');
}

static void list_close(struct json *j)
{
	json_close(j, ']');
	json_close(j, '}');
}

static void put_permissions(struct json *j, const struct release *r, uint32_t permissions)
{
	json_key(j, "permissions");
	json_open(j, '[');
	for (unsigned i = 0; i < release_permission_count(r); i++) {
		const struct permission *p = release_permission_at(r, i);
		if (permissions >> i & 1)
			json_named(j, p->key, p->name);
	}
	json_close(j, ']');
}

static void put_items(struct json *j, const struct release *r, const struct itemset *items)
{
	json_key(j, "items");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++) {
		const struct item *it = release_item_at(r, i);
		if (itemset_has(items, i))
			json_named(j, it->key, it->name);
	}
	json_close(j, ']');
}

static void put_uses(struct json *j, const struct release *r, const struct sdk *s)
{
	json_key(j, "uses");
	json_open(j, '[');
	for (size_t i = 0; i < s->use_count; i++) {
		json_open(j, '{');
		json_put_text(j, "trigger", s->uses[i].trigger);
		put_permissions(j, r, s->uses[i].permissions);
		put_items(j, r, &s->uses[i].items);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err sdks_list(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	list_open(j);
	for (unsigned i = 0; i < release_sdk_count(r); i++) {
		const struct sdk *s = release_sdk_at(r, i);
		json_open(j, '{');
		json_put_text(j, "key", s->key);
		json_put_text(j, "name", s->name);
		json_put_text(j, "vendor", s->vendor);
		json_put_text(j, "function", s->function);
		json_put_text(j, "trigger", s->trigger);
		if (s->reason) {
			json_key(j, "reason");
			json_named(j, s->reason->key, s->reason->name);
		}
		json_put_bool(j, "push", s->recipient != NULL);
		put_permissions(j, r, s->permissions);
		put_items(j, r, &s->items);
		put_uses(j, r, s);
		json_put_text(j, "platforms", s->platforms);
		json_put_bool(j, "protocol_only", s->protocol_only);
		json_put_bool(j, "consent", s->consent);
		json_put_bool(j, "login", s->login);
		json_put_text(j, "state", s->state);
		json_key(j, "state_items");
		itemset_json(j, r, &s->state_items);
		json_put_text(j, "condition", s->condition);
		json_put_text(j, "policy_url", s->policy_url);
		json_put_text(j, "clause", s->clause);
		json_close(j, '}');
	}
	list_close(j);
	return OK;
}

static err cookies_list(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	list_open(j);
	for (unsigned i = 0; i < release_cookie_count(r); i++) {
		const struct cookie *cookie = release_cookie_at(r, i);
		json_open(j, '{');
		json_put_text(j, "key", cookie->key);
		json_put_text(j, "name", cookie->name);
		json_put_text(j, "use", cookie->use);
		json_put_bool(j, "refusable", cookie->refusable);
		json_put_text(j, "effect", cookie->effect);
		json_put_text(j, "clause", cookie->clause);
		json_close(j, '}');
	}
	list_close(j);
	return OK;
}

static err definitions_list(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	list_open(j);
	for (unsigned i = 0; i < release_definition_count(r); i++) {
		const struct definition *d = release_definition_at(r, i);
		json_open(j, '{');
		json_put_text(j, "key", d->key);
		json_put_text(j, "term", d->term);
		json_put_text(j, "meaning", d->meaning);
		json_put_text(j, "clause", d->clause);
		json_close(j, '}');
	}
	list_close(j);
	return OK;
}

/* Whether an item before this one has its kind already. */
static bool kind_seen(const struct release *r, unsigned number)
{
	const char *kind = release_item_at(r, number)->kind;

	for (unsigned i = 0; i < number; i++)
		if (strcmp(release_item_at(r, i)->kind, kind) == 0)
			return true;
	return false;
}

static void put_kind(struct json *j, const struct release *r, unsigned first)
{
	const char *kind = release_item_at(r, first)->kind;

	json_open(j, '{');
	json_put_text(j, "key", kind);
	json_key(j, "items");
	json_open(j, '[');
	for (unsigned i = first; i < release_item_count(r); i++) {
		const struct item *it = release_item_at(r, i);
		if (strcmp(it->kind, kind) != 0)
			continue;
		json_open(j, '{');
		json_put_text(j, "key", it->key);
		json_put_text(j, "name", it->name);
		json_put_bool(j, "sensitive", it->sensitive);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static err items_list(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	json_open(j, '{');
	json_key(j, "kinds");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++)
		if (!kind_seen(r, i))
			put_kind(j, r, i);
	list_close(j);
	return OK;
}

#define NAMED "[{key: text, name: text}]"

const struct api_route api_register_routes[] = {
	{"GET", "/api/v1/sdks", sdks_list, API_ANYONE, 0, "sdk_list", "第三方服务与SDK清单",
	 .answer = "{items: [{key: text, name: text, vendor: text, function: text, trigger: text,"
		   " reason?: {key: text, name: text}, push: bool,"
		   " permissions: " NAMED ", items: " NAMED ","
		   " uses: [{trigger: text, permissions: " NAMED ", items: " NAMED "}], platforms: text,"
		   " protocol_only: bool, consent: bool, login: bool, state?: text, state_items: [text],"
		   " condition?: text, policy_url?: text, clause: text}]}"},
	{"GET", "/api/v1/cookies", cookies_list, API_ANYONE, 0, "cookie_list", "Cookie清单",
	 .answer = "{items: [{key: text, name: text, use: session|identity|analysis, refusable: bool,"
		   " effect?: text, clause?: text}]}"},
	{"GET", "/api/v1/definitions", definitions_list, API_ANYONE, 0, "definition_list", "名词解释",
	 .answer = "{items: [{key: text, term: text, meaning: text, clause: text}]}"},
	{"GET", "/api/v1/items", items_list, API_ANYONE, 0, "item_list", "个人信息词表，按种类",
	 .answer = "{kinds: [{key: text, items: [{key: text, name: text, sensitive: bool}]}]}"},
	{0},
};
