#include "ops/security.h"
#include "base/id.h"
#include "connectors/scanner.h"
#include "consent/consent.h"
#include "ledger/ledger.h"
#include "policy/gate.h"
#include "vault/vault.h"

enum { PEOPLE_CHECKED = 200, REPORT_MAX = 1 << 20, BACKUP_DAYS_DEFAULT = 7 };

/* ---- the checks: each answers whether it passed and what it counted ---- */

struct finding {
	bool pass, known;
	const char *detail;
};
typedef err (*check_fn)(struct ctx *c, const struct security_env *env, struct finding *ret);

static void found(struct ctx *c, struct finding *ret, bool pass, const char *detail)
{
	*ret = (struct finding){pass, true, arena_copy(c->arena, slice_of(detail))};
}

/* What lies in the tables of persons is sealed: nothing of it reads as text. */
static err check_sealed(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	int64_t *people = ARENA_ARRAY(c->arena, int64_t, PEOPLE_CHECKED), rows = 0, clear = 0;
	size_t count = 0;

	(void)env;
	TRY(people_after(c, 0, PEOPLE_CHECKED, people, &count));
	for (size_t i = 0; i < count; i++)
		TRY(vault_count_clear(c, people[i], &rows, &clear));
	found(c, ret, clear == 0,
	      arena_printf(c->arena, "抽查 %zu 人的 %lld 项信息，%lld 项不是密文", count, (long long)rows,
			   (long long)clear));
	return OK;
}

static err check_keys(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	struct keys_status keys;

	(void)env;
	TRY(keys_status(c, c->keys, &keys));
	found(c, ret, keys.suite == keys.master_suite,
	      arena_printf(c->arena, "密钥库可用，在用数据密钥 %lld 把，已销毁 %lld 把",
			   (long long)keys.living, (long long)keys.ended));
	return OK;
}

static err check_ledger(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	BUF_SCOPED report = {0};
	int64_t findings = 0;

	(void)env;
	buf_init(&report, REPORT_MAX);
	TRY(ledger_verify(c, c->ledger, (struct slice){0}, &report, &findings));
	found(c, ret, findings == 0,
	      arena_printf(c->arena, "使用记录全部核验，发现 %lld 处不一致", (long long)findings));
	return OK;
}

/* Who agreed to nothing, asking for one item that the service does not take: refused for every service. */
static err check_gate(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	const struct release *r = c->release;
	const struct facts nobody = {0};
	int tried = 0, refused = 0;

	(void)env;
	for (unsigned i = 0; i < release_service_count(r); i++) {
		const struct service *s = release_service_at(r, i);
		for (unsigned n = 0; n < release_item_count(r); n++) {
			struct gate_request q = {.action = GATE_COLLECT,
						 .service = s,
						 .purpose = s->purpose,
						 .now_ms = c->now_ms};
			const char *clause = NULL;
			if (itemset_has(&s->items, n))
				continue;
			itemset_add(&q.items, n);
			tried++;
			refused += gate_check(r, &nobody, &q, &clause) != NULL;
		}
	}
	found(c, ret, tried == refused,
	      arena_printf(c->arena, "以政策没有声明的 %d 种收集试判，拒绝 %d 种", tried, refused));
	return OK;
}

static err check_transport(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	if (!env->serving)
		return OK;
	if (env->open_in_clear)
		found(c, ret, false, "服务直接对外监听，没有加密");
	else
		found(c, ret, true,
		      env->hsts ? "只经加密的入口提供服务，并要求浏览器以后只用加密连接"
				: "只在本机监听，没有经网络的明文传输");
	return OK;
}

static err check_attacks(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	int tried = 0, blocked = 0;

	if (!env->attacks)
		return OK;
	env->attacks(&tried, &blocked);
	found(c, ret, tried > 0 && tried == blocked,
	      arena_printf(c->arena, "重放已知的攻击请求 %d 种，拦截 %d 种", tried, blocked));
	return OK;
}

/* The test file of the trade that every scanner reports and that does nothing (EICAR); in two halves, so that
 * no scanner reports this program. */
static struct slice test_file(struct ctx *c)
{
	return slice_of(arena_printf(c->arena, "%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND",
				     "ARD-ANTIVIRUS-TEST-FILE!$H+H*"));
}

/* TJ-1.2.1.4.h: whoever has no scanner says so. */
static err check_malware(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	bool reported = false;

	(void)env;
	if (!c->connectors)
		return OK;
	if (!scanner_known(c->connectors)) {
		found(c, ret, false, "没有接入查毒程序；上传只收核对过格式的图片，其中附带的内容一律去掉");
		return OK;
	}
	if (failed(scanner_finds(c, test_file(c), &reported))) {
		failure_clear(c);
		found(c, ret, false, "查毒程序没有回应，恢复之前不接收上传的文件");
		return OK;
	}
	found(c, ret, reported,
	      reported ? "以标准测试文件试查，查毒程序已识别" : "以标准测试文件试查，查毒程序没有识别");
	return OK;
}

static err keep_int(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

static err check_backup(struct ctx *c, const struct security_env *env, struct finding *ret)
{
	int64_t days = city_int(c->release, "security.backup_days", BACKUP_DAYS_DEFAULT), made_at_ms = 0;
	char at[TIME_TEXT_SIZE];

	(void)env;
	TRY(store_rows(c, c->store, Q_BACKUP_RECORD_LAST, NO_PARAMS, keep_int, &made_at_ms));
	if (!made_at_ms) {
		found(c, ret, false, "没有备份记录");
		return OK;
	}
	found(c, ret, c->now_ms - made_at_ms <= days * 24 * 3600 * 1000,
	      arena_printf(c->arena, "最近一次备份在 %.10s，要求每 %lld 日至少一次",
			   time_text(made_at_ms, at), (long long)days));
	return OK;
}

static const struct {
	const char *key;
	check_fn fn;
} checks[] = {
	{"gate", check_gate},	  {"sealed_storage", check_sealed}, {"keys", check_keys},
	{"ledger", check_ledger}, {"transport", check_transport},   {"attacks", check_attacks},
	{"backup", check_backup}, {"malware", check_malware},
};

/* ---- the list ---- */

static const char *control_text(struct ctx *c, const char *key, const char *member)
{
	const char *text =
		city_text(c->release, arena_printf(c->arena, "security.controls.%s.%s", key, member));

	return text ? text : "";
}

static err result_row(struct ctx *c, const struct row *row, void *arg)
{
	struct security_control *k = arg;

	k->state = row_copy(c, row, 0);
	k->detail = row_copy(c, row, 1);
	k->checked_at_ms = row_int(row, 2);
	return OK;
}

err security_controls(struct ctx *c, struct security_control **ret, size_t *ret_count)
{
	size_t count = 0;
	const char *const *keys = city_list(c->release, "security.controls", &count);
	struct security_control *list = ARENA_ARRAY(c->arena, struct security_control, count + 1);

	for (size_t i = 0; i < count; i++) {
		list[i] = (struct security_control){.key = keys[i],
						    .name = control_text(c, keys[i], "name"),
						    .standard = control_text(c, keys[i], "standard"),
						    .phase = control_text(c, keys[i], "phase"),
						    .state = "unchecked",
						    .detail = ""};
		TRY(store_rows(c, c->store, Q_SECURITY_RESULT_GET, PARAMS(P_STR(keys[i])), result_row,
			       &list[i]));
		if (c->now_ms - list[i].checked_at_ms > SECURITY_FRESH_MS)
			list[i].state = "unchecked";
	}
	*ret = list;
	*ret_count = count;
	return OK;
}

static err keep_result(struct ctx *c, const char *key, const struct finding *f)
{
	return store_exec(
		c, c->store, Q_SECURITY_RESULT_PUT,
		PARAMS(P_STR(key), P_STR(f->pass ? "pass" : "fail"), P_STR(f->detail), P_INT(c->now_ms)),
		NULL);
}

/* A check that cannot run has not passed, and the others still run. */
err security_check(struct ctx *c, const struct security_env *env)
{
	size_t count = 0;
	const char *const *keys = city_list(c->release, "security.controls", &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof checks / sizeof *checks; k++) {
			struct finding f = {0};
			if (strcmp(checks[k].key, keys[i]) != 0)
				continue;
			if (failed(checks[k].fn(c, env, &f))) {
				failure_clear(c);
				found(c, &f, false, "检查没有完成");
			}
			if (f.known)
				TRY(keep_result(c, keys[i], &f));
		}
	return OK;
}

/* ---- refused attempts ---- */

static const struct {
	const char *key, *name;
} attempts[ATTEMPT_KINDS] = {
	[ATTEMPT_ACCESS] = {"access", "越权访问"}, [ATTEMPT_PUBLISH] = {"publish", "越权公开"},
	[ATTEMPT_USE] = {"use", "越权使用"},	   [ATTEMPT_CHANGE] = {"change", "越权修改"},
	[ATTEMPT_DAMAGE] = {"damage", "越权毁损"}, [ATTEMPT_LOSS] = {"loss", "越权删除"},
	[ATTEMPT_LEAK] = {"leak", "越权导出"},	   [ATTEMPT_ATTACK] = {"attack", "恶意请求"},
};

const char *attempt_key(enum attempt a)
{
	return attempts[a].key;
}

const char *attempt_name(enum attempt a)
{
	return attempts[a].name;
}

err attempts_add(struct ctx *c, const int64_t more[static ATTEMPT_KINDS])
{
	int64_t day_ms = date_start_ms(date_of(c->now_ms));

	for (int i = 0; i < ATTEMPT_KINDS; i++)
		if (more[i] > 0)
			TRY(store_exec(c, c->store, Q_REFUSED_ATTEMPT_ADD,
				       PARAMS(P_INT(day_ms), P_STR(attempts[i].key), P_INT(more[i])), NULL));
	return OK;
}

static err sum_row(struct ctx *c, const struct row *row, void *arg)
{
	int64_t *sums = arg;

	(void)c;
	for (int i = 0; i < ATTEMPT_KINDS; i++)
		if (slice_is(row_text(row, 0), attempts[i].key))
			sums[i] = row_int(row, 1);
	return OK;
}

err attempts_sum(struct ctx *c, int64_t ret[static ATTEMPT_KINDS])
{
	struct date since = date_add_days(date_of(c->now_ms), -SECURITY_DAYS);

	memset(ret, 0, sizeof(int64_t) * ATTEMPT_KINDS);
	return store_rows(c, c->store, Q_REFUSED_ATTEMPT_SUM, PARAMS(P_INT(date_start_ms(since))), sum_row,
			  ret);
}

/* ---- backups ---- */

err backup_noted(struct ctx *c)
{
	return store_exec(c, c->store, Q_BACKUP_RECORD_INSERT,
			  PARAMS(P_INT(id_new(c->now_ms)), P_INT(c->now_ms)), NULL);
}
