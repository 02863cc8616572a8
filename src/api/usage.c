/* Who used my data: the person's list, receipts, and the signed head. */
#include "api/api.h"
#include "ops/overview.h"

struct word {
	const char *key, *name;
};

static const char *named(const struct word *words, const char *key)
{
	for (; key && words->key; words++) {
		if (strcmp(words->key, key) == 0)
			return words->name;
	}
	return key;
}

static const struct word action_words[] = {
	{"collect", "收集"},
	{"read", "读取"},
	{"share", "向单位提供"},
	{"sent", "提供结果"},
	{"refuse", "拒绝"},
	{"consent", "同意"},
	{"withdraw", "撤回"},
	{"change", "变更"},
	{"login", "登录与验证"},
	{"delete", "删除"},
	{0},
};

static const struct word decision_words[] = {
	{"allowed", "已允许"},
	{"sent", "已送达"},
	{"not_sent", "未发出"},
	{"unknown", "结果未知"},
	{"mismatch", "核验不一致"},
	{"login_failed", "未成功"},
	{"not_declared", "政策未声明，已拒绝"},
	{"consent_required", "未经同意，已拒绝"},
	{"permission_required", "未开启权限，已拒绝"},
	{"realname_required", "未实名，已拒绝"},
	{"guardian_required", "须监护人同意，已拒绝"},
	{"second_check_required", "未通过再次验证，已拒绝"},
	{"login_required", "未登录，已拒绝"},
	{"locked", "已锁定，已拒绝"},
	{"gone", "已注销，已拒绝"},
	{0},
};

static const struct word actor_words[] = {
	{"person", "本人"},
	{"system", "系统自动处理"},
	{"nobody", "未登录的访问者"},
	{"staff", "工作人员"},
	{0},
};

struct listing {
	struct api_call *k;
	struct api_page page;
	const char *product, *purpose; /* only these uses; NULL: all entries */
	int64_t last_n;
	int seen;
};

static void put_actor(struct json *j, const struct usage *u)
{
	json_key(j, "actor");
	json_open(j, '{');
	json_put_text(j, "kind", u->actor_kind);
	json_put_text(j, "name", u->actor_name ? u->actor_name : named(actor_words, u->actor_kind));
	json_put_text(j, "role", u->actor_role);
	json_close(j, '}');
}

static void put_items(struct json *j, const struct release *r, const struct usage *u)
{
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < u->item_count; i++) {
		const struct item *item = release_item(r, u->items[i]);
		json_named(j, u->items[i], item ? item->name : u->items[i]);
	}
	json_close(j, ']');
}

/* "sdk:key" is foreign code in a client: told by its vendor and its name. */
static void put_recipient(struct json *j, struct ctx *c, const char *key)
{
	const struct recipient *to = key ? release_recipient(c->release, key) : NULL;
	const struct sdk *sdk = key && strncmp(key, "sdk:", 4) == 0 ? release_sdk(c->release, key + 4) : NULL;

	json_put_text(j, "recipient", key);
	json_put_text(j, "recipient_name",
		      sdk  ? arena_printf(c->arena, "%s（%s）", sdk->vendor, sdk->name)
		      : to ? to->name
			   : key);
}

/* "sdk:key" is why foreign code was called. */
static const char *purpose_name(const struct release *r, const char *key)
{
	const struct purpose *p = key ? release_purpose(r, key) : NULL;
	const struct sdk_reason *why =
		key && strncmp(key, "sdk:", 4) == 0 ? release_sdk_reason(r, key + 4) : NULL;

	if (key && strcmp(key, "show_masked") == 0 && !p)
		return "脱敏显示";
	return p ? p->name : why ? why->name : key;
}

static void put_names(struct json *j, struct ctx *c, const struct usage *u)
{
	const struct release *r = c->release;
	const struct service *s = u->service ? release_service(r, u->service) : NULL;

	json_put_text(j, "service", u->service);
	json_put_text(j, "service_name", s ? s->name : u->service);
	json_put_text(j, "purpose", u->purpose);
	json_put_text(j, "purpose_name", purpose_name(r, u->purpose));
	put_recipient(j, c, u->recipient);
}

/* In words, when it was on a ground of the city's list in the place of consent. */
static const char *ground_of(const struct release *r, const char *basis)
{
	static const char prefix[] = "exception:";
	const struct exception *e = NULL;

	if (basis && strncmp(basis, prefix, sizeof prefix - 1) == 0)
		e = release_exception(r, basis + sizeof prefix - 1);
	return e ? e->ground : NULL;
}

/* Notes how far the list was looked through. */
static bool is_asked_for(struct listing *l, const struct usage *u)
{
	const char *product = use_product(u);

	if (!l->product)
		return true;
	l->seen++;
	if (l->page.more)
		return false;
	l->last_n = u->n;
	return product && strcmp(product, l->product) == 0 && strcmp(u->purpose, l->purpose) == 0;
}

static err write_usage(struct ctx *c, const struct usage *u, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;

	if (!is_asked_for(l, u) || !api_page_row(&l->page, u->n))
		return OK;
	json_open(j, '{');
	json_put_int(j, "n", u->n);
	json_put_time(j, "at", u->at_ms);
	put_actor(j, u);
	json_put_text(j, "action", u->action);
	json_put_text(j, "action_name", named(action_words, u->action));
	put_names(j, c, u);
	put_items(j, c->release, u);
	json_put_text(j, "basis", u->basis);
	json_put_text(j, "ground", ground_of(c->release, u->basis));
	json_put_bool(j, "deferred", u->deferred != NULL);
	json_put_text(j, "decision", u->decision);
	json_put_text(j, "decision_name", named(decision_words, u->decision));
	json_put_text(j, "clause", u->clause);
	json_put_text(j, "note", u->note);
	json_put_text(j, "policy_version", u->policy_version);
	if (u->ref_id)
		json_put_id(j, "ref_id", u->ref_id);
	json_close(j, '}');
	return OK;
}

enum { LOOK_BATCH = 100, LOOK_BATCHES = 20 };

/* Sealed entries cannot be searched: the list is looked through, and goes on from there. */
static err write_uses(struct api_call *k, struct listing *l)
{
	bool ended = false;

	l->last_n = l->page.before;
	for (int i = 0; i < LOOK_BATCHES && !ended && !l->page.more; i++) {
		l->seen = 0;
		TRY(ledger_usage(k->c, k->subject_id, l->last_n, LOOK_BATCH, write_usage, l));
		ended = l->seen < LOOK_BATCH;
	}
	if (!ended && !l->page.more) {
		l->page.more = true;
		l->page.last = l->last_n;
	}
	return OK;
}

static const char *query_text(const struct api_call *k, const char *name)
{
	struct slice s = http_query(k->q, name);

	return s.n ? arena_copy(k->c->arena, s) : NULL;
}

static err usage_get(struct api_call *k)
{
	struct listing l = {.k = k};

	const char *product = query_text(k, "product"), *purpose = query_text(k, "purpose");

	if ((product == NULL) != (purpose == NULL))
		return fail_field(k->c, product ? "purpose" : "product", "产品和用途须一起写明");
	l.product = product;
	l.purpose = purpose;
	TRY(api_page_open(k, &l.page));
	if (product)
		TRY(write_uses(k, &l));
	else
		TRY(ledger_usage(k->c, k->subject_id, l.page.before, l.page.limit + 1, write_usage, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* ---- in sum ---- */

/* The parts that the policy lists, used or not (NT-1.4.b). */
static void put_parts(struct json *j, const struct release *r)
{
	const struct purpose *whole = NULL;

	json_key(j, "parts");
	json_open(j, '[');
	for (unsigned i = 0; i < release_purpose_count(r); i++) {
		const struct purpose *p = release_purpose_at(r, i);
		if (p->within)
			json_named(j, p->key, p->name);
		if (p->parted)
			whole = p;
	}
	json_close(j, ']');
	json_put_text(j, "whole", whole ? whole->name : NULL);
}

static const char *product_name(struct ctx *c, const char *key)
{
	const struct sdk *sdk = strncmp(key, "sdk:", 4) == 0 ? release_sdk(c->release, key + 4) : NULL;
	const char *name = analysis_product_name(c, key);

	return sdk ? sdk->name : name ? name : "已停止的服务";
}

static void put_line(struct json *j, struct ctx *c, const struct use_line *u)
{
	const struct release *r = c->release;

	json_open(j, '{');
	json_put_text(j, "product", u->product);
	json_put_text(j, "product_name", product_name(c, u->product));
	json_put_text(j, "purpose", u->purpose);
	json_put_text(j, "purpose_name", purpose_name(r, u->purpose));
	json_put_int(j, "times", u->times);
	json_put_time(j, "last_at", u->last_at_ms);
	json_put_int(j, "last_n", u->last_n);
	json_key(j, "items");
	itemset_json_named(j, r, &u->items);
	json_close(j, '}');
}

/* What was counted for ourselves; an officer's own words of what for stay in the office. */
static err put_set(struct ctx *c, const struct analysis_sum *a, void *arg)
{
	struct json *j = arg;
	const struct purpose *p = release_purpose(c->release, *a->part ? a->part : "improve");
	const char *at = a->fields;

	json_open(j, '{');
	json_put_int(j, "times", a->times);
	json_put_time(j, "last_at", a->last_at_ms);
	json_put_text(j, "product_name", *a->product ? product_name(c, a->product) : NULL);
	json_put_text(j, "purpose_name", p ? p->name : "统计");
	json_key(j, "fields");
	json_open(j, '[');
	while (*at) {
		size_t n = strcspn(at, " ");
		const char *name = analysis_field_name(c, arena_copy(c->arena, slice_bytes(at, n)));
		if (name)
			json_text(j, name);
		at += n + (at[n] == ' ');
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

static err overview_get(struct api_call *k)
{
	struct use_overview o;
	struct json *j = &k->out;

	TRY(use_overview_get(k->c, k->subject_id, &o));
	json_open(j, '{');
	if (o.since_ms)
		json_put_time(j, "since", o.since_ms);
	json_put_bool(j, "complete", o.complete);
	put_parts(j, k->c->release);
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < o.count; i++)
		put_line(j, k->c, &o.lines[i]);
	json_close(j, ']');
	json_key(j, "sets");
	json_open(j, '[');
	TRY(use_overview_sets(k->c, k->subject_id, put_set, j));
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

static err receipt_get(struct api_call *k)
{
	int64_t n = 0;

	TRY(api_param_id(k, 0, &n));
	k->a->content_type = "application/json; charset=utf-8";
	return ledger_receipt(k->c, k->subject_id, n, &k->a->body);
}

static err head_get(struct api_call *k)
{
	k->a->content_type = "application/json; charset=utf-8";
	return ledger_signed_head(k->c, k->subject_id, &k->a->body);
}

#define KEY_NAME "{key: text, name: text}"

const struct api_route api_usage_routes[] = {
	{"GET", "/api/v1/me/usage", usage_get, API_SESSION, 0, "usage_list", "谁用过我的信息",
	 .query = "cursor limit product purpose",
	 .answer = "{items: [{n: int, at: time, actor: {kind: text, name: text, role?: text}, action: text,"
		   " action_name: text, service?: text, service_name?: text, purpose?: text, purpose_name?: "
		   "text,"
		   " recipient?: text, recipient_name?: text, items: [{key: text, name: text}], basis?: "
		   "text, ground?: text, deferred: bool,"
		   " decision: text, decision_name: text, clause?: text, note?: text, policy_version?: text,"
		   " ref_id?: id}], next?: text}"},
	{"GET", "/api/v1/me/usage/overview", overview_get, API_SESSION, API_SLOW, "usage_overview",
	 "我的信息的使用情况：按产品和用途，用过几次、最近一次、哪些信息",
	 .answer =
		 "{since?: time, complete: bool, parts: [" KEY_NAME "], whole?: text, items: [{product: text,"
		 " product_name: text, purpose: text, purpose_name: text, times: int, last_at: time,"
		 " last_n: int, items: [" KEY_NAME
		 "]}], sets: [{times: int, last_at: time, product_name?: text,"
		 " purpose_name: text, fields: [text]}]}"},
	{"GET", "/api/v1/me/usage/head", head_get, API_SESSION, API_NOT_JSON, "usage_head",
	 "已签名的记录末端", .answer = "{*: any}"},
	{"GET", "/api/v1/me/usage/{n}/receipt", receipt_get, API_SESSION, API_NOT_JSON, "usage_receipt",
	 "一条记录的回执", .answer = "{*: any}"},
	{0},
};
