/* city.yaml: nested maps become dotted keys; settings that name things of the release are checked. */
#include "policy/load.h"
#include "policy/settings.h"

struct walk {
	size_t capacity; /* of the release's settings */
};

static void walk_map(struct loader *l, struct walk *w, struct node map, const char *prefix,
		     const char *passed_over);

static bool stands_in(const char **texts, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

/* A list of texts; or of maps with a key each, whose other members become list.key.member. */
static void walk_list(struct loader *l, struct walk *w, struct node list, const char *key)
{
	const char **texts = ARENA_ARRAY(l->in.arena, const char *, node_size(list) + 1);
	size_t count = 0;

	for (size_t i = 0; i < node_size(list); i++) {
		struct node at = node_at(list, i);
		if (!node_is_map(at)) {
			const char *text = schema_text(&l->in, at, key);
			if (text)
				texts[count++] = text;
			continue;
		}
		struct node name = node_get(at, "key");
		if (!node_there(name)) {
			node_complain(at, "an entry of '%s' has no 'key'; write key: …", key);
			continue;
		}
		texts[count] = schema_key(&l->in, name, "key");
		if (stands_in(texts, count, texts[count]))
			node_complain(name, "'%s' stands twice in '%s'; give this one another key",
				      texts[count], key);
		else if (texts[count])
			walk_map(l, w, at, arena_printf(l->in.arena, "%s.%s", key, texts[count++]), "key");
	}
	setting_put(l->r, &w->capacity, (struct setting){.key = key, .list = texts, .count = count});
}

static void walk_value(struct loader *l, struct walk *w, struct node name, struct node at, const char *key)
{
	if (node_is_map(at)) {
		walk_map(l, w, at, key, NULL);
		return;
	}
	setting_check(&l->in, name, at, key);
	if (node_is_list(at)) {
		walk_list(l, w, at, key);
	} else if (node_there(at)) {
		if (node_text(at).n > 0)
			setting_put(
				l->r, &w->capacity,
				(struct setting){.key = key, .text = arena_copy(l->in.arena, node_text(at))});
	}
}

/* passed_over: the member by which a row of a list is named, or NULL. */
static void walk_map(struct loader *l, struct walk *w, struct node map, const char *prefix,
		     const char *passed_over)
{
	if (!node_check_keys(map))
		return;
	for (size_t i = 0; i < node_size(map); i++) {
		struct node at = node_key_at(map, i);
		const char *name = schema_key(&l->in, at, "key");
		if (name && !(passed_over && strcmp(name, passed_over) == 0))
			walk_value(l, w, at, node_value_at(map, i),
				   prefix ? arena_printf(l->in.arena, "%s.%s", prefix, name) : name);
	}
}

struct node setting_place(struct node map, const char *dotted)
{
	struct node at = map;

	while (*dotted && node_is_map(at)) {
		size_t n = strcspn(dotted, ".");
		struct node next = {at.tree, NULL};
		for (size_t i = 0; i < node_size(at); i++)
			if (slice_eq(node_text(node_key_at(at, i)), (struct slice){dotted, n}))
				next = node_value_at(at, i);
		if (!next.n)
			return at;
		at = next;
		dotted += n + (dotted[n] == '.');
	}
	return at;
}

static void check_required(struct loader *l, struct node root)
{
	static const char *const required[] = {"key", "name", "city_name", "controller", "contact.hotlines"};

	for (size_t i = 0; i < sizeof required / sizeof *required; i++)
		if (!setting_find(l->r, required[i]))
			node_complain(
				setting_place(root, required[i]),
				"the city has no '%s'; write it, the policy page and every receipt show it",
				required[i]);
}

/* Settings whose values are keys of the release. */
static void check_references(struct loader *l, struct node root)
{
	const struct {
		const char *key, *noun, *where;
		const struct table *table;
	} checked[] = {
		{"register.fields", "item", "common/items.yaml", &l->r->items},
		{"register.follow", "item", "common/items.yaml", &l->r->items},
		{"login.names", "item", "common/items.yaml", &l->r->items},
		{"share.partner_items", "item", "common/items.yaml", &l->r->items},
		{"register.authority", "recipient", "the policy", &l->r->recipients},
		{"withdraw.kept", "class", "legal_retention of the policy", &l->r->retentions},
		{"gate.rights", "service", "services", &l->r->services},
		{"hotline.service", "service", "services", &l->r->services},
		{"transfer.affiliates", "recipient", "the policy", &l->r->recipients},
	};

	for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
		struct node at = setting_place(root, checked[i].key);
		if (!setting_find(l->r, checked[i].key))
			continue;
		bool word = strcmp(checked[i].key, "transfer.affiliates") == 0; /* of an earlier release */
		if (node_is_scalar(at) && !word)
			(void)load_reference(l, checked[i].table, at, checked[i].noun, checked[i].where);
		for (size_t k = 0; node_is_list(at) && k < node_size(at); k++)
			if (node_is_scalar(node_at(at, k)))
				(void)load_reference(l, checked[i].table, node_at(at, k), checked[i].noun,
						     checked[i].where);
	}
}

/* Nothing is sent abroad where the city never does that (border.mode). */
static void check_border(struct loader *l, struct node root)
{
	const char *mode = city_text(l->r, "border.mode");

	for (unsigned i = 0; mode && strcmp(mode, "never") == 0 && i < l->r->recipients.count; i++) {
		const struct recipient *to = l->r->recipients.rows[i];
		if (!city_inside(l->r, to->region))
			node_complain(
				setting_place(root, "border.mode"),
				"recipient '%s' stands in %s, but border.mode is never; remove the recipient",
				to->key, to->region);
	}
}

/* Personal data are stored inside the country (TJ-3.1.a, TJ-5.2.a, NT-3.2.a). */
static void check_storage(struct loader *l, struct node root)
{
	static const char *const places[] = {"storage.region", "storage.backup_region"};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *region = city_text(l->r, places[i]);
		if (region && !city_inside(l->r, region))
			node_complain(setting_place(root, places[i]),
				      "%s is %s, outside the country; store inside it, write CN", places[i],
				      region);
	}
}

/* A step that nobody owns is done by nobody (TJ-5.3.a); a control names its standard (NT-0.3.b). */
static void check_members(struct loader *l, struct node root, const char *list, const char *member,
			  const char *what)
{
	size_t count = 0;
	const char *const *keys = city_list(l->r, list, &count);
	char key[200];

	for (size_t i = 0; i < count; i++) {
		snprintf(key, sizeof key, "%s.%s.%s", list, keys[i], member);
		if (!city_text(l->r, key))
			node_complain(setting_place(root, list), "'%s' of %s has no %s; write %s: %s",
				      keys[i], list, member, member, what);
	}
}

static void check_security(struct loader *l, struct node root)
{
	check_members(l, root, "security.workflow", "name", "what is done");
	check_members(l, root, "security.workflow", "owner", "the unit that does it");
	check_members(l, root, "security.controls", "name", "what is done");
	check_members(l, root, "security.controls", "standard", "the standard it follows");
	check_members(l, root, "security.controls", "phase", "collect, use, store, send or manage");
}

void load_city(struct loader *l, struct node map)
{
	struct walk w = {0};

	if (!node_is_map(map)) {
		node_complain(map, "the city's settings must be a map; write key: …");
		return;
	}
	walk_map(l, &w, map, NULL, NULL);
	check_required(l, map);
	check_references(l, map);
	check_border(l, map);
	check_storage(l, map);
	check_security(l, map);
	l->r->city = city_text(l->r, "key");
}
