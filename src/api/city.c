/* The city: names, contacts, features. Everything that a client does differently from city to city is here.
 */
#include "api/api.h"
#include "consent/preferences.h"
#include "identity/prefill.h"
#include "services/device.h"
#include "services/ratings.h"

static void put_list(struct json *j, const struct release *r, const char *member, const char *setting)
{
	size_t n = 0;
	const char *const *list = city_list(r, setting, &n);

	json_key(j, member);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, list[i]);
	json_close(j, ']');
}

static void put_theme(struct json *j, const struct release *r)
{
	json_key(j, "theme");
	json_open(j, '{');
	json_put_text(j, "primary", city_text(r, "theme.primary"));
	json_put_text(j, "accent", city_text(r, "theme.accent"));
	json_put_text(j, "background", city_text(r, "theme.background"));
	json_close(j, '}');
}

static void put_contacts(struct json *j, const struct release *r)
{
	json_key(j, "contacts");
	json_open(j, '{');
	put_list(j, r, "hotlines", "contact.hotlines");
	json_put_text(j, "address", city_text(r, "contact.address"));
	json_put_text(j, "unit", city_text(r, "contact.unit"));
	json_close(j, '}');
}

static void put_register_fields(struct json *j, const struct release *r)
{
	size_t n = 0;
	const char *const *keys = city_list(r, "register.fields", &n);

	json_key(j, "register_fields");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct item *item = release_item(r, keys[i]);
		json_open(j, '{');
		json_put_text(j, "item", keys[i]);
		json_put_text(j, "name", item ? item->name : keys[i]);
		json_put_text(j, "kind", item ? item->validator : "text");
		json_put_text(j, "hint", item ? item->format : NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* What each way of proving the name asks. */
static void put_realname_forms(struct ctx *c, struct json *j)
{
	const struct release *r = c->release;
	size_t n = 0;
	const char *const *methods = city_list(r, "realname.methods", &n);

	json_key(j, "realname_forms");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct service *s =
			release_service(r, arena_printf(c->arena, "realname_%s", methods[i]));
		json_open(j, '{');
		json_put_text(j, "method", methods[i]);
		json_key(j, "fields");
		json_open(j, '[');
		for (size_t k = 0; s && k < s->field_count; k++) {
			const struct service_field *f = &s->fields[k];
			if (f->sensed)
				continue;
			json_open(j, '{');
			json_put_text(j, "item", f->item->key);
			json_put_text(j, "name", f->label ? f->label : f->item->name);
			json_put_text(j, "kind", f->item->validator);
			json_put_text(j, "hint", f->hint);
			json_put_bool(j, "required", f->required);
			json_close(j, '}');
		}
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_scopes(struct ctx *c, struct json *j)
{
	size_t n = 0;
	const char *const *keys = city_list(c->release, "cancel.scopes", &n);

	json_key(j, "cancel_scopes");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_put_text(j, "key", keys[i]);
		json_put_text(j, "name",
			      city_text(c->release, arena_printf(c->arena, "cancel.names.%s", keys[i])));
		json_put_text(j, "text",
			      city_text(c->release, arena_printf(c->arena, "cancel.texts.%s", keys[i])));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* All that one service asks a consent of its own for: what is sensitive, and what is compared with an
 * authority. */
static err put_consent(struct ctx *c, struct json *j, const char *member, const struct service *s)
{
	struct itemset items = s ? consent_offer_items(c->release, s) : (struct itemset){0};
	BUF_SCOPED text = {0};
	char hash[65];

	json_key(j, member);
	if (itemset_empty(&items)) {
		json_none(j);
		return OK;
	}
	buf_init(&text, 64 * 1024);
	TRY(consent_text(c, c->release, s, &items, s->recipient, &text, hash));
	json_open(j, '{');
	json_put_text(j, "scope", s->key);
	json_put_text(j, "recipient", s->recipient ? s->recipient->key : NULL);
	json_key(j, "items");
	itemset_json(j, c->release, &items);
	json_put_slice(j, "text", buf_slice(&text));
	json_put_text(j, "text_hash", hash);
	json_close(j, '}');
	return OK;
}

/* The forms that a source may fill in, and the text to be ticked for it each time. */
static err put_prefills(struct ctx *c, struct json *j)
{
	static const char *const sources[] = {"number", "account"};

	json_key(j, "prefills");
	json_open(j, '[');
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct service *s = prefill_service(c->release, sources[i]);
		if (!s)
			continue;
		json_open(j, '{');
		json_put_text(j, "source", sources[i]);
		json_put_text(j, "name", s->name);
		json_put_text(j, "from", s->recipient ? s->recipient->name : NULL);
		put_list(j, c->release, "forms", arena_printf(c->arena, "prefill.%s", sources[i]));
		TRY(put_consent(c, j, "consent", s));
		json_close(j, '}');
	}
	json_close(j, ']');
	return OK;
}

/* Of the way to a screen, "我的 > APP功能反馈", the name of the entry itself. */
static const char *last_step(const char *way)
{
	const char *at = way ? strrchr(way, '>') : NULL;

	return at ? at + 1 + strspn(at + 1, " ") : way;
}

/* The page between the settings and the password, "我的 > 设置 > 账户安全 > 修改密码"; NULL: the settings
 * hold what belongs to the account themselves. */
static const char *account_page(struct ctx *c)
{
	const char *way = city_text(c->release, "screens.password");
	const char *step[3] = {way, NULL, NULL}; /* the last three, the last one first */

	for (const char *at = way; at && (at = strstr(at, " > ")); step[0] = at += 3) {
		step[2] = step[1];
		step[1] = step[0];
	}
	if (!step[2] || strncmp(step[2], "设置 > ", strlen("设置 > ")) != 0)
		return NULL;
	return arena_printf(c->arena, "%.*s", (int)(step[0] - 3 - step[1]), step[1]);
}

static err put_features(struct ctx *c, struct json *j)
{
	const struct release *r = c->release;
	const char *unsubscribe = city_text(r, "message.unsubscribe");

	json_key(j, "features");
	json_open(j, '{');
	put_register_fields(j, r);
	put_list(j, r, "register_follow", "register.follow");
	put_list(j, r, "login_methods", "login.methods");
	put_list(j, r, "login_names", "login.names");
	put_list(j, r, "realname_methods", "realname.methods");
	put_realname_forms(c, j);
	json_put_bool(j, "policy_reading", city_flag(r, "policy.reading"));
	json_put_int(j, "reading_min_seconds", city_int(r, "policy.reading_min_seconds", 0));
	json_put_text(j, "permission_timing", city_text(r, "permission.timing"));
	put_list(j, r, "permission_first_entry", "permission.first_entry");
	put_scopes(c, j);
	json_put_text(j, "my_info_title", city_text(r, "screens.my_info"));
	json_put_text(j, "feedback_title", last_step(city_text(r, "screens.feedback")));
	json_put_text(j, "policy_title", last_step(city_text(r, "screens.policy")));
	json_put_text(j, "cancel_title", last_step(city_text(r, "screens.cancel")));
	json_put_text(j, "account_page", account_page(c));
	json_put_text(j, "hotline_service", city_text(r, "hotline.service"));
	json_put_text(j, "guest_browse", city_text(r, "guest.browse"));
	json_put_bool(j, "history", city_flag(r, "history.enabled"));
	json_put_bool(j, "personal", city_flag(r, "personal.enabled"));
	json_put_bool(j, "wishes", release_service(r, "personal_wishes") != NULL);
	json_put_bool(j, "photo_places", release_service(r, "photo_place") != NULL);
	json_put_bool(j, "ratings", rating_is_taken(c));
	json_put_bool(j, "device_link", device_links(c));
	json_put_bool(j, "promotions", city_flag(r, "campaign.enabled") && city_text(r, "campaign.service"));
	json_put_bool(j, "partner_data", city_text(r, "indirect.service") != NULL);
	json_put_bool(j, "cookie_choice", cookie_of_use(r, "analysis") || cookie_of_use(r, "identity"));
	json_put_bool(j, "unsubscribe_all", unsubscribe && strcmp(unsubscribe, "all") == 0);
	json_put_bool(j, "realname_again", city_flag(r, "realname.again"));
	TRY(put_consent(c, j, "consent_register", release_service(r, "account")));
	TRY(put_prefills(c, j));
	json_close(j, '}');
	return OK;
}

static void put_categories(struct json *j, const struct release *r)
{
	json_key(j, "categories");
	json_open(j, '[');
	for (unsigned i = 0; i < release_category_count(r); i++) {
		const struct category *k = release_category_at(r, i);
		if (strcmp(k->kind, "service") != 0)
			continue;
		json_named(j, k->key, k->name);
	}
	json_close(j, ']');
}

static void put_permissions(struct json *j, const struct release *r)
{
	json_key(j, "permissions");
	json_open(j, '[');
	for (unsigned i = 0; i < release_permission_count(r); i++) {
		const struct permission *p = release_permission_at(r, i);
		json_open(j, '{');
		json_put_text(j, "key", p->key);
		json_put_text(j, "name", p->name);
		json_put_text(j, "why", p->why);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_tabs(struct ctx *c, struct json *j)
{
	size_t n = 0;
	const char *const *keys = city_list(c->release, "tabs", &n);

	json_key(j, "tabs");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_put_text(j, "key", keys[i]);
		json_put_text(j, "name",
			      city_text(c->release, arena_printf(c->arena, "tabs.%s.name", keys[i])));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The first number of a clause is that of the chapter that states it. */
static void put_chapters(struct json *j, const struct release *r)
{
	const char *title, *key = NULL;

	json_key(j, "chapters");
	json_open(j, '[');
	for (size_t i = 0; (title = release_chapter_title(r, i, &key)); i++) {
		json_named(j, key, title);
	}
	json_close(j, ']');
}

static err city_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_text(j, "key", release_city(r));
	json_put_text(j, "name", city_text(r, "name"));
	json_put_text(j, "city_name", city_text(r, "city_name"));
	json_put_text(j, "controller", city_text(r, "controller"));
	put_theme(j, r);
	put_contacts(j, r);
	json_put_text(j, "policy_version", release_version(r));
	TRY(put_features(k->c, j));
	put_categories(j, r);
	put_permissions(j, r);
	put_tabs(k->c, j);
	put_chapters(j, r);
	json_close(j, '}');
	return OK;
}

#define CONSENT "{scope: text, recipient?: text, items: [text], text: text, text_hash: text}"
#define NAMED "[{key: text, name: text}]"

const struct api_route api_city_routes[] = {
	{"GET", "/api/v1/city", city_get, API_ANYONE, 0, "city_get", "城市名称、联系方式和功能",
	 .answer = "{key: text, name: text, city_name: text, controller: text,"
		   " theme: {primary: text, accent: text, background: text},"
		   " contacts: {hotlines: [text], address: text, unit: text}, policy_version: text,"
		   " features: {register_fields: [{item: text, name: text, kind: text, hint?: text}],"
		   "  register_follow: [text], login_methods: [text], login_names: [text], realname_methods: "
		   "[text], realname_forms: [{method: text, fields: [{item: text, name: text, kind: text, "
		   "hint?: text, required: bool}]}],"
		   "  policy_reading: bool, reading_min_seconds: int, permission_timing: text,"
		   "  permission_first_entry: [text], cancel_scopes: [{key: text, name: text, text: text}],"
		   "  my_info_title: text, feedback_title?: text, account_page?: text, hotline_service?: "
		   "text, guest_browse: "
		   "text, history: bool, "
		   "personal: bool, ratings: bool, promotions: bool, partner_data: bool, device_link: bool, "
		   "photo_places: bool, "
		   "wishes: bool, "
		   "cookie_choice: bool, "
		   "unsubscribe_all: bool,"
		   "  realname_again: bool, consent_register?: " CONSENT ", prefills: [{source: text, name: "
		   "text, from?: text,"
		   "  forms: [text], consent?: " CONSENT "}]},"
		   " categories: " NAMED ", permissions: [{key: text, name: text, why: text}], tabs: " NAMED
		   ", chapters: " NAMED "}"},
	{0},
};
