#include "policy/diff_settings.h"

/* What a citizen calls the settings that touch people, by the start of their keys; the nearest one counts, so
 * that those of one setting stand before those of its kind. */
static const struct {
	const char *start, *name;
	enum policy_major major;
} names[] = {
	{"controller", "个人信息处理者", MAJOR_ORGANISATION},
	{"transfer.", "转让和合并的规则", MAJOR_ORGANISATION},
	{"contact.hotlines", "服务热线", MAJOR_CONTACT},
	{"contact.complaints", "投诉电话", MAJOR_CONTACT},
	{"contact.address", "通信地址", MAJOR_CONTACT},
	{"contact.unit", "责任单位", MAJOR_CONTACT},
	{"contact.", "联系方式", MAJOR_CONTACT},
	{"hotline.", "热线服务", MAJOR_CONTACT},
	{"screens.feedback", "意见反馈的入口", MAJOR_CONTACT},
	{"feedback.", "提出意见的途径", MAJOR_CONTACT},
	{"calendar.", "工作日的日历", MAJOR_NONE},
	{"dispute.", "争议解决的办法", MAJOR_RIGHTS},
	{"reply.days", "答复您请求的期限", MAJOR_RIGHTS},
	{"reply.", "答复请求的期限", MAJOR_RIGHTS},
	{"delete.days", "办理删除请求的期限", MAJOR_RIGHTS},
	{"delete.", "删除请求的办理", MAJOR_RIGHTS},
	{"cancel.", "注销账号的办法", MAJOR_RIGHTS},
	{"withdraw.", "撤回同意的办法", MAJOR_RIGHTS},
	{"refusal.", "不予响应请求的情形", MAJOR_RIGHTS},
	{"consent.continue", "收到通知后继续使用是否视为同意", MAJOR_RIGHTS},
	{"consent.", "同意的方式", MAJOR_RIGHTS},
	{"proof.", "证明身份的要求", MAJOR_RIGHTS},
	{"minor.age", "成年的年龄", MAJOR_RIGHTS},
	{"minor.", "未成年人的规则", MAJOR_RIGHTS},
	{"gate.rights", "行使权利的服务", MAJOR_RIGHTS},
	{"update.", "更新政策的通知", MAJOR_RIGHTS},
	{"screens.", "页面的位置", MAJOR_NONE},
	{"border.", "向境外提供的规则", MAJOR_RECIPIENTS},
	{"share.", "共享的规则", MAJOR_RECIPIENTS},
	{"disclosure.", "公开的规则", MAJOR_RECIPIENTS},
	{"exception.", "不需同意的情形", MAJOR_RIGHTS},
	{"retention.", "期限届满后的处理", MAJOR_OTHER},
	{"termination.", "终止服务的通知", MAJOR_OTHER},
	{"incident.", "安全事件的通知", MAJOR_OTHER},
	{"purpose.", "变更目的的规则", MAJOR_MODEL},
	{"permission.", "系统权限的规则", MAJOR_MODEL},
	{"device.", "设备信息的规则", MAJOR_MODEL},
	{"voice.", "语音的规则", MAJOR_MODEL},
	{"cookie.", "Cookie 的规则", MAJOR_MODEL},
	{"personal.", "个性化的规则", MAJOR_MODEL},
	{"indirect.", "间接获得信息的规则", MAJOR_MODEL},
	{"campaign.", "联合推广活动的规则", MAJOR_MODEL},
	{"register.", "注册所需的信息", MAJOR_MODEL},
	{"realname.", "实名认证的办法", MAJOR_MODEL},
	{"login.", "登录的办法", MAJOR_NONE},
};

static bool has_chinese(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0xe3)
			return true;
	return false;
}

/* Telephone numbers and days are for people as they stand. */
static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789-")] == '\0';
}

static bool ends_in(const char *key, const char *end)
{
	size_t n = strlen(key), m = strlen(end);

	return n >= m && strcmp(key + n - m, end) == 0;
}

/* One value in words for people, or NULL for a word of the program. */
static const char *value_words(struct ctx *c, const struct release *r, const char *key, const char *text)
{
	const struct item *item = release_item(r, text);
	const struct service *service = item ? NULL : release_service(r, text);
	const struct recipient *recipient = item || service ? NULL : release_recipient(r, text);

	if (item)
		return item->name;
	if (service)
		return service->name;
	if (recipient)
		return recipient->name;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return *text == 't' ? "是" : "否";
	if (is_number(text) && (ends_in(key, ".days") || ends_in(key, "_days")))
		return arena_printf(c->arena, "%s 日", text);
	return has_chinese(text) || is_number(text) ? text : NULL;
}

static const char *words(struct ctx *c, const struct release *r, const char *key, const struct setting *s)
{
	const char *list = NULL;

	if (!s)
		return "无";
	if (s->text)
		return value_words(c, r, key, s->text);
	for (size_t i = 0; i < s->count; i++) {
		const char *one = value_words(c, r, key, s->list[i]);
		if (!one)
			return NULL;
		list = list ? arena_printf(c->arena, "%s、%s", list, one) : one;
	}
	return list ? list : "无";
}

static bool same(const struct setting *a, const struct setting *b)
{
	if (!a || !b || !a->text != !b->text || a->count != b->count)
		return false;
	if (a->text)
		return strcmp(a->text, b->text) == 0;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->list[i], b->list[i]) != 0)
			return false;
	return true;
}

const char *setting_change(struct ctx *c, const struct release *ra, const struct release *rb, const char *key,
			   const struct setting *before, const struct setting *after,
			   enum policy_major *ret_major)
{
	const char *name = "服务的设置", *a = words(c, ra, key, before), *b = words(c, rb, key, after);

	if (same(before, after))
		return NULL;
	*ret_major = MAJOR_NONE;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(key, names[i].start, strlen(names[i].start)) == 0) {
			name = names[i].name;
			*ret_major = names[i].major;
			break;
		}
	if (!a || !b || strcmp(a, b) == 0)
		return arena_printf(c->arena, "%s有变化。", name);
	return arena_printf(c->arena, "%s由“%s”改为“%s”。", name, a, b);
}
