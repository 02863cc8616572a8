#include "policy/processing.h"
#include "policy/processing_internal.h"
#include <stdio.h>
#include <stdlib.h>

const char *processing_word(enum processing_kind kind)
{
	static const char *const words[PROCESSING_KINDS] = {"collect", "use", "send", "store"};

	return words[kind];
}

const char *processing_name(enum processing_kind kind)
{
	static const char *const names[PROCESSING_KINDS] = {"收集", "使用", "传输", "存储"};

	return names[kind];
}

void processing_put(struct processing_set *s, enum processing_kind kind, const char *law, const char *where,
		    const char *what, const char *format, ...)
{
	char key[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(key, sizeof key, format, ap);
	va_end(ap);
	if (s->list.count == s->room) {
		struct processing *more = ARENA_ARRAY(s->arena, struct processing, s->room * 2 + 256);
		if (s->list.count)
			memcpy(more, s->list.rows, s->list.count * sizeof *more);
		s->list.rows = more;
		s->room = s->room * 2 + 256;
	}
	s->list.rows[s->list.count++] = (struct processing){
		.kind = kind,
		.key = arena_printf(s->arena, "%s/%s", processing_word(kind), key),
		.where = arena_copy(s->arena, slice_of(where)), /* the list outlives the release */
		.what = arena_copy(s->arena, slice_of(what)),
		.law = law};
}

/* ---- parts ---- */

static const char *by_item(const struct item *it)
{
	return it->sensitive ? LAW_SENSITIVE : NULL;
}

static bool any_sensitive(const struct release *r, const struct itemset *set)
{
	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(set, i) && ((const struct item *)r->items.rows[i])->sensitive)
			return true;
	return false;
}

static const char *by_recipient(const struct release *r, const struct recipient *to)
{
	return r->abroad >> to->number & 1 ? LAW_ABROAD : LAW_PROVIDED;
}

/* Each item of a set: "<path>/<owner>/<item>". */
static void put_items(struct processing_set *s, enum processing_kind kind, const char *path,
		      const char *owner, const char *where, const char *verb, const struct itemset *set)
{
	for (unsigned i = 0; i < s->release->items.count; i++) {
		const struct item *it = s->release->items.rows[i];
		if (itemset_has(set, i))
			processing_put(s, kind, kind == PROCESSING_SEND ? LAW_PROVIDED : by_item(it), where,
				       arena_printf(s->arena, "%s：%s", verb, it->name), "%s/%s/%s", path,
				       owner, it->key);
	}
}

/* What opens sensitive data is sensitive itself. */
static const char *by_permission(const struct release *r, unsigned number)
{
	struct itemset opened = {0};

	for (unsigned i = 0; i < r->items.count; i++)
		if (((const struct item *)r->items.rows[i])->permissions >> number & 1)
			itemset_add(&opened, i);
	return any_sensitive(r, &opened) ? LAW_SENSITIVE : NULL;
}

static void put_permissions(struct processing_set *s, const char *path, const char *owner, const char *where,
			    uint32_t permissions)
{
	for (unsigned i = 0; i < s->release->permissions.count; i++) {
		const struct permission *p = s->release->permissions.rows[i];
		if (permissions >> i & 1)
			processing_put(s, PROCESSING_COLLECT, by_permission(s->release, i), where,
				       arena_printf(s->arena, "使用系统权限：%s", p->name), "%s/%s/%s", path,
				       owner, p->key);
	}
}

static void put_days(struct processing_set *s, const char *law, const char *path, const char *key,
		     const char *where, int days)
{
	processing_put(s, PROCESSING_STORE, law, where, arena_printf(s->arena, "保存期限：%d 日", days),
		       "%s/%s=%d", path, key, days);
}

/* A category without days has no end of its own, which is longer than any number of them. */
static void put_period(struct processing_set *s, const char *law, const struct category *k)
{
	if (k->retention_days)
		put_days(s, law, "category", k->key, k->name, k->retention_days);
	else
		processing_put(s, PROCESSING_STORE, law, k->name, "保存期限：至该项业务终止",
			       "category/%s=end", k->key);
}

/* ---- registers ---- */

static void of_category(struct processing_set *s, const struct category *k)
{
	const struct release *r = s->release;

	put_items(s, PROCESSING_COLLECT, "category", k->key, k->name, "收集", &k->collect);
	put_permissions(s, "category", k->key, k->name, k->permissions);
	put_items(s, PROCESSING_USE, "category", k->key, k->name, "调取展示", &k->read);
	for (unsigned i = 0; i < r->purposes.count; i++) {
		const struct purpose *p = r->purposes.rows[i];
		if (k->purposes >> i & 1)
			processing_put(s, PROCESSING_USE,
				       any_sensitive(r, &k->collect) ? LAW_SENSITIVE : NULL, k->name,
				       arena_printf(s->arena, "用于：%s", p->name), "category/%s/for/%s",
				       k->key, p->key);
	}
	put_items(s, PROCESSING_SEND, "category", k->key, k->name, "对外提供", &k->share);
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *to = r->recipients.rows[i];
		if (k->recipients >> i & 1)
			processing_put(s, PROCESSING_SEND, by_recipient(r, to), k->name,
				       arena_printf(s->arena, "提供给：%s", to->name), "category/%s/to/%s",
				       k->key, to->key);
	}
	put_period(s, any_sensitive(r, &k->collect) ? LAW_SENSITIVE : NULL, k);
}

static void of_service(struct processing_set *s, const struct service *v)
{
	const struct release *r = s->release;
	bool sensitive =
		any_sensitive(r, &v->items) || any_sensitive(r, &v->result) || any_sensitive(r, &v->reads);
	const char *law = sensitive ? LAW_SENSITIVE : v->recipient ? LAW_PROVIDED : NULL;

	put_items(s, PROCESSING_COLLECT, "service", v->key, v->name, "填写", &v->items);
	processing_put(s, PROCESSING_USE, law, v->name,
		       arena_printf(s->arena, "开办，用于：%s", v->purpose->name), "service/%s/for/%s",
		       v->key, v->purpose->key);
	put_items(s, PROCESSING_USE, "service", v->key, v->name, "显示", &v->result);
	put_items(s, PROCESSING_USE, "service", v->key, v->name, "调取展示", &v->reads);
	put_items(s, PROCESSING_SEND, "service", v->key, v->name, "发送", &v->shared);
	if (v->recipient)
		processing_put(s, PROCESSING_SEND, by_recipient(r, v->recipient), v->name,
			       arena_printf(s->arena, "发送给：%s", v->recipient->name), "service/%s/to/%s",
			       v->key, v->recipient->key);
}

static const char *kind_of_recipient(const char *word)
{
	static const char *const names[][2] = {{"organ", "国家机关"},
					       {"authorised", "依法授权的单位"},
					       {"partner", "合作方"},
					       {"affiliate", "关联方"},
					       {"supplier", "受托方"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], word) == 0)
			return names[i][1];
	return word;
}

static void of_recipient(struct processing_set *s, const struct recipient *to)
{
	processing_put(s, PROCESSING_SEND, by_recipient(s->release, to), to->name,
		       arena_printf(s->arena, "作为接收方（%s）", kind_of_recipient(to->kind)),
		       "recipient/%s/%s/%s", to->key, to->kind, to->region);
	put_items(s, PROCESSING_SEND, "recipient", to->key, to->name, "另行接收", &to->items);
}

static void of_permission(struct processing_set *s, const struct permission *p)
{
	struct itemset opened = {0};

	for (unsigned i = 0; i < s->release->items.count; i++)
		if (((const struct item *)s->release->items.rows[i])->permissions >> p->number & 1)
			itemset_add(&opened, i);
	processing_put(s, PROCESSING_COLLECT, by_permission(s->release, p->number), p->name, "申请系统权限",
		       "permission/%s", p->key);
	put_items(s, PROCESSING_COLLECT, "permission", p->key, p->name, "由它取得", &opened);
}

static void of_sdk(struct processing_set *s, const struct sdk *k)
{
	put_permissions(s, "sdk", k->key, k->name, k->permissions);
	for (size_t i = 0; i < k->use_count; i++)
		processing_put(s, PROCESSING_USE, LAW_PROVIDED, k->name, "调用第三方开发包", "sdk/%s/on/%s",
			       k->key, k->uses[i].trigger);
	put_items(s, PROCESSING_SEND, "sdk", k->key, k->name, "由开发包取得", &k->items);
}

/* What a ground lets the city do without consent. What it may refuse people is no processing. */
static void of_ground(struct processing_set *s, const struct exception *e)
{
	static const struct {
		enum exception_context where;
		enum processing_kind kind;
		const char *what;
	} acts[] = {
		{EXCEPTION_COLLECT, PROCESSING_COLLECT, "不经同意收集"},
		{EXCEPTION_SHARE, PROCESSING_SEND, "不经同意提供"},
		{EXCEPTION_TRANSFER, PROCESSING_SEND, "转让"},
		{EXCEPTION_PUBLISH, PROCESSING_SEND, "公开"},
		{EXCEPTION_ABROAD, PROCESSING_SEND, "向境外提供"},
		{EXCEPTION_KEEP, PROCESSING_STORE, "查询依法留存的记录"},
		{EXCEPTION_MINOR, PROCESSING_USE, "不经监护人同意处理"},
		{EXCEPTION_USE, PROCESSING_USE, "改作他用"},
	};

	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (exception_holds(e, acts[i].where))
			processing_put(s, acts[i].kind,
				       acts[i].where == EXCEPTION_ABROAD ? LAW_ABROAD : LAW_WEIGHTY,
				       e->ground, acts[i].what, "ground/%s/%s", e->key,
				       exception_context_word(acts[i].where));
}

static void of_cookie(struct processing_set *s, const struct cookie *k)
{
	bool analysis = strcmp(k->use, "analysis") == 0;

	processing_put(s, PROCESSING_COLLECT, analysis ? LAW_AUTOMATED : NULL, k->name,
		       analysis ? "以 Cookie 分析使用情况" : "使用 Cookie", "cookie/%s/%s", k->key, k->use);
}

#define EACH(table, type, fn)                                                                                \
	for (unsigned i = 0; i < r->table.count; i++)                                                        \
	fn(&s, (const type *)r->table.rows[i])

struct processing_list processing_all(struct arena *a, const struct release *r)
{
	struct processing_set s = {.arena = a, .release = r};

	EACH(categories, struct category, of_category);
	EACH(services, struct service, of_service);
	EACH(recipients, struct recipient, of_recipient);
	EACH(permissions, struct permission, of_permission);
	EACH(sdks, struct sdk, of_sdk);
	EACH(exceptions, struct exception, of_ground);
	EACH(cookies, struct cookie, of_cookie);
	for (unsigned i = 0; i < r->retentions.count; i++) {
		const struct retention *k = r->retentions.rows[i];
		put_days(&s, LAW_WEIGHTY, "legal", k->key, k->name, k->days);
	}
	processing_of_settings(&s);
	return s.list;
}

/* ---- what is new ---- */

/* A period stands after the sign; whatever was assessed for longer was assessed for less as well. */
static struct slice base_of(struct slice key, int64_t *ret_days)
{
	const char *sign = memchr(key.p, '=', key.n);

	*ret_days = 0;
	if (!sign)
		return key;
	if (!slice_int((struct slice){sign + 1, key.n - (size_t)(sign + 1 - key.p)}, ret_days))
		*ret_days = INT64_MAX;
	return (struct slice){key.p, (size_t)(sign - key.p)};
}

bool processing_covers(struct slice assessed, struct slice key)
{
	int64_t longest, days;
	struct slice a = base_of(assessed, &longest), b = base_of(key, &days);

	return slice_eq(a, b) && days <= longest;
}

static int by_base(const void *a, const void *b)
{
	const struct processing *x = a, *y = b;
	size_t n = strcspn(x->key, "="), m = strcspn(y->key, "=");
	int order = memcmp(x->key, y->key, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

static bool demands_all(const struct release *r)
{
	const char *demand = r ? city_text(r, "assessment.demand") : NULL;

	return demand && strcmp(demand, "all") == 0;
}

static void keep(struct processing_list *l, const struct processing *p, bool all)
{
	if (all || p->law)
		l->rows[l->count++] = *p;
}

/* A clause that is void no longer opens again what it allowed. */
static void put_lifted(struct processing_set *s, const struct release *before)
{
	for (unsigned i = 0; before && i < before->voids.count; i++) {
		const struct void_mark *v = before->voids.rows[i];
		if (!release_void(s->release, v->key))
			processing_put(s, PROCESSING_USE, LAW_WEIGHTY,
				       arena_printf(s->arena, "条款 %s", v->key), "恢复执行", "clause/%s",
				       v->key);
	}
}

struct processing_list processing_new(struct arena *a, const struct release *before,
				      const struct release *after)
{
	struct processing_list old = before ? processing_all(a, before) : (struct processing_list){0},
			       now = processing_all(a, after), fresh = {0};
	struct processing_set lifted = {.arena = a, .release = after};
	bool all = demands_all(before) || demands_all(after);

	if (old.count)
		qsort(old.rows, old.count, sizeof *old.rows, by_base);
	put_lifted(&lifted, before);
	fresh.rows = ARENA_ARRAY(a, struct processing, now.count + lifted.list.count + 1);
	for (size_t i = 0; i < now.count; i++) {
		const struct processing *p = &now.rows[i],
					*was = old.count ? bsearch(p, old.rows, old.count, sizeof *p, by_base)
							 : NULL;
		if (!was || !processing_covers(slice_of(was->key), slice_of(p->key)))
			keep(&fresh, p, all);
	}
	for (size_t i = 0; i < lifted.list.count; i++)
		keep(&fresh, &lifted.list.rows[i], all);
	return fresh;
}
