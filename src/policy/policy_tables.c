/* The tables of the policy page, generated from the same rules that the gate applies. */
#include "policy/policy_html.h"
#include <stdio.h>

/* Cells carry the name of their column, which narrow screens show above the text. */
void html_cell_open(struct buf *out, const char *label)
{
	buf_printf(out, "<td data-label=\"%s\">", label);
}

void html_cell_close(struct buf *out)
{
	buf_add_text(out, "</td>");
}

void html_cell(struct buf *out, const char *label, const char *text)
{
	html_cell_open(out, label);
	html_text(out, text ? text : "—");
	html_cell_close(out);
}

void html_row_open(struct buf *out, const char *name)
{
	buf_add_text(out, "<tr><th scope=\"row\">");
	html_text(out, name);
	buf_add_text(out, "</th>");
}

void html_clause(struct buf *out, const struct release *r, const char *clause)
{
	const struct void_mark *v = release_void(r, clause);

	if (v) {
		buf_add_text(out, "<br><strong>停止执行</strong>（自");
		html_text(out, v->since);
		buf_add_text(out, "起）");
	}
	buf_add_text(out, HTML_CLAUSE_MARK);
	html_text(out, clause);
	buf_add_text(out, "-->");
}

void html_rule_open(struct buf *out, const struct release *r, struct html_id id, const char *name,
		    const char *const clauses[static 3])
{
	buf_add_text(out, "<tr");
	if (id.kind)
		buf_printf(out, " id=\"%s-%s\"", id.kind, id.key);
	buf_add_text(out, "><th scope=\"row\">");
	html_text(out, name);
	for (int i = 0; i < 3; i++) {
		bool again = false;
		for (int k = 0; clauses[i] && k < i; k++)
			again |= clauses[k] && strcmp(clauses[k], clauses[i]) == 0;
		if (clauses[i] && !again)
			html_clause(out, r, clauses[i]);
	}
	buf_add_text(out, "</th>");
}

void html_row_close(struct buf *out)
{
	buf_add_text(out, "</tr>\n");
}

void html_table_open(struct buf *out, const char *caption, const char *const *columns, size_t count)
{
	buf_printf(out, "<table>\n<caption>%s</caption>\n<thead><tr>", caption);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "<th scope=\"col\">%s</th>", columns[i]);
	buf_add_text(out, "</tr></thead>\n<tbody>\n");
}

void html_table_close(struct buf *out)
{
	buf_add_text(out, "</tbody>\n</table>\n");
}

/* Sensitive items are marked passages. */
void html_items(struct buf *out, const struct release *r, const struct itemset *items)
{
	bool first = true;

	for (unsigned i = 0; i < r->items.count; i++) {
		const struct item *it = r->items.rows[i];
		if (!itemset_has(items, i))
			continue;
		buf_add_text(out, first ? "" : "、");
		buf_add_text(out, it->sensitive ? "<strong>" : "");
		html_text(out, it->name);
		buf_add_text(out, it->sensitive ? "</strong>" : "");
		first = false;
	}
	buf_add_text(out, first ? "无" : "");
}

static void put_names(struct buf *out, const struct table *t, uint64_t bits, const char *const *names)
{
	bool first = true;

	for (unsigned i = 0; i < t->count && i < 64; i++) {
		if (!(bits >> i & 1))
			continue;
		buf_add_text(out, first ? "" : "、");
		html_text(out, names[i]);
		first = false;
	}
	buf_add_text(out, first ? "无" : "");
}

void html_recipients(struct buf *out, const struct release *r, uint64_t bits)
{
	const char *names[RECIPIENTS_MAX] = {0};

	for (unsigned i = 0; i < r->recipients.count && i < RECIPIENTS_MAX; i++)
		names[i] = ((const struct recipient *)r->recipients.rows[i])->name;
	put_names(out, &r->recipients, bits, names);
}

void html_permissions(struct buf *out, const struct release *r, uint64_t bits)
{
	const char *names[PERMISSIONS_MAX] = {0};

	for (unsigned i = 0; i < r->permissions.count && i < PERMISSIONS_MAX; i++)
		names[i] = ((const struct permission *)r->permissions.rows[i])->name;
	put_names(out, &r->permissions, bits, names);
}

void html_purposes(struct buf *out, const struct release *r, uint64_t bits)
{
	const char *names[PURPOSES_MAX] = {0};

	for (unsigned i = 0; i < r->purposes.count && i < PURPOSES_MAX; i++)
		names[i] = ((const struct purpose *)r->purposes.rows[i])->name;
	put_names(out, &r->purposes, bits, names);
}

void html_service_name(struct buf *out, const struct service *s)
{
	html_text(out, s->name);
	if (strcmp(s->provider_kind, "third_party") != 0)
		return;
	buf_add_text(out, "（第三方：");
	html_text(out, s->provider);
	buf_add_text(out, "）");
}

/* The number of days is added where the rule's own words do not say it. */
static void put_period(struct buf *out, const char *rule, int days)
{
	char number[16];

	snprintf(number, sizeof number, "%d", days);
	html_text(out, rule);
	if (days > 0 && !strstr(rule, number))
		buf_printf(out, "（%s 日）", number);
}

static const char *kind_name(const char *kind)
{
	static const char *const names[][2] = {
		{"organ", "国家机关和公共机构"}, {"authorised", "受权机构"}, {"partner", "合作方"},
		{"affiliate", "关联方"},	 {"supplier", "受托处理方"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], kind) == 0)
			return names[i][1];
	return kind;
}

/* What may go to one recipient: the union over the categories that share with it. */
static struct itemset received_by(const struct release *r, const struct recipient *to)
{
	struct itemset all = {0};

	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *k = r->categories.rows[i];
		for (size_t w = 0; (k->recipients >> to->number & 1) && w < ITEMS_MAX / 64; w++)
			all.bit[w] |= k->share.bit[w];
	}
	return all;
}

static void recipients_table(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"接收方", "类型", "可能接收的信息", "联系方式", "依据"};

	html_table_open(out, "接收个人信息的单位", columns, 5);
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *to = r->recipients.rows[i];
		struct itemset received = received_by(r, to);
		html_rule_open(out, r, (struct html_id){"recipient", to->key}, to->name,
			       (const char *[3]){to->clause});
		html_cell(out, columns[1], kind_name(to->kind));
		html_cell_open(out, columns[2]);
		html_items(out, r, &received);
		html_cell_close(out);
		html_cell_open(out, columns[3]);
		html_prose(out, r, to->contact);
		html_cell_close(out);
		html_cell(out, columns[4], to->basis);
		html_row_close(out);
	}
	html_table_close(out);
}

const char *html_platforms(const char *platforms)
{
	static const char *const names[] = {"全部", "安卓",	  "苹果",	"安卓、苹果",
					    "网页", "安卓、网页", "苹果、网页", "全部"};

	return names[(strstr(platforms, "android") ? 1 : 0) | (strstr(platforms, "ios") ? 2 : 0) |
		     (strstr(platforms, "web") ? 4 : 0)];
}

static void permissions_table(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"权限", "用途", "涉及的信息", "适用的客户端"};

	html_table_open(out, "系统权限及其用途", columns, 4);
	for (unsigned i = 0; i < r->permissions.count; i++) {
		const struct permission *p = r->permissions.rows[i];
		struct itemset opened = {0};
		for (unsigned n = 0; n < r->items.count; n++)
			if (r->item_permissions[n] >> i & 1)
				itemset_add(&opened, n);
		html_rule_open(out, r, (struct html_id){"permission", p->key}, p->name,
			       (const char *[3]){p->clause});
		html_cell(out, columns[1], p->why);
		html_cell_open(out, columns[2]);
		html_items(out, r, &opened);
		html_cell_close(out);
		html_cell(out, columns[3], html_platforms(p->platforms));
		html_row_close(out);
	}
	html_table_close(out);
}

static const char *item_kind_name(const char *kind)
{
	static const char *const names[][2] = {
		{"basic", "基本信息"},	       {"identity", "身份信息"},
		{"biometric", "生物识别信息"}, {"net_identity", "网络身份标识"},
		{"health", "健康生理信息"},    {"edu_work", "教育工作信息"},
		{"property", "财产信息"},      {"communication", "通信信息"},
		{"contact", "联系人信息"},     {"net_log", "上网记录"},
		{"device", "常用设备信息"},    {"location", "位置信息"},
		{"organisation", "单位信息"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], kind) == 0)
			return names[i][1];
	return NULL; /* records of the system and figures about nobody */
}

/* Only what some category of this city takes or gives. */
static struct itemset items_in_use(const struct release *r)
{
	struct itemset all = {0};

	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *k = r->categories.rows[i];
		for (size_t w = 0; w < ITEMS_MAX / 64; w++)
			all.bit[w] |= k->collect.bit[w] | k->share.bit[w];
	}
	return all;
}

static void items_table(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"个人信息", "类型", "是否敏感"};
	struct itemset used = items_in_use(r);

	html_table_open(out, "个人信息的种类", columns, 3);
	for (unsigned i = 0; i < r->items.count; i++) {
		const struct item *it = r->items.rows[i];
		const char *kind = item_kind_name(it->kind);
		if (!itemset_has(&used, i) || !kind)
			continue;
		html_row_open(out, it->name);
		html_cell(out, columns[1], kind);
		html_cell_open(out, columns[2]);
		buf_add_text(out, it->sensitive ? "<strong>敏感个人信息</strong>" : "否");
		html_cell_close(out);
		html_row_close(out);
	}
	html_table_close(out);
}

static void retention_table(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"处理活动", "保存期限"};

	html_table_open(out, "保存期限", columns, 2);
	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *k = r->categories.rows[i];
		html_row_open(out, k->name);
		html_cell_open(out, columns[1]);
		put_period(out, k->retention_rule, k->retention_days);
		html_cell_close(out);
		html_row_close(out);
	}
	for (unsigned i = 0; i < r->retentions.count; i++) {
		const struct retention *k = r->retentions.rows[i];
		html_rule_open(out, r, (struct html_id){"retention", k->key}, k->name,
			       (const char *[3]){k->clause});
		html_cell_open(out, columns[1]);
		buf_add_text(out, "<strong>依法留存：</strong>");
		put_period(out, k->rule, k->days);
		html_cell_close(out);
		html_row_close(out);
	}
	html_table_close(out);
}

void html_table(struct buf *out, const struct release *r, const struct section *s, bool offers)
{
	switch (s->table) {
	case TABLE_NONE:
		break;
	case TABLE_SERVICES:
		html_uses(out, r, offers);
		break;
	case TABLE_RECIPIENTS:
		recipients_table(out, r);
		break;
	case TABLE_PERMISSIONS:
		permissions_table(out, r);
		break;
	case TABLE_ITEMS:
		items_table(out, r);
		break;
	case TABLE_RETENTION:
		retention_table(out, r);
		break;
	case TABLE_SDKS:
		html_sdks(out, r);
		break;
	case TABLE_EXCEPTIONS:
		html_exceptions(out, r, s->contexts);
		break;
	case TABLE_COOKIES:
		html_cookies(out, r);
		break;
	case TABLE_DEFINITIONS:
		html_definitions(out, r);
		break;
	case TABLE_DUTIES:
		html_duties(out, r);
		break;
	case TABLE_OFFERS:
		html_offers(out, r);
		break;
	}
}
