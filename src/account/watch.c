#include "account/watch.h"
#include "base/id.h"
#include "vault/keys.h"

enum { WINDOW_MS = 10 * 60 * 1000, SOURCE_BYTES = 5, SOURCE_SIZE = 2 * SOURCE_BYTES + 1 };

struct word {
	const char *key, *name;
};

static const struct word kinds[] = {
	{"brute_force", "暴力破解"},	{"intrusion", "入侵尝试"}, {"attack", "攻击"},
	{"phishing", "钓鱼、诈骗链接"}, {"virus", "病毒"},	   {"abnormal_login", "异常登录"},
	{"violation", "违反规则"},
};

static const struct word rules[] = {
	{"password_guessing", "连续输错密码"},
	{"too_many_logins", "同一来源登录次数超过上限"},
	{"staff_password_guessing", "连续输错工作人员密码"},
	{"injection", "请求中有注入攻击的特征"},
	{"fraud_link", "内容中有已知的诈骗链接"},
	{"virus_file", "文件中有已知的病毒"},
	{"login_risk", "登录风险较高"},
	{"not_me", "本人报告不是自己的登录"},
};

static const struct word measures[] = {
	{"locked", "暂时锁定"},
	{"limited", "暂停受理该来源的登录"},
	{"refused", "拒绝请求"},
	{"not_stored", "拒绝提交，内容未保存"},
	{"second_proof", "要求再次验证"},
	{"told", "提醒本人"},
	{"device_blocked", "阻止该设备登录并结束其会话"},
};

static const char *name_in(const struct word *words, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].key, key) == 0)
			return words[i].name;
	return NULL;
}

const char *watch_kind_name(const char *kind)
{
	return name_in(kinds, sizeof kinds / sizeof *kinds, kind);
}

const char *watch_rule_name(const char *rule)
{
	return name_in(rules, sizeof rules / sizeof *rules, rule);
}

const char *watch_measure_name(const char *measure)
{
	return name_in(measures, sizeof measures / sizeof *measures, measure);
}

static void source_of(struct ctx *c, const char *address, char ret[static SOURCE_SIZE])
{
	uint8_t hash[HASH_SIZE];

	ret[0] = '\0';
	if (!address)
		return;
	keys_hash(c->keys, "watch_source", slice_of(address), hash);
	hex_encode(hash, SOURCE_BYTES, ret);
}

void watch_note(struct ctx *c, const struct watch_event *e)
{
	struct failure before = c->failure;
	char source[SOURCE_SIZE];

	source_of(c, e->address, source);
	failure_clear(c);
	err noted =
		store_exec(c, c->store, Q_SECURITY_EVENT_NOTE,
			   PARAMS(P_STR(e->kind), P_STR(source), P_STR(e->rule), P_INT(c->now_ms / WINDOW_MS),
				  P_INT(id_new(c->now_ms)), P_STR(e->measure), P_INT(c->now_ms)),
			   NULL);
	(void)noted.code;
	c->failure = before;
}

struct each {
	watched_fn fn;
	void *arg;
};

static err event_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each *each = arg;
	struct watched w = {.id = row_int(r, 0),
			    .kind = row_copy(c, r, 1),
			    .source = row_copy(c, r, 2),
			    .rule = row_copy(c, r, 3),
			    .measure = row_copy(c, r, 4),
			    .count = row_int(r, 5),
			    .first_at_ms = row_int(r, 6),
			    .last_at_ms = row_int(r, 7)};

	return each->fn(c, &w, each->arg);
}

err watch_list(struct ctx *c, int64_t before, int limit, watched_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_SECURITY_EVENT_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), event_row,
			  &(struct each){fn, arg});
}
