/* What single authorities do: messages, identity checks, registers, the hotline centre and the departments.
 */
#include "authority.h"

#include "records.h"
#include "stations.h"
#include <stdio.h>

int message_send(struct operation *o, json_t **ret)
{
	const char *to = member_text(o->body, "to"), *text = member_text(o->body, "text");
	char id[40];

	if (!to || !text) {
		*ret = json_pack("{ss}", "error", "to and text are needed");
		return 400;
	}
	snprintf(id, sizeof id, "m%lld", (long long)world_next(o->world));
	json_array_append_new(world_sms(o->world),
			      json_pack("{ss ss ss sO? so sI}", "id", id, "to", to, "text", text, "ref",
					json_object_get(o->body, "ref"), "at", json_instant(o->now_ms),
					"at_ms", (json_int_t)o->now_ms));
	keep_newest(world_sms(o->world), SMS_KEPT);
	*ret = json_pack("{ss}", "message_id", id);
	return 200;
}

/* A mail or push gateway: what it got is to be seen under /control/authorities/{id}/received. */
int message_accept(struct operation *o, json_t **ret)
{
	char id[40];

	if (!member_text(o->body, "to") || !member_text(o->body, "text")) {
		*ret = json_pack("{ss}", "error", "to and text are needed");
		return 400;
	}
	snprintf(id, sizeof id, "m%lld", (long long)world_next(o->world));
	*ret = json_pack("{ss}", "message_id", id);
	return 200;
}

/* ---- identity ---- */

/* Compares what was given with what is held; the keys that differ. numbers: mobile numbers as well, which
 * only those compare who keep them. */
static json_t *mismatches(const struct operation *o, const struct person *x, const json_t *given,
			  bool numbers)
{
	json_t *list = json_array();
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		if (json_is_string(value) && record_is_compared(key, numbers) &&
		    !record_matches(o->world->people, x, key, json_string_value(value), o->now_ms))
			json_array_append_new(list, json_string(key));
	}
	return list;
}

static const char *const identifying[] = {"resident_id_number", "id_number", "passport_number"};

/* The item that names a person, or NULL. */
static const char *identifying_item(const json_t *given)
{
	for (size_t i = 0; i < sizeof identifying / sizeof *identifying; i++) {
		if (member_text(given, identifying[i]))
			return identifying[i];
	}
	return NULL;
}

static bool is_mode(struct operation *o, const char *mode)
{
	return strcmp(member_text(world_authority(o->world, o->authority), "mode"), mode) == 0;
}

int identity_verify(struct operation *o, json_t **ret)
{
	const char *by = identifying_item(o->body);
	const struct person *x =
		by ? person_by_number(o->world->people, slice_of(member_text(o->body, by))) : NULL;

	if (!x) {
		*ret = json_pack("{sb s[s] sb}", "match", 0, "mismatch", by ? by : "id_number", "minor", 0);
		return 200;
	}
	if (person_is_minor(x, o->now_ms) && is_mode(o, "cautious")) { /* verifies nobody below 18 */
		*ret = json_pack("{sb ss sb}", "match", 0, "reason", "risk_control", "minor", 1);
		return 200;
	}
	json_t *differ = mismatches(o, x, o->body, true);
	*ret = json_pack("{sb so sb}", "match", json_array_size(differ) == 0, "mismatch", differ, "minor",
			 person_is_minor(x, o->now_ms));
	return 200;
}

/* Name and number belong to one person of the register; NULL otherwise. */
static const struct person *named_person(const struct operation *o, const json_t *given)
{
	const char *name = member_text(given, "real_name"), *number = member_text(given, "id_number");
	const struct person *x = number ? person_by_number(o->world->people, slice_of(number)) : NULL;

	return x && name && record_matches(o->world->people, x, "real_name", name, o->now_ms) ? x : NULL;
}

/* Who is whose parent, by the families of the register. A guardian whom a court or an office named is not in
 * it. */
int population_guardianship(struct operation *o, json_t **ret)
{
	const struct person *guardian = named_person(o, json_object_get(o->body, "guardian"));
	const struct person *child = named_person(o, json_object_get(o->body, "child"));

	if (!guardian || !child) {
		*ret = json_pack("{sb sb}", "match", 0, "related", 0);
		return 200;
	}
	const char *relation = child->father == guardian->index	  ? "father"
			       : child->mother == guardian->index ? "mother"
								  : NULL;
	*ret = json_pack("{sb sb ss*}", "match", 1, "related", relation != NULL, "relation", relation);
	return 200;
}

/* ---- registers ---- */

/* Without a document: by phone, else by an unambiguous enough name. */
static const struct person *find_otherwise(const struct people *p, const json_t *given)
{
	static const char *const phones[] = {"mobile_phone", "contact_phone"};
	const char *name = member_text(given, "real_name");

	for (size_t i = 0; i < 2; i++) {
		const char *phone = member_text(given, phones[i]);
		const struct person *x = phone ? person_by_phone(p, slice_of(phone)) : NULL;
		if (x)
			return x;
	}
	for (int i = 0; name && i < p->count; i++) {
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	}
	return NULL;
}

static json_t *wanted_items(const struct operation *o, const struct person *x)
{
	json_t *items = json_object(), *key;
	size_t i;

	json_array_foreach(json_object_get(o->body, "wanted"), i, key)
	{
		const char *item = json_string_value(key);
		if (!item)
			continue;
		json_t *value = x ? record_value(o->world->people, x, item, o->now_ms) : NULL;
		if (!value && strcmp(o->authority, "transport") == 0 && member_text(o->body, "service"))
			value = stations_table(member_text(o->body, "service"),
					       member_text(json_object_get(o->body, "items"), "location"));
		if (!value)
			value = record_public(item, o->authority);
		json_object_set_new(items, item, value ? value : json_string("无记录"));
	}
	return items;
}

int registry_query(struct operation *o, json_t **ret)
{
	const json_t *given = json_object_get(o->body, "items");
	const struct people *p = o->world->people;

	if (!json_is_object(given) || !json_is_array(json_object_get(o->body, "wanted"))) {
		*ret = json_pack("{ss}", "error", "items and wanted are needed");
		return 400;
	}
	const char *by = identifying_item(given);
	const struct person *x =
		by ? person_by_number(p, slice_of(member_text(given, by))) : find_otherwise(p, given);
	if (by && !x) {
		*ret = json_pack("{sb s[s]}", "match", 0, "mismatch", by);
		return 200;
	}
	json_t *differ =
		x ? mismatches(o, x, given, strcmp(o->authority, "telecom_operator") == 0) : json_array();
	if (json_array_size(differ) > 0) {
		*ret = json_pack("{sb so}", "match", 0, "mismatch", differ);
		return 200;
	}
	json_decref(differ);
	*ret = json_pack("{sb so}", "match", 1, "items", wanted_items(o, x));
	return 200;
}

/* ---- the hotline ---- */

/* What people write about, by the departments that many cities have; others are known by their names. */
static const struct {
	const char *key, *words[12];
} habits[] = {
	{"dept_urban_management",
	 {"垃圾", "占道", "路灯", "井盖", "市容", "违建", "违章搭建", "摊", "广告牌", "绿化", "公厕"}},
	{"dept_transport",
	 {"公交", "地铁", "出租", "网约车", "班车", "车站", "客运", "拥堵", "道路", "停车", "船"}},
	{"dept_hrss",
	 {"社保", "工资", "欠薪", "劳动", "就业", "养老金", "失业", "工伤", "退休", "培训", "职称"}},
	{"dept_housing",
	 {"住房", "物业", "公积金", "拆迁", "供暖", "电梯", "漏水", "房屋", "房产", "装修", "小区"}},
	{"dept_environment",
	 {"污染", "污水", "废气", "噪声", "噪音", "异味", "烟", "排放", "扬尘", "臭", "垃圾焚烧"}},
};

static int score_habits(const char *text, const char *department)
{
	int found = 0;

	for (size_t d = 0; d < sizeof habits / sizeof *habits; d++) {
		if (strcmp(habits[d].key, department) != 0)
			continue;
		for (int i = 0; i < 12 && habits[d].words[i]; i++)
			found += strstr(text, habits[d].words[i]) != NULL;
	}
	return found;
}

/* How many pairs of neighbouring characters of the name stand in the text: 水务局 fits 停水 less than 水务.
 */
static int score_name(const char *text, const char *name)
{
	enum { CHARACTER = 3, PAIR = 2 * CHARACTER }; /* bytes of a Chinese character in UTF-8 */
	int found = 0;

	for (const char *p = name; strlen(p) >= PAIR; p += CHARACTER) {
		char pair[PAIR + 1] = {0};
		memcpy(pair, p, PAIR);
		found += strstr(text, pair) != NULL;
	}
	return found;
}

/* The department whose words occur most; the first one when none does. Of those that may be chosen, which
 * come with the request; their names are kept for the replies. */
int hotline_triage(struct operation *o, json_t **ret)
{
	const char *text = member_text(o->body, "appeal_content"), *key = NULL, *name = NULL;
	json_t *departments = json_object_get(o->body, "departments"), *one;
	int best = -1;
	size_t i;

	json_array_foreach(departments, i, one)
	{
		const char *k = member_text(one, "key"), *n = member_text(one, "name");
		if (!text || !k || !n)
			continue;
		json_object_set(world_authority(o->world, k), "name", json_object_get(one, "name"));
		int score = score_habits(text, k) + score_name(text, n);
		if (score > best) {
			best = score;
			key = k;
			name = n;
		}
	}
	if (!key) {
		*ret = json_pack("{ss}", "error", "appeal_content and departments are needed");
		return 400;
	}
	*ret = json_pack("{ss ss}", "department", key, "name", name);
	return 200;
}

static int64_t setting_ms(const json_t *authority, const char *key, int64_t standard)
{
	const json_t *value = json_object_get(authority, key);
	return json_is_integer(value) ? json_integer_value(value) : standard;
}

int disclosure_receive(struct operation *o, json_t **ret)
{
	if (!member_text(o->body, "ref") || !member_text(o->body, "ground") ||
	    !json_is_object(json_object_get(o->body, "items"))) {
		*ret = json_pack("{ss}", "error", "ref, ground and items are needed");
		return 400;
	}
	*ret = json_pack("{sb}", "accepted", 1);
	return 200;
}

int promotion_receive(struct operation *o, json_t **ret)
{
	const char *entry = member_text(o->body, "entry"), *kind = member_text(o->body, "kind");
	char result[120];

	if (!entry || !kind || !json_is_object(json_object_get(o->body, "items"))) {
		*ret = json_pack("{ss}", "error", "entry, kind and items are needed");
		return 400;
	}
	if (strcmp(kind, "draw") == 0)
		snprintf(result, sizeof result, "三等奖：兑换码 J%05lld", (long long)world_next(o->world));
	else
		snprintf(result, sizeof result, "优惠券：券码 Y%05lld", (long long)world_next(o->world));
	*ret = json_pack("{ss}", "result", result);
	return 200;
}

int case_receive(struct operation *o, json_t **ret)
{
	const char *ref = member_text(o->body, "ref"), *number = member_text(o->body, "number");
	json_t *authority = world_authority(o->world, o->authority);

	const char *report = member_text(json_object_get(o->body, "items"), "snapshot_report");
	if (!ref || (!member_text(o->body, "appeal_content") && !report)) {
		*ret = json_pack("{ss}", "error", "ref and what it is about are needed");
		return 400;
	}
	if (!json_object_get(world_cases(o->world), ref))
		json_object_set_new(
			world_cases(o->world), ref,
			json_pack(
				"{ss ss sI sI sI}", "department", o->authority, "number",
				number ? number : "", "received_ms", (json_int_t)o->now_ms, "reply_after_ms",
				(json_int_t)setting_ms(authority, "reply_after_ms", REPLY_AFTER_MS),
				"follow_up_after_ms",
				(json_int_t)setting_ms(authority, "follow_up_after_ms", FOLLOW_UP_AFTER_MS)));
	o->world->dirty = true;
	*ret = json_pack("{sb}", "accepted", 1);
	return 200;
}

static void add_reply(json_t *answer, const json_t *one, const char *department, int64_t replied_ms)
{
	char text[400];

	snprintf(text, sizeof text,
		 "您反映的诉求（编号%s）已由%s核实办理。经现场查看，问题属实，"
		 "已安排整改并将持续跟进。感谢您的监督与支持。",
		 member_text(one, "number"), department);
	json_object_set_new(answer, "reply", json_string(text));
	json_object_set_new(answer, "replied_at", json_instant(replied_ms));
}

static void add_follow_up(json_t *answer, const char *department, int64_t at_ms)
{
	char text[300];

	snprintf(text, sizeof text, "%s已完成回访：整改措施已落实，如有其他问题请再次拨打热线反映。",
		 department);
	json_object_set_new(answer, "follow_up", json_string(text));
	json_object_set_new(answer, "follow_up_at", json_instant(at_ms));
}

/* received, at once handling, then replied and closed, by the sandbox's clock. */
int case_show(struct operation *o, json_t **ret)
{
	const json_t *one = json_object_get(world_cases(o->world), o->path + strlen("cases/"));

	if (!one || strcmp(member_text(one, "department"), o->authority) != 0) {
		*ret = json_pack("{ss}", "error", "unknown case");
		return 404;
	}
	int64_t received = json_integer_value(json_object_get(one, "received_ms")),
		age = o->now_ms - received;
	int64_t reply_after = setting_ms(one, "reply_after_ms", REPLY_AFTER_MS);
	int64_t follow_up_after = setting_ms(one, "follow_up_after_ms", FOLLOW_UP_AFTER_MS);
	const char *state = age < reply_after / 3   ? "received"
			    : age < reply_after	    ? "handling"
			    : age < follow_up_after ? "replied"
						    : "closed";
	const char *name = member_text(world_authority(o->world, o->authority), "name"),
		   *department = name ? name : "承办单位";
	*ret = json_pack("{ss}", "state", state);
	if (age >= reply_after)
		add_reply(*ret, one, department, received + reply_after);
	if (age >= reply_after && age >= follow_up_after)
		add_follow_up(*ret, department, received + follow_up_after);
	return 200;
}

/* ---- the number of a phone ---- */

/* A token gives its number once, and within two minutes of being handed out. */
int number_tell(struct operation *o, json_t **ret)
{
	json_t *sims = json_object_get(o->world->state, "sims");
	const char *token = member_text(o->body, "number_token");
	json_t *sim = token ? json_object_get(sims, token) : NULL;

	if (!sim || o->now_ms > json_integer_value(json_object_get(sim, "at_ms")) + SIM_TOKEN_LIFE_MS) {
		*ret = json_pack("{ss}", "error", "no number for this token");
		return 404;
	}
	*ret = json_pack("{sO}", "mobile_phone", json_object_get(sim, "phone"));
	json_object_del(sims, token);
	o->world->dirty = true;
	return 200;
}

/* ---- warnings ---- */

int flags_show(struct operation *o, json_t **ret)
{
	json_t *flags = json_object_get(o->world->state, "flags");

	*ret = json_pack("{so}", "items", flags ? json_incref(flags) : json_array());
	return 200;
}
