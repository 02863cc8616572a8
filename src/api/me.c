/* My information: what is held about me, masked; showing one value; changing one. */
#include "api/api.h"
#include "api/typed.h"
#include "consent/locks.h"

static err my_service(struct api_call *k, const struct service **ret)
{
	*ret = release_service(k->c->release, "my_information");
	if (!*ret)
		FAIL(k->c, ERR_INTERNAL, "the release has no service my_information");
	return OK;
}

static err read_permit(struct api_call *k, const struct facts *f, struct itemset items, bool masked,
		       struct permit **ret)
{
	struct gate_request q = {
		.action = GATE_READ, .items = items, .masked = masked, .now_ms = k->c->now_ms};

	TRY(my_service(k, &q.service));
	q.purpose = q.service->purpose;
	return gate_decide(k->c, k->c->release, f, &q, ret);
}

/* ---- who I am
 * ------------------------------------------------------------------------------------------------------- */

struct profile {
	const char *username, *phone, *name;
};

static err take_profile(struct ctx *c, const struct held *h, void *arg)
{
	struct profile *p = arg;

	(void)c;
	if (strcmp(h->item->key, "username") == 0)
		p->username = h->masked;
	else if (strcmp(h->item->key, "mobile_phone") == 0)
		p->phone = h->masked;
	else if (strcmp(h->item->key, "real_name") == 0)
		p->name = h->masked;
	return OK;
}

static err load_profile(struct api_call *k, const struct facts *f, struct head *h, struct profile *ret)
{
	static const char *const keys[] = {"username", "mobile_phone", "real_name"};
	struct permit *permit = NULL;
	struct itemset items = {0};
	struct locks locks;

	*ret = (struct profile){0};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct item *item = release_item(k->c->release, keys[i]);
		if (item)
			itemset_add(&items, item->number);
	}
	TRY(locks_load(k->c, k->subject_id, &locks));
	TRY(read_permit(k, f, itemset_less(items, locks.closed[LOCK_VIEW]), true, &permit));
	return vault_masked(k->c, permit, h, 0, take_profile, ret);
}

static err newest_version(struct ctx *c, const struct acceptance *a, void *arg)
{
	const char **version = arg;

	(void)c;
	if (!*version && !a->withdrawn_at_ms)
		*version = a->version;
	return OK;
}

static err me_get(struct api_call *k)
{
	struct password_state password;
	const char *version = NULL;
	struct json *j = &k->out;
	struct profile p;
	struct facts f;
	struct head h;

	TRY(api_facts(k, &f, &h));
	TRY(load_profile(k, &f, &h, &p));
	TRY(password_state_get(k->c, k->subject_id, &password));
	TRY(acceptance_list(k->c, k->subject_id, newest_version, &version));
	json_open(j, '{');
	json_put_id(j, "subject_id", k->subject_id);
	json_put_text(j, "username", p.username);
	json_put_text(j, "phone", p.phone);
	json_put_text(j, "name", p.name);
	json_put_int(j, "realname_level", f.realname_level);
	json_put_bool(j, "phone_bound", f.phone_bound);
	json_put_bool(j, "credentials_set", password.set);
	json_put_bool(j, "minor", f.minor);
	json_put_text(j, "accepted_version", version);
	json_close(j, '}');
	return OK;
}

/* ---- what is held
 * ------------------------------------------------------------------------------------------------------ */

static err note_item(struct ctx *c, const struct held *h, void *arg)
{
	(void)c;
	itemset_add(arg, h->item->number);
	return OK;
}

/* Services are kept by their keys; people read their names. */
static const char *shown(const struct release *r, const struct held *h)
{
	bool names_service =
		strcmp(h->item->key, "favorite") == 0 || strcmp(h->item->key, "visited_service") == 0;
	const struct service *s = names_service && h->masked ? release_service(r, h->masked) : NULL;

	return s ? s->name : h->masked;
}

struct holding {
	struct json *j;
	struct locks locks;
};

/* TJ-4.4.f: what is closed, why, by whom and until when; the ground may keep secret by whom. */
static void put_locks(struct json *j, const struct locks *all, const struct item *it)
{
	json_key(j, "locks");
	json_open(j, '[');
	for (size_t i = 0; i < all->count; i++) {
		const struct item_lock *l = &all->list[i];
		if (l->item != it)
			continue;
		json_open(j, '{');
		json_key(j, "acts");
		json_open(j, '[');
		for (int act = 0; act < LOCK_ACTS; act++)
			if (l->acts >> act & 1)
				json_text(j, lock_act_words[act]);
		json_close(j, ']');
		json_put_text(j, "cause", l->cause);
		json_put_text(j, "clause", l->ground->clause);
		json_put_text(j, "officers", l->officers);
		json_put_bool(j, "everybody", l->everybody);
		json_put_time(j, "since", l->set_at_ms);
		json_put_time(j, "until", l->until_ms);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err write_held(struct ctx *c, const struct held *h, void *arg)
{
	const struct category *category = h->category ? release_category(c->release, h->category) : NULL;
	const struct holding *all = arg;
	struct json *j = all->j;

	json_open(j, '{');
	json_put_text(j, "key", h->item->key);
	json_put_text(j, "name", h->item->name);
	json_put_text(j, "kind", h->item->kind);
	json_put_text(j, "masked", shown(c->release, h));
	json_put_bool(j, "sensitive", h->item->sensitive);
	json_put_text(j, "category", h->category);
	json_put_text(j, "category_name", category ? category->name : h->category);
	json_put_text(j, "service", h->service);
	json_put_text(j, "origin", origin_word(h->origin));
	json_put_text(j, "origin_from", origin_from(c->release, h->origin));
	json_put_text(j, "basis", h->basis);
	json_put_text(j, "rule", h->rule);
	json_put_time(j, "collected_at", h->collected_at_ms);
	json_put_time(j, "ends_at", h->ends_at_ms);
	json_put_id(j, "record_id", h->record_id);
	put_locks(j, &all->locks, h->item);
	json_close(j, '}');
	return OK;
}

/* Closed to viewing: that it is held, without what it says. */
static err write_closed(struct ctx *c, const struct held *h, void *arg)
{
	const struct holding *all = arg;

	return lock_of(&all->locks, h->item, LOCK_VIEW) ? write_held(c, h, arg) : OK;
}

/* All of it, masked (TJ-4.1.1.a, NT-4.1.a); that it was shown is an entry. */
static err items_get(struct api_call *k)
{
	struct permit *permit = NULL;
	struct holding all = {.j = &k->out};
	struct itemset items = {0};
	struct facts f;
	struct head h;

	TRY(api_facts(k, &f, &h));
	TRY(locks_load(k->c, k->subject_id, &all.locks));
	TRY(vault_held(k->c, k->subject_id, note_item, &items));
	items = itemset_less(items, all.locks.closed[LOCK_VIEW]);
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	if (!itemset_empty(&items)) {
		TRY(read_permit(k, &f, items, true, &permit));
		TRY(vault_masked(k->c, permit, &h, -1, write_held, &all));
	}
	TRY(vault_held(k->c, k->subject_id, write_closed, &all));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

/* ---- one value
 * ---------------------------------------------------------------------------------------------------------
 */

static err param_item(struct api_call *k, const struct item **ret)
{
	*ret = release_item(k->c->release, arena_copy(k->c->arena, k->q->params[0]));
	if (!*ret)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项信息");
	return OK;
}

/* Refusals about an identified person are entries. */
static err note_refusal(struct api_call *k, struct head *h, const struct item *item, err e)
{
	struct failure failure = k->c->failure;
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = "my_information",
			      .basis = "own_request",
			      .decision = failure.reason,
			      .clause = failure.clause};

	itemset_add(&entry.items, item->number);
	TRY(ledger_write(k->c, h, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	k->c->failure = failure;
	return e;
}

/* A session alone shows no value in clear, sensitive or not (TJ-4.4.a, NT-1.2.1.2.l). */
static err check_again(struct api_call *k, const struct facts *f)
{
	if (f->second_check_until_ms > k->c->now_ms)
		return OK;
	err e = refuse(k->c, "second_check_required", city_text(k->c->release, "gate.clause.second_check"),
		       "查看完整内容前，请再次验证本人身份");
	refuse_next(k->c, "confirm_again", NULL);
	return e;
}

struct search {
	const struct item *item;
	int64_t record_id;
	bool found;
};

static err match_held(struct ctx *c, const struct held *h, void *arg)
{
	struct search *s = arg;

	(void)c;
	s->found |= h->item == s->item && h->record_id == s->record_id;
	return OK;
}

/* A release falls back to the profile; who asks for a certain record is told when it is not there. */
static err check_record(struct api_call *k, const struct item *item, int64_t record_id)
{
	struct search s = {item, record_id, record_id == 0};

	if (!s.found)
		TRY(vault_held(k->c, k->subject_id, match_held, &s));
	if (!s.found)
		FAIL(k->c, ERR_NOT_FOUND, "没有保存这项信息");
	return OK;
}

/* The entry is durable before the value leaves. */
static err item_reveal(struct api_call *k)
{
	RELEASED_SCOPED values = {0};
	const struct item *item;
	struct permit *permit = NULL;
	struct itemset items = {0};
	int64_t record_id = 0;
	struct facts f;
	struct head h;

	TRY(param_item(k, &item));
	if (api_text(k, "record_id").p && !slice_int(api_text(k, "record_id"), &record_id))
		return fail_field(k->c, "record_id", "不是有效的编号");
	TRY(check_record(k, item, record_id));
	itemset_add(&items, item->number);
	TRY(api_facts(k, &f, &h));
	err e = lock_check(k->c, k->subject_id, &items, LOCK_VIEW);
	if (!failed(e))
		e = check_again(k, &f);
	if (!failed(e))
		e = read_permit(k, &f, items, false, &permit);
	if (e.code == ERR_REFUSED)
		return note_refusal(k, &h, item, e);
	TRY(e);
	TRY(vault_release(k->c, permit, &h, record_id, "本人查看完整内容", &values));
	const struct vault_value *v = released_get(&values, item->key);
	if (!v)
		FAIL(k->c, ERR_NOT_FOUND, "没有保存这项信息");
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", item->key);
	json_put_slice(&k->out, "value", v->value);
	json_put_int(&k->out, "usage_n", values.entry_n);
	json_close(&k->out, '}');
	return OK;
}

/* What a person may correct alone; what an authority has confirmed is corrected there. */
static err change_plain(struct api_call *k, const struct item *item)
{
	struct vault_value value = {.item = item, .origin = "typed"};
	struct gate_request q = {.action = GATE_COLLECT, .now_ms = k->c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(my_service(k, &q.service));
	q.purpose = q.service->purpose;
	itemset_add(&q.items, item->number);
	TRY(item_normal(k->c, item, api_text(k, "value"), &value.value));
	TRY(api_facts(k, &f, &h));
	err e = gate_decide(k->c, k->c->release, &f, &q, &permit);
	if (e.code == ERR_REFUSED)
		return note_refusal(k, &h, item, e);
	TRY(e);
	return vault_collect(k->c, permit, &h, 0, "account", &value, 1, NULL, NULL);
}

static err item_put(struct api_call *k)
{
	const struct item *item;
	struct itemset items = {0};
	struct facts f;
	struct head h;

	TRY(param_item(k, &item));
	itemset_add(&items, item->number);
	TRY(api_facts(k, &f, &h));
	err e = lock_check(k->c, k->subject_id, &items, LOCK_CHANGE);
	if (e.code == ERR_REFUSED)
		return note_refusal(k, &h, item, e);
	TRY(e);
	if (strcmp(item->key, "mobile_phone") == 0)
		return phone_change(k->c, k->subject_id, api_text(k, "value"), api_text(k, "sms_code"));
	return change_plain(k, item);
}

const struct api_route api_me_routes[] = {
	{"GET", "/api/v1/me", me_get, API_SESSION, 0, "me_get", "本人账号",
	 .answer = "{subject_id: id, username?: text, phone?: text, name?: text, realname_level: int, "
		   "phone_bound: bool,"
		   " credentials_set: bool, minor: bool, accepted_version?: text}"},
	{"GET", "/api/v1/me/items", items_get, API_SESSION, 0, "me_items", "本人信息（脱敏）",
	 .answer = "{items: [{key: text, name: text, kind: text, masked?: text, sensitive: bool, category: "
		   "text,"
		   " category_name: text, service?: text, origin: text, origin_from?: text, basis: text, "
		   "rule?: text, "
		   "collected_at: time,"
		   " ends_at?: time, record_id: id, locks: [{acts: [text], cause: text, clause: text, "
		   "officers?: text, everybody: bool, since: time, until: time}]}], next?: text}"},
	{"POST", "/api/v1/me/items/{key}/reveal", item_reveal, API_SESSION, API_AGAIN, "me_reveal",
	 "查看一项信息的完整内容", .body = "{record_id?: text}",
	 .answer = "{key: text, value: text, usage_n: int}"},
	{"PUT", "/api/v1/me/items/{key}", item_put, API_SESSION, 0, "me_change", "更正一项信息",
	 .body = "{value: text, sms_code?: text}", .status = 204, .takes = "request_correction"},
	{0},
};
