/* What is done with data, by kind of service and by service: the paragraphs of both texts to which forms link
 * (NT-3.3.1.b). */
#include "policy/policy_html.h"

/* Where a text lists the services one by one, a link leads there; what is in no catalogue stands here only.
 */
static void put_service_names(struct buf *out, const struct release *r, const struct category *k, bool offers)
{
	bool first = true;

	for (unsigned i = 0; i < r->services.count; i++) {
		const struct service *s = r->services.rows[i];
		bool linked = !offers || s->shape == SHAPE_INTERNAL;
		if (s->category != k)
			continue;
		buf_add_text(out, first ? "" : "、");
		if (linked)
			buf_printf(out, "<span id=\"service-%s\">", s->key);
		html_service_name(out, s);
		buf_add_text(out, linked ? "</span>" : "");
		first = false;
	}
	buf_add_text(out, first ? "—" : "");
}

static void put_category(struct buf *out, const struct release *r, const struct category *k,
			 const char *const columns[static 7], bool offers)
{
	html_rule_open(out, r, (struct html_id){"category", k->key}, k->name,
		       (const char *[3]){k->collect_clause, k->share_clause, k->read_clause});
	html_cell_open(out, columns[1]);
	html_purposes(out, r, k->purposes);
	html_cell_close(out);
	html_cell_open(out, columns[2]);
	put_service_names(out, r, k, offers);
	html_cell_close(out);
	html_cell_open(out, columns[3]);
	html_items(out, r, &k->collect);
	html_cell_close(out);
	html_cell_open(out, columns[4]);
	html_items(out, r, &k->share);
	html_cell_close(out);
	html_cell_open(out, columns[5]);
	html_recipients(out, r, k->recipients);
	html_cell_close(out);
	html_cell_open(out, columns[6]);
	html_permissions(out, r, k->permissions);
	html_cell_close(out);
	html_row_close(out);
}

static void categories_table(struct buf *out, const struct release *r, const char *kind, const char *caption,
			     bool offers)
{
	static const char *const columns[] = {"业务类别",   "使用目的", "服务事项", "收集的信息",
					      "提供的信息", "接收方",	"系统权限"};
	bool any = false;

	for (unsigned i = 0; i < r->categories.count; i++) {
		const struct category *k = r->categories.rows[i];
		if (strcmp(k->kind, kind) != 0)
			continue;
		if (!any)
			html_table_open(out, caption, columns, 7);
		any = true;
		put_category(out, r, k, columns, offers);
	}
	if (any)
		html_table_close(out);
}

/* What the app does beside the services is data use as well: accounts, proof of the name, rights. */
void html_uses(struct buf *out, const struct release *r, bool offers)
{
	categories_table(out, r, "service", "各类服务处理的个人信息", offers);
	categories_table(out, r, "internal", "账号、身份核验、权利行使等功能处理的个人信息", offers);
}

static const char *level_name(enum service_level level)
{
	static const char *const names[] = {[LEVEL_OPEN] = "无需登录",
					    [LEVEL_LOGIN] = "登录",
					    [LEVEL_PHONE] = "登录并绑定手机号码",
					    [LEVEL_REALNAME] = "登录并完成实名认证"};

	return names[level];
}

static void put_offer(struct buf *out, const struct release *r, const struct service *s,
		      const char *const columns[static 6])
{
	buf_printf(out, "<tr id=\"service-%s\"><th scope=\"row\">", s->key);
	html_service_name(out, s);
	buf_add_text(out, "</th>");
	html_cell(out, columns[1], s->category->name);
	html_cell(out, columns[2], level_name(s->level));
	html_cell(out, columns[3], s->purpose->name);
	html_cell_open(out, columns[4]);
	html_items(out, r, &s->items);
	html_cell_close(out);
	html_cell_open(out, columns[5]);
	html_text(out, s->recipient ? s->recipient->name : "不向其他单位提供");
	if (s->recipient) {
		buf_add_text(out, "：");
		html_items(out, r, &s->shared);
	}
	html_cell_close(out);
	html_row_close(out);
}

void html_offers(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"服务事项", "业务类别",	"使用条件",
					      "使用目的", "填写的信息", "接收方和提供的信息"};

	html_table_open(out, "服务事项及其使用个人信息的目的和范围", columns, 6);
	for (unsigned i = 0; i < r->services.count; i++) {
		const struct service *s = r->services.rows[i];
		if (s->shape != SHAPE_INTERNAL)
			put_offer(out, r, s, columns);
	}
	html_table_close(out);
}
