/* The consent centre: all that I agreed to, by which ways I may take it back here, what would then stop and
 * stay; and taking it back. */
#include "account/account.h"
#include "api/api.h"
#include "services/cases.h"

/* ---- the answer about a withdrawal, before and after it ---- */

struct case_count {
	const struct withdrawal *w;
	int64_t count;
};

static err count_case(struct ctx *c, const struct service_case *k, void *arg)
{
	struct case_count *n = arg;

	(void)c;
	for (size_t i = 0; i < n->w->consent_count; i++)
		if (strcmp(n->w->consents[i].service_key, k->service) == 0) {
			n->count++;
			return OK;
		}
	return OK;
}

static void put_keep(struct json *j, const char *name, const char *rule, int64_t until_ms)
{
	json_open(j, '{');
	json_put_text(j, "name", name);
	json_put_text(j, "rule", rule);
	json_put_time(j, "until", until_ms);
	json_close(j, '}');
}

/* What departments did stays theirs to show (TJ-4.2.3.b, NT-4.4.c). */
static err put_keeps(struct api_call *k, const struct withdrawal *w)
{
	struct case_count cases = {w, 0};
	struct json *j = &k->out;

	if (k->subject_id)
		TRY(case_list(k->c, k->subject_id, 0, 1000, count_case, &cases));
	json_key(j, "keeps");
	json_open(j, '[');
	if (cases.count)
		put_keep(j,
			 arena_printf(k->c->arena, "已提交的 %lld 件办件及办理记录", (long long)cases.count),
			 "撤回之前进行的处理仍然有效，按该服务的保存期限保存", 0);
	for (size_t i = 0; i < w->keep_count; i++)
		put_keep(j, w->keeps[i].name, w->keeps[i].rule, w->keeps[i].until_ms);
	json_close(j, ']');
	return OK;
}

static void put_stop(struct json *j, struct ctx *c, const struct consent *k)
{
	const struct service *s = release_service(c->release, k->service_key);
	const char *name = s ? s->name : k->service_key;

	json_text(j, arena_printf(c->arena,
				  k->recipient_key ? "“%s”不再收集和对外提供这些信息，再次使用时重新征求同意"
						   : "“%s”不再收集这些信息，再次使用时重新征求同意",
				  name));
}

static void put_stops(struct json *j, struct ctx *c, const struct withdrawal *w, bool all)
{
	json_key(j, "stops");
	json_open(j, '[');
	if (w->policy)
		json_text(
			j,
			"除浏览和行使本人权利外，不再收集、使用、存储新的信息，也不再对外提供；需要个人信息的"
			"服务暂停使用，重新同意隐私政策后恢复");
	if (all)
		json_text(j, "已登录的各台设备上的权限全部关闭");
	for (size_t i = 0; i < w->consent_count; i++)
		put_stop(j, c, &w->consents[i]);
	json_close(j, ']');
}

static void put_deletes(struct json *j, struct ctx *c, const struct withdrawal *w)
{
	json_key(j, "deletes");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		if (itemset_has(&w->deletes, i))
			json_text(j, release_item_at(c->release, i)->name);
	json_close(j, ']');
}

static void put_still(struct json *j, const struct withdrawal *w)
{
	static const char *const works[] = {
		"浏览首页、服务目录和办事指南",
		"查看本人信息、谁用过我的信息和处理凭证",
		"撤回其他同意，注销账号，退出登录",
		"随时重新同意",
	};

	json_key(j, "still");
	json_open(j, '[');
	for (size_t i = 0; w->policy && i < sizeof(works) / sizeof(works[0]); i++)
		json_text(j, works[i]);
	json_close(j, ']');
}

static err put_withdrawal(struct api_call *k, const struct withdrawal *w, bool all, int64_t at_ms)
{
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_time(j, "withdrawn_at", at_ms);
	json_put_bool(j, "policy", w->policy);
	json_put_int(j, "consents", (int64_t)w->consent_count);
	put_stops(j, k->c, w, all);
	put_deletes(j, k->c, w);
	TRY(put_keeps(k, w));
	put_still(j, w);
	json_close(j, '}');
	return OK;
}

/* ---- what is to be taken back ---- */

struct wanted {
	struct withdraw_request w;
	int64_t ids[WITHDRAW_IDS_MAX], installations[WITHDRAW_INSTALLATIONS_MAX];
};

static err add_installation(struct ctx *c, const struct session *s, void *arg)
{
	struct wanted *n = arg;

	(void)c;
	if (n->w.installation_count < WITHDRAW_INSTALLATIONS_MAX && s->installation_id)
		n->installations[n->w.installation_count++] = s->installation_id;
	return OK;
}

/* The devices on which the person is logged in go with it. */
static err want_policy(struct api_call *k, bool all, struct wanted *ret)
{
	ret->w = (struct withdraw_request){.all = all, .policy = true, .installations = ret->installations};
	return k->subject_id ? session_list(k->c, k->subject_id, add_installation, ret) : OK;
}

static err want_ids(struct api_call *k, struct wanted *ret)
{
	const json_t *ids = json_object_get(k->body, "ids");

	if (json_array_size(ids) == 0 || json_array_size(ids) > WITHDRAW_IDS_MAX)
		return fail_field(k->c, "ids", "请选择要撤回的同意");
	ret->w = (struct withdraw_request){.ids = ret->ids, .id_count = json_array_size(ids)};
	for (size_t i = 0; i < ret->w.id_count; i++)
		if (!slice_int(slice_of(json_string_value(json_array_get(ids, i))), &ret->ids[i]))
			FAIL(k->c, ERR_NOT_FOUND, "没有这项同意，或者已经撤回");
	return OK;
}

static err want(struct api_call *k, struct slice scope, struct wanted *ret)
{
	if (slice_is(scope, "all"))
		return want_policy(k, true, ret);
	if (slice_is(scope, "policy"))
		return want_policy(k, false, ret);
	return fail_field(k->c, "scope", "请选择撤回的范围");
}

static err preview(struct api_call *k, const struct wanted *n)
{
	struct withdrawal w;

	TRY(withdrawal_preview(k->c, k->subject_id, &n->w, &w));
	return put_withdrawal(k, &w, n->w.all, 0);
}

static err carry_out(struct api_call *k, const struct wanted *n)
{
	struct withdrawal w;

	if (k->subject_id) {
		TRY(withdrawal_preview(k->c, k->subject_id, &n->w, &w));
		TRY(account_keeps_until(k->c, k->subject_id, w.closed_until_ms));
	}
	TRY(withdrawal_run(k->c, k->subject_id, &n->w, &w));
	return put_withdrawal(k, &w, n->w.all, k->c->now_ms);
}

static err one(struct api_call *k, struct wanted *ret)
{
	TRY(api_param_id(k, 0, &ret->ids[0]));
	ret->w = (struct withdraw_request){.ids = ret->ids, .id_count = 1};
	return OK;
}

static err withdrawal_get_one(struct api_call *k)
{
	struct wanted n;

	TRY(one(k, &n));
	return preview(k, &n);
}

static err consent_delete(struct api_call *k)
{
	struct wanted n;

	TRY(one(k, &n));
	return carry_out(k, &n);
}

static err withdrawal_get(struct api_call *k)
{
	struct wanted n;

	TRY(want(k, http_query(k->q, "scope"), &n));
	return preview(k, &n);
}

static err withdrawal_create(struct api_call *k)
{
	struct wanted n;

	if (api_text(k, "scope").p)
		TRY(want(k, api_text(k, "scope"), &n));
	else
		TRY(want_ids(k, &n));
	return carry_out(k, &n);
}

/* ---- deleting everything, where the city offers it in the app (delete.channel) ---- */

static err check_channel(struct api_call *k)
{
	const struct release *r = k->c->release;

	if (city_list_has(r, "delete.channel", "delete_all"))
		return OK;
	return refuse(k->c, "not_declared", city_text(r, "delete.clause"),
		      "删除全部信息请通过“%s”提出，工作人员在 %lld 个%s内办理",
		      city_text(r, "screens.feedback"), (long long)city_int(r, "delete.days", 15),
		      strcmp(city_text(r, "delete.calendar"), "working") == 0 ? "工作日" : "自然日");
}

/* A session alone deletes nothing (TJ-4.4.c). */
static err check_again(struct api_call *k)
{
	struct facts f;
	struct head h;

	TRY(api_facts(k, &f, &h));
	if (f.second_check_until_ms > k->c->now_ms)
		return OK;
	err e = refuse(k->c, "second_check_required", city_text(k->c->release, "gate.clause.second_check"),
		       "删除前请再次验证本人身份");
	refuse_next(k->c, "confirm_again", NULL);
	return e;
}

static err deletion_get(struct api_call *k)
{
	struct wanted n;

	TRY(check_channel(k));
	TRY(want_policy(k, true, &n));
	n.w.data = true;
	return preview(k, &n);
}

static err items_delete(struct api_call *k)
{
	struct wanted n;

	TRY(check_channel(k));
	TRY(check_again(k));
	TRY(want_policy(k, true, &n));
	n.w.data = true;
	return carry_out(k, &n);
}

/* ---- the centre: by which ways, and what each of my devices may ---- */

struct way {
	const char *key, *name, *text;
	const char *place; /* setting that says where, or NULL */
};

static const struct way ways[] = {
	{"cancel", "注销账号", "注销后，全部同意和授权即时撤回，不能恢复。", "cancel.path"},
	{"delete_all", "删除全部信息", "删除本人在各项服务中的资料，并撤回全部同意和授权；账号保留。", NULL},
	{"uninstall", "卸载应用", "卸载后，在该设备上作出的同意和授权即时撤回。", NULL},
	{"system_settings", "手机系统设置", "在手机的系统设置中关闭权限，应用随即停止收集对应的信息。", NULL},
	{"contact", "联系我们", "拨打服务电话或者通过反馈渠道提出，核验本人身份后由工作人员办理。",
	 "screens.feedback"},
	{"sensor_switches", "设备权限开关", "关闭位置、相机等开关，只影响需要该权限的功能。", NULL},
};

/* TJ-4.2.1.a, NT-4.4.a: each city's own. */
static void put_ways(struct json *j, const struct release *r)
{
	json_key(j, "ways");
	json_open(j, '[');
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!city_list_has(r, "withdraw.ways", ways[i].key))
			continue;
		json_open(j, '{');
		json_put_text(j, "key", ways[i].key);
		json_put_text(j, "name", ways[i].name);
		json_put_text(j, "text", ways[i].text);
		json_put_text(j, "place", ways[i].place ? city_text(r, ways[i].place) : NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err put_permission(struct ctx *c, const struct permission_state *p, void *arg)
{
	struct json *j = arg;

	(void)c;
	if (!p->changed_at_ms)
		return OK;
	json_open(j, '{');
	json_put_text(j, "key", p->permission->key);
	json_put_text(j, "name", p->permission->name);
	json_put_text(j, "why", p->permission->why);
	json_put_bool(j, "granted", p->granted);
	json_put_time(j, "changed_at", p->changed_at_ms);
	json_close(j, '}');
	return OK;
}

static err put_device(struct ctx *c, const struct session *s, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_put_id(j, "session_id", s->id);
	json_put_bool(j, "current", s->installation_id == c->installation_id);
	json_put_text(j, "platform", s->platform);
	json_put_time(j, "last_seen_at", s->last_seen_at_ms);
	json_key(j, "permissions");
	json_open(j, '[');
	TRY(permission_list(c, s->installation_id, put_permission, j));
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

static err centre_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;

	json_open(j, '{');
	put_ways(j, r);
	json_put_text(j, "held_data", city_text(r, "withdraw.data"));
	json_key(j, "devices");
	json_open(j, '[');
	if (k->subject_id)
		TRY(session_list(k->c, k->subject_id, put_device, j));
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

/* Of all people together; what is too little to hide in is not told (TJ-4.2.1.e). */
static err put_use(struct ctx *c, const struct anonymous_use *u, void *arg)
{
	enum { SMALL = 10 };
	const struct service *s = release_service(c->release, u->service);
	struct json *j = arg;

	if (u->uses < SMALL)
		return OK;
	json_open(j, '{');
	json_put_text(j, "service", u->service);
	json_put_text(j, "service_name", s ? s->name : u->service);
	json_put_text(j, "month", u->month);
	json_put_int(j, "uses", u->uses);
	json_put_time(j, "until", u->until_ms);
	json_close(j, '}');
	return OK;
}

static err uses_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(anonymous_use_list(k->c, put_use, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

#define WITHDRAWAL                                                                                           \
	"{withdrawn_at?: time, policy: bool, consents: int, stops: [text], deletes: [text],"                 \
	" keeps: [{name: text, rule: text, until?: time}], still: [text]}"

const struct api_route api_withdrawal_routes[] = {
	{"GET", "/api/v1/consents/centre", centre_get, API_INSTALLATION, 0, "consent_centre",
	 "撤回的方式和各台设备的权限",
	 .answer = "{ways: [{key: text, name: text, text: text, place?: text}], held_data: anonymise|stop,"
		   " devices: [{session_id: id, current: bool, platform: text, last_seen_at: time,"
		   "  permissions: [{key: text, name: text, why: text, granted: bool, changed_at: time}]}]}"},
	{"GET", "/api/v1/consents/withdrawal", withdrawal_get, API_INSTALLATION, 0, "withdrawal_preview",
	 "撤回之前：停止什么，保留什么", .query = "scope", .answer = WITHDRAWAL},
	{"POST", "/api/v1/consents/withdrawals", withdrawal_create, API_INSTALLATION, API_CREATES,
	 "withdrawal_create", "撤回几项同意、隐私政策的同意或者全部",
	 .body = "{scope?: all|policy, ids?: [text]}", .answer = WITHDRAWAL, .status = 201},
	{"GET", "/api/v1/consents/{id}/withdrawal", withdrawal_get_one, API_INSTALLATION, 0,
	 "consent_withdrawal_preview", "撤回一项同意之前：停止什么，保留什么", .answer = WITHDRAWAL},
	{"DELETE", "/api/v1/consents/{id}", consent_delete, API_INSTALLATION, 0, "consent_withdraw",
	 "撤回单独同意", .answer = WITHDRAWAL},
	{"GET", "/api/v1/me/deletion", deletion_get, API_SESSION, 0, "deletion_preview",
	 "删除全部信息之前：删除什么，保留什么", .answer = WITHDRAWAL},
	{"DELETE", "/api/v1/me/items", items_delete, API_SESSION, 0, "deletion_run",
	 "删除各项服务中的全部资料，并撤回全部同意和授权", .answer = WITHDRAWAL},
	{"GET", "/api/v1/withdrawn-uses", uses_get, API_ANYONE, 0, "withdrawn_use_list",
	 "撤回同意后去除身份保存的使用次数",
	 .answer = "{items: [{service: text, service_name: text, month: text, uses: int, until: time}]}"},
	{0},
};
