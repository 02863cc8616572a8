#include "policy/diff.h"
#include "policy/diff_settings.h"
#include "policy/model.h"
#include "policy/policy_html.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct diff {
	struct ctx *c;
	const struct release *a, *b; /* before and after */
	struct policy_change *first, **next;
};

/* What every row of a table starts with. */
struct named {
	unsigned number;
	const char *key, *name;
};
#define STARTS_NAMED(type, member)                                                                           \
	static_assert(offsetof(type, member) == offsetof(struct named, name), "the name stands third")
STARTS_NAMED(struct purpose, name);
STARTS_NAMED(struct recipient, name);
STARTS_NAMED(struct permission, name);
STARTS_NAMED(struct category, name);
STARTS_NAMED(struct service, name);
STARTS_NAMED(struct retention, name);
STARTS_NAMED(struct item, name);
STARTS_NAMED(struct sdk, name);
STARTS_NAMED(struct sdk_reason, name);
STARTS_NAMED(struct exception, ground);
STARTS_NAMED(struct cookie, name);
STARTS_NAMED(struct definition, term);
STARTS_NAMED(struct duty, name);

const char *policy_major_clause(enum policy_major major)
{
	static const char *const clauses[MAJOR_COUNT] = {NULL,	     "NT-6.2.1", "NT-6.2.2", "NT-6.2.3",
							 "NT-6.2.4", "NT-6.2.5", "NT-6.2.6", "NT-6.2.7"};

	return clauses[major];
}

const char *policy_major_name(enum policy_major major)
{
	static const char *const names[MAJOR_COUNT] = {
		"一般变更",
		"重大变更：处理的目的、信息类型或者使用方式",
		"重大变更：所有权或者组织机构",
		"重大变更：共享、转让或者公开的对象",
		"重大变更：您的权利及其行使方式",
		"重大变更：责任单位、联系方式或者投诉渠道",
		"重大变更：影响评估表明存在高风险",
		"重大变更：对您权益的其他重大影响",
	};

	return names[major];
}

const char *policy_major_key(enum policy_major major)
{
	static const char *const keys[MAJOR_COUNT] = {"minor",	"model",   "organisation", "recipients",
						      "rights", "contact", "risk",	   "other"};

	return keys[major];
}

const char *policy_major_listed(const struct release *r, enum policy_major major)
{
	const char *clause = policy_major_clause(major);

	return clause && city_list_has(r, "update.major", clause) ? clause : NULL;
}

__attribute__((format(printf, 3, 4))) static void note(struct diff *d, enum policy_major major,
						       const char *fmt, ...)
{
	struct policy_change *change = ARENA_NEW(d->c->arena, struct policy_change);
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*change = (struct policy_change){major, arena_copy(d->c->arena, slice_of(text)), NULL, false};
	*d->next = change;
	d->next = &change->next;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- sets ---- */

static const char *add_name(struct diff *d, const char *list, const char *name)
{
	return list ? arena_printf(d->c->arena, "%s、%s", list, name) : name;
}

/* Names of the items in x that y lacks; NULL when there is none. Numbers may differ between releases. */
static const char *items_lost(struct diff *d, const struct release *rx, const struct itemset *x,
			      const struct release *ry, const struct itemset *y)
{
	const char *list = NULL;

	for (unsigned i = 0; i < rx->items.count; i++) {
		const struct item *it = rx->items.rows[i];
		const struct item *there = itemset_has(x, i) ? release_item(ry, it->key) : NULL;
		if (itemset_has(x, i) && !(there && itemset_has(y, there->number)))
			list = add_name(d, list, it->name);
	}
	return list;
}

static const char *rows_lost(struct diff *d, const struct table *tx, uint64_t x, const struct table *ty,
			     uint64_t y)
{
	const char *list = NULL;

	for (unsigned i = 0; i < tx->count && i < 64; i++) {
		const struct named *row = tx->rows[i], *there = x >> i & 1 ? model_find(ty, row->key) : NULL;
		if ((x >> i & 1) && !(there && (y >> there->number & 1)))
			list = add_name(d, list, row->name);
	}
	return list;
}

static void diff_items(struct diff *d, enum policy_major major, const char *where, const char *verb,
		       const struct itemset *before, const struct itemset *after)
{
	const char *more = items_lost(d, d->b, after, d->a, before);
	const char *less = items_lost(d, d->a, before, d->b, after);

	if (more)
		note(d, major, "“%s”新增%s的信息：%s。", where, verb, more);
	if (less)
		note(d, major, "“%s”不再%s的信息：%s。", where, verb, less);
}

static void diff_bits(struct diff *d, enum policy_major major, const char *where, const char *what,
		      const struct table *ta, uint64_t before, const struct table *tb, uint64_t after)
{
	const char *more = rows_lost(d, tb, after, ta, before);
	const char *less = rows_lost(d, ta, before, tb, after);

	if (more)
		note(d, major, "“%s”新增%s：%s。", where, what, more);
	if (less)
		note(d, major, "“%s”减少%s：%s。", where, what, less);
}

static void diff_text(struct diff *d, enum policy_major major, const char *where, const char *what,
		      const char *before, const char *after)
{
	if (!same_text(before, after))
		note(d, major, "“%s”的%s由“%s”改为“%s”。", where, what, before ? before : "无",
		     after ? after : "无");
}

/* ---- tables ---- */

typedef void (*row_fn)(struct diff *d, const void *before, const void *after);

/* Rows that came, went, or stayed: fn compares those that stayed. */
static void diff_table(struct diff *d, enum policy_major major, const char *noun, const struct table *ta,
		       const struct table *tb, row_fn fn)
{
	for (unsigned i = 0; i < tb->count; i++) {
		const struct named *after = tb->rows[i], *before = model_find(ta, after->key);
		if (!before)
			note(d, major, "新增%s：%s。", noun, after->name);
		else if (!same_text(before->name, after->name))
			note(d, major, "%s“%s”改为“%s”。", noun, before->name, after->name);
		if (before && fn)
			fn(d, before, after);
	}
	for (unsigned i = 0; i < ta->count; i++) {
		const struct named *before = ta->rows[i];
		if (!model_find(tb, before->key))
			note(d, major, "取消%s：%s。", noun, before->name);
	}
}

/* People read the name of a place, not its code. */
static const char *place_name(const char *region)
{
	static const char *const names[][2] = {{"CN", "中国大陆"}, {"HK", "中国香港"}, {"MO", "中国澳门"},
					       {"TW", "中国台湾"}, {"SG", "新加坡"},   {"JP", "日本"},
					       {"KR", "韩国"},	   {"US", "美国"},     {"GB", "英国"},
					       {"DE", "德国"},	   {"FR", "法国"},     {"NL", "荷兰"},
					       {"IE", "爱尔兰"},   {"AU", "澳大利亚"}, {"CA", "加拿大"}};

	for (size_t i = 0; region && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], region) == 0)
			return names[i][1];
	return region;
}

/* A word of the schema as people read it. */
static const char *word_name(const char *word)
{
	static const char *const names[][2] = {
		{"organ", "国家机关"},	  {"authorised", "依法授权的单位"}, {"partner", "合作方"},
		{"affiliate", "关联方"},  {"supplier", "受托方"},	    {"session", "保持会话"},
		{"identity", "识别身份"}, {"analysis", "分析使用情况"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], word) == 0)
			return names[i][1];
	return word;
}

static void diff_recipient(struct diff *d, const void *before, const void *after)
{
	const struct recipient *a = before, *b = after;

	diff_text(d, MAJOR_RECIPIENTS, b->name, "种类", word_name(a->kind), word_name(b->kind));
	diff_items(d, MAJOR_RECIPIENTS, b->name, "另行接收", &a->items, &b->items);
	diff_text(d, MAJOR_RECIPIENTS, b->name, "所在国家或者地区", place_name(a->region),
		  place_name(b->region));
	diff_text(d, MAJOR_RECIPIENTS, b->name, "接收依据", a->basis, b->basis);
	diff_text(d, MAJOR_CONTACT, b->name, "联系方式", a->contact, b->contact);
}

/* The items that come from a sensor only with this permission. */
static struct itemset opened_by(const struct release *r, const struct permission *p)
{
	struct itemset set = {0};

	for (unsigned i = 0; i < r->items.count; i++)
		if (((const struct item *)r->items.rows[i])->permissions >> p->number % 32 & 1)
			itemset_add(&set, i);
	return set;
}

static void diff_permission(struct diff *d, const void *before, const void *after)
{
	const struct permission *a = before, *b = after;
	struct itemset opened_a = opened_by(d->a, a), opened_b = opened_by(d->b, b);

	diff_items(d, MAJOR_MODEL, b->name, "由它取得", &opened_a, &opened_b);
	diff_text(d, MAJOR_MODEL, b->name, "用途", a->why, b->why);
	diff_text(d, MAJOR_NONE, b->name, "适用客户端", html_platforms(a->platforms),
		  html_platforms(b->platforms));
}

/* Keeping longer weighs on rights; keeping shorter does not. */
static void diff_days(struct diff *d, const char *where, int before, int after)
{
	if (before != after)
		note(d, after > before ? MAJOR_OTHER : MAJOR_NONE, "“%s”的保存期限由 %d 日%s为 %d 日。",
		     where, before, after > before ? "延长" : "缩短", after);
}

/* 0 is no end of its own, which is longer than any number of days. */
static void diff_period(struct diff *d, const char *where, int before, int after)
{
	if (before && after)
		diff_days(d, where, before, after);
	else if (before)
		note(d, MAJOR_OTHER, "“%s”的保存期限由 %d 日延长到该项业务终止为止。", where, before);
	else if (after)
		note(d, MAJOR_NONE, "“%s”的保存期限由到该项业务终止为止，缩短为 %d 日。", where, after);
}

static void diff_category(struct diff *d, const void *before, const void *after)
{
	const struct category *a = before, *b = after;

	diff_items(d, MAJOR_MODEL, b->name, "收集", &a->collect, &b->collect);
	diff_items(d, MAJOR_MODEL, b->name, "对外提供", &a->share, &b->share);
	diff_items(d, MAJOR_MODEL, b->name, "调取展示", &a->read, &b->read);
	diff_bits(d, MAJOR_MODEL, b->name, "目的", &d->a->purposes, a->purposes, &d->b->purposes,
		  b->purposes);
	diff_bits(d, MAJOR_RECIPIENTS, b->name, "接收方", &d->a->recipients, a->recipients, &d->b->recipients,
		  b->recipients);
	diff_bits(d, MAJOR_MODEL, b->name, "系统权限", &d->a->permissions, a->permissions, &d->b->permissions,
		  b->permissions);
	diff_period(d, b->name, a->retention_days, b->retention_days);
	diff_text(d, MAJOR_OTHER, b->name, "保存规则", a->retention_rule, b->retention_rule);
}

static void diff_legal(struct diff *d, const void *before, const void *after)
{
	const struct retention *a = before, *b = after;

	diff_days(d, b->name, a->days, b->days);
	diff_text(d, MAJOR_OTHER, b->name, "留存依据", a->rule, b->rule);
}

static void diff_purpose(struct diff *d, const void *before, const void *after)
{
	const struct purpose *a = before, *b = after;

	diff_text(d, MAJOR_MODEL, b->name, "性质", a->commercial ? "经营性" : "非经营性",
		  b->commercial ? "经营性" : "非经营性");
	diff_text(d, MAJOR_MODEL, b->name, "上级目的", a->within ? a->within->name : NULL,
		  b->within ? b->within->name : NULL);
}

static void diff_service(struct diff *d, const void *before, const void *after)
{
	static const char *const levels[] = {"不需登录", "登录", "验证手机号码", "实名认证"};
	const struct service *a = before, *b = after;

	diff_items(d, MAJOR_MODEL, b->name, "填写", &a->items, &b->items);
	diff_items(d, MAJOR_MODEL, b->name, "发送", &a->shared, &b->shared);
	diff_items(d, MAJOR_MODEL, b->name, "显示", &a->result, &b->result);
	diff_text(d, MAJOR_RECIPIENTS, b->name, "接收方", a->recipient ? a->recipient->name : NULL,
		  b->recipient ? b->recipient->name : NULL);
	diff_text(d, MAJOR_RECIPIENTS, b->name, "提供方", a->provider, b->provider);
	diff_text(d, MAJOR_MODEL, b->name, "目的", a->purpose->name, b->purpose->name);
	diff_text(d, MAJOR_NONE, b->name, "办理条件", levels[a->level], levels[b->level]);
}

static void diff_item(struct diff *d, const void *before, const void *after)
{
	const struct item *a = before, *b = after;

	if (a->sensitive != b->sensitive)
		note(d, MAJOR_RIGHTS, "“%s”%s敏感个人信息。", b->name, b->sensitive ? "改为" : "不再作为");
}

static void diff_sdk(struct diff *d, const void *before, const void *after)
{
	const struct sdk *a = before, *b = after;

	diff_items(d, MAJOR_MODEL, b->name, "取得", &a->items, &b->items);
	diff_bits(d, MAJOR_MODEL, b->name, "系统权限", &d->a->permissions, a->permissions, &d->b->permissions,
		  b->permissions);
	diff_text(d, MAJOR_RECIPIENTS, b->name, "提供方", a->vendor, b->vendor);
	diff_text(d, MAJOR_MODEL, b->name, "用途", a->function, b->function);
	diff_text(d, MAJOR_MODEL, b->name, "集成目的", a->reason ? a->reason->name : NULL,
		  b->reason ? b->reason->name : NULL);
	diff_text(d, MAJOR_RECIPIENTS, b->name, "消息的送达方", a->recipient ? a->recipient->name : NULL,
		  b->recipient ? b->recipient->name : NULL);
	diff_text(d, MAJOR_RIGHTS, b->name, "拒绝的影响", a->refusing, b->refusing);
	diff_text(d, MAJOR_MODEL, b->name, "调用条件", a->condition, b->condition);
	if (strcmp(a->trigger, b->trigger) != 0)
		note(d, MAJOR_MODEL, "“%s”改在另一种情形下调用。", b->name);
	if (a->login != b->login)
		note(d, MAJOR_MODEL, "“%s”%s登录之后才调用。", b->name, b->login ? "改为" : "不再限于");
	if (a->consent != b->consent)
		note(d, MAJOR_RIGHTS, "“%s”%s须先由您授权。", b->name, b->consent ? "改为" : "不再");
}

static void diff_exception(struct diff *d, const void *before, const void *after)
{
	const struct exception *a = before, *b = after;

	if (a->contexts != b->contexts)
		note(d, MAJOR_RIGHTS, "情形“%s”的适用范围有变化。", b->ground);
	if (a->needs != b->needs)
		note(d, MAJOR_RIGHTS, "情形“%s”使用时须载明的内容%s。", b->ground,
		     a->needs & ~b->needs ? "减少" : "增加");
	if (a->secrecy != b->secrecy)
		note(d, MAJOR_RIGHTS, "情形“%s”%s推迟告知本人。", b->ground,
		     b->secrecy ? "改为可以" : "不再可以");
}

static void diff_cookie(struct diff *d, const void *before, const void *after)
{
	const struct cookie *a = before, *b = after;

	diff_text(d, MAJOR_MODEL, b->name, "用途", word_name(a->use), word_name(b->use));
	diff_text(d, MAJOR_RIGHTS, b->name, "拒绝的影响", a->effect, b->effect);
	if (a->refusable != b->refusable)
		note(d, MAJOR_RIGHTS, "Cookie“%s”%s拒绝。", b->name, b->refusable ? "改为可以" : "不再可以");
}

static void diff_definition(struct diff *d, const void *before, const void *after)
{
	const struct definition *a = before, *b = after;

	diff_text(d, MAJOR_NONE, b->term, "含义", a->meaning, b->meaning);
}

/* ---- the text ---- */

static const struct chapter *chapter_find(const struct chapters *all, const char *key)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->rows[i].key, key) == 0)
			return &all->rows[i];
	return NULL;
}

static bool same_section(const struct section *a, const struct section *b)
{
	if (!same_text(a->title, b->title) || a->table != b->table || a->contexts != b->contexts ||
	    a->paragraphs.count != b->paragraphs.count)
		return false;
	for (size_t i = 0; i < a->paragraphs.count; i++)
		if (strcmp(a->paragraphs.texts[i], b->paragraphs.texts[i]) != 0)
			return false;
	return true;
}

static bool same_sections(const struct chapter *a, const struct chapter *b)
{
	if (a->section_count != b->section_count)
		return false;
	for (size_t i = 0; i < a->section_count; i++)
		if (!same_section(&a->sections[i], &b->sections[i]))
			return false;
	return true;
}

/* The rules say what a change means; of the text only that it was changed, and where. */
static void diff_chapters(struct diff *d, const char *where, const struct chapters *before,
			  const struct chapters *after)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct chapter *b = &after->rows[i], *a = chapter_find(before, b->key);
		if (!a)
			note(d, MAJOR_NONE, "%s新增章节：%s。", where, b->title);
		else if (!same_text(a->title, b->title))
			note(d, MAJOR_NONE, "%s章节“%s”改为“%s”。", where, a->title, b->title);
		if (a && !same_sections(a, b))
			note(d, MAJOR_NONE, "%s“%s”一章的文字有修改。", where, b->title);
	}
	for (size_t i = 0; i < before->count; i++)
		if (!chapter_find(after, before->rows[i].key))
			note(d, MAJOR_NONE, "%s取消章节：%s。", where, before->rows[i].title);
}

static void diff_texts(struct diff *d)
{
	const struct release *a = d->a, *b = d->b;

	diff_chapters(d, "", &(struct chapters){a->chapters, a->chapter_count},
		      &(struct chapters){b->chapters, b->chapter_count});
	/* a fact of the city that changed is told as that, not once more as its text */
	diff_chapters(d, "用户服务协议", &a->agreement_written, &b->agreement_written);
}

/* ---- settings ---- */

static void diff_setting(struct diff *d, const char *key, const struct setting *a, const struct setting *b)
{
	enum policy_major major;
	const char *text = setting_change(d->c, d->a, d->b, key, a, b, &major);

	if (text)
		note(d, major, "%s", text);
}

static void diff_settings(struct diff *d)
{
	for (size_t i = 0; i < d->b->setting_count; i++) {
		const struct setting *b = &d->b->settings[i];
		diff_setting(d, b->key, setting_find(d->a, b->key), b);
	}
	for (size_t i = 0; i < d->a->setting_count; i++) {
		const struct setting *a = &d->a->settings[i];
		if (!setting_find(d->b, a->key))
			diff_setting(d, a->key, a, NULL);
	}
}

/* A void clause takes something from the city alone; to lift the mark opens it again. */
static void diff_voids(struct diff *d)
{
	for (unsigned i = 0; i < d->b->voids.count; i++) {
		const struct void_mark *v = d->b->voids.rows[i];
		if (!release_void(d->a, v->key))
			note(d, MAJOR_NONE, "条款 %s 停止执行：%s。", v->key, v->reason);
	}
	for (unsigned i = 0; i < d->a->voids.count; i++) {
		const struct void_mark *v = d->a->voids.rows[i];
		if (!release_void(d->b, v->key))
			note(d, MAJOR_MODEL, "条款 %s 恢复执行。", v->key);
	}
}

struct policy_change *policy_diff(struct ctx *c, const struct release *before, const struct release *after)
{
	struct diff d = {.c = c, .a = before, .b = after};
	const struct release *a = before, *b = after;

	d.next = &d.first;
	diff_table(&d, MAJOR_MODEL, "处理目的", &a->purposes, &b->purposes, diff_purpose);
	diff_table(&d, MAJOR_RECIPIENTS, "接收方", &a->recipients, &b->recipients, diff_recipient);
	diff_table(&d, MAJOR_MODEL, "系统权限", &a->permissions, &b->permissions, diff_permission);
	diff_table(&d, MAJOR_MODEL, "业务类别", &a->categories, &b->categories, diff_category);
	diff_table(&d, MAJOR_NONE, "服务事项", &a->services, &b->services, diff_service);
	diff_table(&d, MAJOR_NONE, "信息项目", &a->items, &b->items, diff_item);
	diff_table(&d, MAJOR_OTHER, "依法留存的记录", &a->retentions, &b->retentions, diff_legal);
	diff_table(&d, MAJOR_MODEL, "集成第三方开发包的目的", &a->sdk_reasons, &b->sdk_reasons, NULL);
	diff_table(&d, MAJOR_RECIPIENTS, "第三方开发包", &a->sdks, &b->sdks, diff_sdk);
	diff_table(&d, MAJOR_RIGHTS, "例外情形", &a->exceptions, &b->exceptions, diff_exception);
	diff_table(&d, MAJOR_MODEL, "Cookie", &a->cookies, &b->cookies, diff_cookie);
	diff_table(&d, MAJOR_NONE, "术语", &a->definitions, &b->definitions, diff_definition);
	diff_table(&d, MAJOR_NONE, "管理措施", &a->duties, &b->duties, NULL);
	diff_voids(&d);
	diff_settings(&d);
	diff_texts(&d);
	return d.first;
}
