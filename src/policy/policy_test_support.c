#include "policy/policy_test_support.h"
#include "crypto/crypto.h"
#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char items[] =
	"items:\n"
	"  - {key: real_name, name: 姓名, kind: basic, sensitive: false, validator: name, mask: name}\n"
	"  - {key: id_number, name: 证件号码, kind: identity, sensitive: true, validator: id_number, mask: "
	"id}\n"
	"  - {key: mobile_phone, name: 手机号码, kind: basic, sensitive: false, validator: phone, mask: "
	"phone}\n"
	"  - {key: plate_number, name: 车牌号码, kind: property, sensitive: false, validator: short_text, "
	"mask: tail4}\n"
	"  - {key: location, name: 位置信息, kind: location, sensitive: true, validator: location, mask: "
	"all}\n"
	"  - {key: payment, name: 社保缴存, kind: property, sensitive: true, validator: none, mask: all}\n";

static const char city[] = "key: testing\n"
			   "name: 试办\n"
			   "city_name: 试验市\n"
			   "controller: 试验市数据中心\n"
			   "contact:\n"
			   "  hotlines: [022-12345]\n"
			   "consent: {continue: true}\n"
			   "border: {mode: never}\n"
			   "tabs:\n"
			   "  - {key: home, name: 首页}\n"
			   "  - {key: me, name: 我的}\n"
			   "gate:\n"
			   "  rights: [my_information]\n"
			   "  clause: {accept: TJ-0.2.b, weak: TJ-0.2.f, status: TJ-4.2.1.d, login: "
			   "TJ-1.1.2.k, phone: TJ-1.2.1.1.b,\n"
			   "    realname: TJ-1.1.5.e, guardian: TJ-6.2.a, sensitive: TJ-1.2.3.a, share: "
			   "TJ-2.1.1, second_check: TJ-4.4.a}\n";

static const char policy[] =
	"version: \"1\"\n"
	"effective: 2026-01-01\n"
	"updated: 2025-12-20\n"
	"purposes:\n"
	"  - {key: query, name: 查询本人信息, clause: TJ-1.1.6.c}\n"
	"  - {key: show_masked, name: 展示本人信息, clause: TJ-4.1.1.a}\n"
	"  - {key: show, name: 查看本人信息, clause: TJ-4.1.1.a}\n"
	"  - {key: notify, name: 发送通知, clause: TJ-2.1.6}\n"
	"recipients:\n"
	"  - {key: centre, name: 受理中心, kind: organ, region: CN, contact: 022-12345, basis: 法律授权, "
	"clause: TJ-1.1.6.c}\n"
	"  - {key: bureau, name: 城建局, kind: organ, region: CN, contact: 022-1, basis: 法律授权, clause: "
	"TJ-1.1.6.c, within: centre}\n"
	"  - {key: sms, name: 短信公司, kind: supplier, region: CN, contact: 022-2, basis: 委托合同, clause: "
	"TJ-2.1.6}\n"
	"  - {key: other, name: 其他单位, kind: partner, region: CN, contact: 022-3, basis: 协议, clause: "
	"TJ-2.1.4.a}\n"
	"permissions:\n"
	"  - {key: perm_camera, name: 相机, why: 扫码, clause: TJ-1.1.23.2.a, platforms: [android, ios]}\n"
	"  - {key: perm_location, name: 位置, why: 查找网点, clause: TJ-1.1.4.a, platforms: all, items: "
	"[location]}\n"
	"categories:\n"
	"  - key: social\n"
	"    name: 社保医保\n"
	"    kind: service\n"
	"    collect: {items: [real_name, id_number, mobile_phone, location], clause: TJ-1.1.6.a}\n"
	"    share: {items: [real_name, id_number, mobile_phone], clause: TJ-1.1.6.c}\n"
	"    purposes: [query, notify]\n"
	"    recipients: [centre, bureau, sms]\n"
	"    permissions: [perm_location]\n"
	"    retention: {rule: 自停止使用之日起, days: 30}\n"
	"  - key: driving\n"
	"    name: 驾管\n"
	"    kind: service\n"
	"    collect: {items: [plate_number], clause: TJ-1.1.8.a}\n"
	"    purposes: [query]\n"
	"    retention: {rule: 自停止使用之日起, days: 0}\n"
	"  - key: rights\n"
	"    name: 个人权利\n"
	"    kind: internal\n"
	"    read: {items: all, clause: TJ-4.1.1.a}\n"
	"    purposes: [show, show_masked]\n"
	"    retention: {rule: 随账号, days: 0}\n"
	"legal_retention:\n"
	"  - {class: payment, name: 支付记录, rule: 依法自交易完成之日起, days: 1825}\n"
	"chapters:\n"
	"  - key: collect\n"
	"    title: 一、收集\n"
	"    sections:\n"
	"      - title: 社保\n"
	"        paragraphs: [\"我们<只>收集**证件号码**等信息，可致电 022-12345。\"]\n"
	"        table: services\n"
	"  - key: share\n"
	"    title: 二、提供\n"
	"    sections:\n"
	"      - {table: recipients}\n"
	"      - {table: permissions}\n"
	"      - {table: items}\n"
	"      - {table: retention}\n";

static const char services[] = "services:\n"
			       "  - key: insurance\n"
			       "    name: 社会保险查询\n"
			       "    category: social\n"
			       "    shape: query\n"
			       "    level: realname\n"
			       "    fields:\n"
			       "      - {item: real_name, required: true, prefill: true}\n"
			       "      - {item: id_number, required: true, prefill: true}\n"
			       "      - {item: mobile_phone}\n"
			       "      - {item: location}\n"
			       "    shared: [real_name, id_number, mobile_phone]\n"
			       "    result: [payment]\n"
			       "    purpose: query\n"
			       "    recipient: centre\n"
			       "    clause: TJ-1.1.6.a\n"
			       "  - key: plates\n"
			       "    name: 车辆信息\n"
			       "    category: driving\n"
			       "    shape: info\n"
			       "    level: open\n"
			       "    fields: [{item: plate_number}]\n"
			       "    purpose: query\n"
			       "    clause: TJ-1.1.8.a\n"
			       "  - key: phone_line\n"
			       "    name: 电话办理\n"
			       "    category: social\n"
			       "    shape: case\n"
			       "    level: phone\n"
			       "    fields: [{item: real_name}]\n"
			       "    purpose: query\n"
			       "    clause: TJ-1.1.6.a\n"
			       "  - key: my_information\n"
			       "    name: 我的信息\n"
			       "    category: rights\n"
			       "    shape: internal\n"
			       "    level: login\n"
			       "    reads: all\n"
			       "    purpose: show\n"
			       "    clause: TJ-4.1.1.a\n";

static const struct {
	const char *part, *path, *text;
} parts[] = {
	{"items", "common/items.yaml", items},
	{"city", "testing/city.yaml", city},
	{"policy", "testing/policy/1.yaml", policy},
	{"services", "testing/services/all.yaml", services},
};
enum { PARTS = sizeof parts / sizeof *parts };

static void write_file(const char *dir, const char *path, const char *text)
{
	char name[128];

	snprintf(name, sizeof name, "%s/%s", dir, path);
	FILE *f = fopen(name, "w");
	assert(f);
	fputs(text, f);
	fclose(f);
}

const char *test_cities(const char *source_dir)
{
	static char path[1000];
	const char *other = getenv("TB_CITIES");

	snprintf(path, sizeof path, "%s%s", other ? other : source_dir, other ? "" : "/cities");
	return path;
}

static void make_folders(const char *dir)
{
	static const char *const folders[] = {"common", "testing", "testing/policy", "testing/services"};
	char name[128];

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(name, sizeof name, "%s/%s", dir, folders[i]);
		mkdir(name, 0700);
	}
}

static const char *text_of(const char *part, const char *const *names, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(part, names[i]) == 0)
			return texts[i];
	return NULL;
}

void test_city_load_all(struct test_city *t, const char *const *names, const char *const *texts, size_t count)
{
	crypto_init();
	*t = (struct test_city){.dir = "/tmp/tb_policy_XXXXXX"};
	assert(mkdtemp(t->dir));
	make_folders(t->dir);
	for (size_t i = 0; i < PARTS; i++) {
		const char *text = text_of(parts[i].part, names, texts, count);
		write_file(t->dir, parts[i].path, text ? text : parts[i].text);
	}
	t->c.arena = arena_new(16 * 1024 * 1024);
	buf_init(&t->complaints, 1024 * 1024);
	if (failed(release_load(&t->c, t->dir, "testing", &t->complaints, &t->release)))
		t->release = NULL;
	t->c.release = t->release;
}

void test_city_load(struct test_city *t, const char *part, const char *text)
{
	test_city_load_all(t, &part, &text, part ? 1 : 0);
}

void test_city_write(struct test_city *t, const char *path, const char *text)
{
	write_file(t->dir, path, text);
}

const char *test_city_text(const char *part, const char *from, const char *to)
{
	static char text[16 * 1024];

	for (size_t i = 0; i < PARTS; i++) {
		if (strcmp(part, parts[i].part) != 0)
			continue;
		const char *at = strstr(parts[i].text, from);
		assert(at);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - parts[i].text), parts[i].text, to,
			 at + strlen(from));
	}
	return text;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void test_city_release(struct test_city *t)
{
	nftw(t->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	release_drop(t->release);
	buf_release(&t->complaints);
	arena_free(t->c.arena);
}

void assert_complaint(const char *part, const char *from, const char *to, const char *complaint)
{
	struct test_city t;

	test_city_load(&t, part, test_city_text(part, from, to));
	assert_null(t.release);
	assert_string_equal(buf_slice(&t.complaints).p, complaint);
	test_city_release(&t);
}
