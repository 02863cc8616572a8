/* The tables of the registers on the policy page. */
#include "policy/policy_html.h"

void html_sdks(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"开发包",	    "提供方", "用途和触发", "系统权限",
					      "涉及的信息", "客户端", "集成目的"};
	bool reasons = r->sdk_reasons.count > 0;

	html_table_open(out, "第三方软件开发包（SDK）", columns, reasons ? 7 : 6);
	for (unsigned i = 0; i < r->sdks.count; i++) {
		const struct sdk *s = r->sdks.rows[i];
		html_rule_open(out, r, (struct html_id){"sdk", s->key}, s->name,
			       (const char *[3]){s->clause});
		html_cell(out, columns[1], s->vendor);
		html_cell_open(out, columns[2]);
		html_text(out, s->function);
		buf_add_text(out, s->condition ? "；" : "");
		html_text(out, s->condition);
		buf_add_text(out, s->protocol_only ? "；以协议方式调用，不嵌入对方代码" : "");
		buf_add_text(out, s->policy_url ? "；对方的隐私政策见 " : "");
		html_text(out, s->policy_url);
		html_cell_close(out);
		html_cell_open(out, columns[3]);
		html_permissions(out, r, s->permissions);
		html_cell_close(out);
		html_cell_open(out, columns[4]);
		html_items(out, r, &s->items);
		html_cell_close(out);
		html_cell(out, columns[5], html_platforms(s->platforms));
		if (reasons)
			html_cell(out, columns[6], s->reason->name);
		html_row_close(out);
	}
	html_table_close(out);
}

static void put_needs(struct buf *out, const struct exception *e)
{
	static const char *const names[] = {
		[NEED_DOCUMENT] = "文件或文号",
		[NEED_OFFICER] = "经办人",
		[NEED_SECOND_OFFICER] = "复核人",
		[NEED_SCOPE] = "范围和期限",
		[NEED_PUBLIC_SOURCE] = "公开的来源",
		[NEED_OWN_PUBLICATION] = "本人公开的出处",
		[NEED_APPLICATION] = "本人的申请",
		[NEED_EVENT] = "事由",
		[NEED_REASON] = "理由",
		[NEED_CONSENT] = "同意的记录",
		[NEED_NOTICE] = "告知的记录",
		[NEED_UNDERTAKING] = "保密承诺",
		[NEED_DEIDENTIFIED] = "去标识化的说明",
	};
	bool first = true;

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(e->needs >> i & 1))
			continue;
		buf_add_text(out, first ? "" : "、");
		buf_add_text(out, names[i]);
		first = false;
	}
}

void html_exceptions(struct buf *out, const struct release *r, unsigned contexts)
{
	static const char *const columns[] = {"情形", "使用时须载明", "何时告知本人"};

	html_table_open(out, "情形及其条件", columns, 3);
	for (unsigned i = 0; i < r->exceptions.count; i++) {
		const struct exception *e = r->exceptions.rows[i];
		if (!(e->contexts & contexts))
			continue;
		html_rule_open(out, r, (struct html_id){0}, e->ground, (const char *[3]){e->clause});
		html_cell_open(out, columns[1]);
		put_needs(out, e);
		html_cell_close(out);
		html_cell(out, columns[2],
			  e->secrecy ? "记入使用记录；依法须保密的，解除之后告知" : "记入使用记录，随时可查");
		html_row_close(out);
	}
	html_table_close(out);
}

static const char *use_name(const char *use)
{
	if (strcmp(use, "identity") == 0)
		return "识别已登录的用户";
	return strcmp(use, "analysis") == 0 ? "分析服务的使用，提供常用服务" : "保持会话";
}

void html_cookies(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"Cookie", "用途", "能否拒绝", "拒绝的影响"};

	html_table_open(out, "Cookie 和同类技术", columns, 4);
	for (unsigned i = 0; i < r->cookies.count; i++) {
		const struct cookie *k = r->cookies.rows[i];
		html_rule_open(out, r, (struct html_id){"cookie", k->key}, k->name,
			       (const char *[3]){k->clause});
		html_cell(out, columns[1], use_name(k->use));
		html_cell(out, columns[2], k->refusable ? "可以" : "会话必需");
		html_cell(out, columns[3], k->effect);
		html_row_close(out);
	}
	html_table_close(out);
}

void html_definitions(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"术语", "含义"};

	html_table_open(out, "术语", columns, 2);
	for (unsigned i = 0; i < r->definitions.count; i++) {
		const struct definition *d = r->definitions.rows[i];
		html_rule_open(out, r, (struct html_id){"definition", d->key}, d->term,
			       (const char *[3]){d->clause});
		html_cell(out, columns[1], d->meaning);
		html_row_close(out);
	}
	html_table_close(out);
}

void html_duties(struct buf *out, const struct release *r)
{
	static const char *const columns[] = {"管理措施", "如何证明", "多久一次"};

	html_table_open(out, "管理措施", columns, 3);
	for (unsigned i = 0; i < r->duties.count; i++) {
		const struct duty *d = r->duties.rows[i];
		html_rule_open(out, r, (struct html_id){"duty", d->key}, d->name,
			       (const char *[3]){d->clause});
		html_cell(out, columns[1], d->evidence);
		html_cell_open(out, columns[2]);
		if (d->every_days > 0)
			buf_printf(out, "每 %d 日%s", d->every_days,
				   d->each_staff ? "，接触个人信息的工作人员每人一份" : "");
		else
			buf_add_text(out, "事件发生时");
		html_cell_close(out);
		html_row_close(out);
	}
	html_table_close(out);
}
