/* Settings of the city that switch a processing on. Others only say how people are told or asked. */
#include "policy/processing_internal.h"

static const struct {
	const char *start; /* of the key; at its end a dot: all below it */
	enum processing_kind kind;
	const char *law, *where, *what;
} settings[] = {
	{"device.ids", PROCESSING_COLLECT, NULL, "设备信息", "收集"},
	{"device.platform.", PROCESSING_COLLECT, NULL, "设备信息", "由客户端取得"},
	{"device.mac", PROCESSING_COLLECT, NULL, "设备信息", "处理 MAC 地址"},
	{"device.link", PROCESSING_USE, NULL, "设备信息", "关联同一人的多台设备"},
	{"location.methods", PROCESSING_COLLECT, NULL, "位置信息", "获取的方式"},
	{"voice.use", PROCESSING_COLLECT, NULL, "声音信息", "用于"},
	{"realname.methods", PROCESSING_USE, NULL, "实名认证", "认证方式"},
	{"login.methods", PROCESSING_USE, NULL, "登录", "登录方式"},
	{"prefill.number", PROCESSING_USE, NULL, "自动填写", "由号码网关填写"},
	{"prefill.account", PROCESSING_USE, NULL, "自动填写", "由本人账号填写"},
	{"history.enabled", PROCESSING_USE, NULL, "搜索记录", "保存和使用"},
	{"message.channels", PROCESSING_USE, NULL, "消息通知", "发送的渠道"},
	{"personal.enabled", PROCESSING_USE, LAW_AUTOMATED, "个性化", "按使用情况推荐"},
	{"risk.sources", PROCESSING_USE, LAW_AUTOMATED, "登录风险的判断", "依据"},
	{"indirect.enabled", PROCESSING_COLLECT, LAW_PROVIDED, "间接获得信息", "接收合作方提供的信息"},
	{"indirect.cooperation", PROCESSING_USE, LAW_PROVIDED, "间接获得信息", "合作事项"},
	{"indirect.cooperation.", PROCESSING_USE, LAW_AUTOMATED, "间接获得信息", "合作中的使用"},
	{"campaign.enabled", PROCESSING_SEND, LAW_PROVIDED, "联合推广活动", "举办"},
	{"campaign.kinds", PROCESSING_USE, LAW_PROVIDED, "联合推广活动", "种类"},
	{"campaign.data", PROCESSING_SEND, LAW_PROVIDED, "联合推广活动", "提供"},
	{"share.partner_items", PROCESSING_SEND, LAW_PROVIDED, "合作方", "提供"},
	{"share.volunteered", PROCESSING_SEND, LAW_PROVIDED, "共享", "本人主动提供的信息"},
	{"transfer.affiliates", PROCESSING_SEND, LAW_PROVIDED, "关联方", "转让"},
	{"border.mode", PROCESSING_SEND, LAW_ABROAD, "出境", "向境外提供"},
	{"storage.region", PROCESSING_STORE, LAW_ABROAD, "存储的地点", "存放地"},
	{"storage.backup_region", PROCESSING_STORE, LAW_ABROAD, "存储的地点", "备份的存放地"},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* These switch something off. */
static bool is_off(const char *value)
{
	static const char *const off[] = {"false", "none", "never", "banned", "agreement_and_consent"};

	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		if (strcmp(value, off[i]) == 0)
			return true;
	return false;
}

static bool is_word(const char *value)
{
	return *value &&
	       value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")] ==
		       '\0';
}

/* A value as people read it, or NULL for a word of the program. */
static const char *words_of(struct processing_set *s, const char *key, const char *value)
{
	static const char *const names[][2] = {
		{"gps", "卫星定位"},	  {"wifi", "无线网络"},	  {"account", "账号"},
		{"device", "设备"},	  {"log", "日志"},	  {"partner", "合作方"},
		{"receive", "接收"},	  {"use", "使用"},	  {"combine", "合并"},
		{"analyse", "分析"},	  {"push", "推送"},	  {"email", "电子邮件"},
		{"sms", "短信"},	  {"password", "密码"},	  {"face", "人脸"},
		{"bankcard", "银行卡"},	  {"CN", "中国大陆"},	  {"register", "注册"},
		{"login", "登录"},	  {"reset", "找回密码"},  {"consent", "经同意"},
		{"realname", "实名认证"}, {"number", "证件号码"}, {"wechat", "微信"},
		{"alipay", "支付宝"},	  {"unionpay", "云闪付"}, {"one_key", "本机号码"},
		{"passport", "护照"}};
	const struct item *item = release_item(s->release, value);
	const struct service *service = release_service(s->release, value);
	const struct recipient *to = release_recipient(s->release, value);
	const char *name = city_text(s->release, arena_printf(s->arena, "%s.%s.name", key, value));

	for (size_t i = 0; !name && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], value) == 0)
			name = names[i][1];
	return name ? name : item ? item->name : service ? service->name : to ? to->name : NULL;
}

static void put_value(struct processing_set *s, int at, const char *key, const char *value)
{
	const struct item *item = release_item(s->release, value);
	const char *law = settings[at].law, *words;

	if (is_off(value) || !is_word(value))
		return;
	if (!law && item && item->sensitive)
		law = LAW_SENSITIVE;
	if (strncmp(key, "storage.", 8) == 0 && city_inside(s->release, value))
		law = NULL;
	words = strcmp(value, "true") == 0 ? NULL : words_of(s, key, value);
	processing_put(s, settings[at].kind, law, settings[at].where,
		       words ? arena_printf(s->arena, "%s：%s", settings[at].what, words) : settings[at].what,
		       "setting/%s/%s", key, value);
}

/* The last row that fits counts; one without a dot at its end stands for itself alone. */
static int row_of(const char *key)
{
	int best = -1;

	for (int i = 0; i < SETTINGS; i++) {
		size_t n = strlen(settings[i].start);
		bool below = settings[i].start[n - 1] == '.';
		if (strncmp(key, settings[i].start, n) == 0 && (below || key[n] == '\0'))
			best = i;
	}
	return best;
}

static bool names_only(const char *key)
{
	size_t n = strlen(key);

	return n > 5 && strcmp(key + n - 5, ".name") == 0;
}

void processing_of_settings(struct processing_set *s)
{
	for (size_t i = 0; i < s->release->setting_count; i++) {
		const struct setting *t = &s->release->settings[i];
		int at = row_of(t->key);
		if (at < 0 || names_only(t->key))
			continue;
		if (t->text)
			put_value(s, at, t->key, t->text);
		for (size_t k = 0; !t->text && k < t->count; k++)
			put_value(s, at, t->key, t->list[k]);
	}
}
