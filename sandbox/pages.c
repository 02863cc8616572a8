#include "pages.h"

#include "authority.h"
#include "records.h"

enum { SMS_SHOWN = 50 };

static const char style[] =
	"body{margin:0;background:#f2f4f7;color:#1f2329;font:16px/1.6 -apple-system,'PingFang SC','Microsoft "
	"YaHei',"
	"'WenQuanYi Zen Hei',sans-serif}"
	"main{max-width:560px;margin:0 auto;padding:16px}h1{font-size:22px;margin:8px "
	"0}h2{font-size:18px;margin:24px 0 8px}"
	"p{margin:8px 0}nav a{display:inline-block;margin:8px 16px 8px 0;padding:6px 0;color:#0b57b8}"
	"article{background:#fff;border-radius:12px;padding:12px 16px;margin:12px 0;box-shadow:0 1px 2px "
	"rgba(0,0,0,.06)}"
	"dl{display:grid;grid-template-columns:7em 1fr;margin:0;gap:2px "
	"8px}dt{color:#646a73}dd{margin:0;word-break:break-all}"
	"b.code{font-size:22px;letter-spacing:2px;color:#0b57b8}time{color:#646a73;font-size:14px}"
	"summary{padding:8px "
	"0;color:#0b57b8;cursor:pointer}.tag{display:inline-block;font-size:13px;padding:0 "
	"8px;border-radius:8px;background:#e8f0fc;color:#0b57b8;"
	"margin-left:8px}form{display:flex;gap:8px;margin:8px "
	"0}input{flex:1;font:inherit;padding:8px;border:1px solid "
	"#c9cdd4;border-radius:8px;min-width:0}button{font:inherit;padding:8px "
	"16px;border:0;border-radius:8px;"
	"background:#0b57b8;color:#fff}";

static void add_escaped(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			buf_add_text(b, "&lt;");
		else if (*text == '>')
			buf_add_text(b, "&gt;");
		else if (*text == '&')
			buf_add_text(b, "&amp;");
		else if (*text == '"')
			buf_add_text(b, "&quot;");
		else
			buf_add(b, text, 1);
	}
}

static void page_begin(struct http_response *a, const char *title, int refresh_s)
{
	a->content_type = "text/html; charset=utf-8";
	http_set_header(a, "Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
	buf_add_text(&a->body, "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
			       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
	if (refresh_s > 0)
		buf_printf(&a->body, "<meta http-equiv=\"refresh\" content=\"%d\">", refresh_s);
	buf_printf(&a->body, "<title>%s</title><style>", title);
	buf_add_text(&a->body, style);
	buf_printf(&a->body,
		   "</style></head><body><main><h1>%s</h1><nav><a href=\"/\">演示人员</a><a "
		   "href=\"/sms\">短信收件箱</a></nav>",
		   title);
}

static void page_end(struct http_response *a)
{
	buf_add_text(&a->body, "</main></body></html>");
}

/* ---- people ---- */

static void add_row(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "<dt>%s</dt><dd>", name);
	add_escaped(b, value);
	buf_add_text(b, "</dd>");
}

struct row {
	const char *item, *name;
};

static const struct row main_rows[] = {
	{"gender", "性别"},
	{"id_number", "身份证号"},
	{"id_expiry", "证件有效期"},
	{"mobile_phone", "手机号码"},
	{"email", "邮箱"},
	{"bank_card_number", "银行卡号"},
	{NULL, NULL},
};

static const struct row more_rows[] = {
	{"ethnicity", "民族"},
	{"nationality", "国籍"},
	{"marital_status", "婚姻状况"},
	{"household_registration", "户籍"},
	{"home_address", "住址"},
	{"education_work_info", "教育工作"},
	{"bank_card_info", "银行卡信息"},
	{"plate_number", "车牌号码"},
	{"driver_license_file_no", "驾驶证档案编号"},
	{"social_security_account", "社保账号"},
	{"housing_fund_account", "公积金账号"},
	{"utility_account_no", "水电燃气户号"},
	{"exam_ticket_no", "准考证号"},
	{"certificate_no", "证书编号"},
	{"practice_cert_no", "执业证编码"},
	{"passport_number", "护照号码"},
	{"property_certificate", "不动产权证书"},
	{NULL, NULL},
};

static void add_rows(struct buf *b, const struct row *rows, const json_t *all)
{
	buf_add_text(b, "<dl>");
	for (; rows->item; rows++)
		add_row(b, rows->name, member_text(all, rows->item));
	buf_add_text(b, "</dl>");
}

static void add_person(struct buf *b, const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *all = record_all(p, x, now_ms);

	buf_add_text(b, "<article><p><strong>");
	add_escaped(b, x->name);
	buf_printf(b, "</strong><span class=\"tag\">%d岁</span><span class=\"tag\">%s</span></p>",
		   age_at(x->birth, date_of(now_ms)), x->insured ? "已参保" : "未参保");
	add_rows(b, main_rows, all);
	buf_add_text(b, "<details><summary>办事时可能要填的其他信息</summary>");
	add_rows(b, more_rows, all);
	buf_add_text(b, "</details></article>");
	json_decref(all);
}

/* Who is shown, in this order: two insured adults, one who is not, and a schoolchild. */
static const struct {
	int age_from, age_to;
	bool insured;
} cast[] = {{25, 45, true}, {46, 60, true}, {22, 60, false}, {10, 17, true}};

static void add_people(struct buf *b, const struct people *p, enum city city, int64_t now_ms)
{
	size_t shown = 0;

	for (int i = 0; i < p->count && shown < sizeof cast / sizeof *cast; i++) {
		const struct person *x = &p->list[i];
		int age = age_at(x->birth, date_of(now_ms));
		if (x->city != city || strcmp(x->id_type, "resident_card") != 0 ||
		    age < cast[shown].age_from || age > cast[shown].age_to ||
		    x->insured != cast[shown].insured)
			continue;
		add_person(b, p, x, now_ms);
		shown++;
	}
}

void page_home(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;

	(void)q, (void)route_user;
	pthread_mutex_lock(&w->lock);
	int64_t now_ms = world_now_ms(w);
	pthread_mutex_unlock(&w->lock);
	page_begin(a, "沙箱：模拟的外部世界", 0);
	buf_add_text(&a->body,
		     "<p>这里扮演城市所连接的各个部门："
		     "人口库、社保、公积金、热线、短信网关等。下列人员均为虚构，号段从未分配给任何人，"
		     "可以放心用来注册和试用。</p><p>注册时用下面的姓名、证件号码和手机号码；验证码到<a "
		     "href=\"/sms\">短信收件箱</a>里看。</p>");
	buf_add_text(&a->body, "<h2>天津</h2>");
	add_people(&a->body, w->people, CITY_TIANJIN, now_ms);
	buf_add_text(&a->body, "<h2>南通</h2>");
	add_people(&a->body, w->people, CITY_NANTONG, now_ms);
	page_end(a);
}

/* ---- messages ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The text, with a six-digit code standing out. */
static void add_sms_text(struct buf *b, const char *text)
{
	while (*text) {
		size_t digits = 0;
		while (is_digit(text[digits]))
			digits++;
		size_t n = digits > 0 ? digits : strcspn(text, "0123456789");
		char part[1024];
		size_t size = n < sizeof part ? n : sizeof part - 1;
		memcpy(part, text, size);
		part[size] = '\0';
		buf_add_text(b, digits == 6 ? "<b class=\"code\">" : "");
		add_escaped(b, part);
		buf_add_text(b, digits == 6 ? "</b>" : "");
		text += size;
	}
}

static void add_sms(struct buf *b, const json_t *one)
{
	buf_add_text(b, "<article><p><strong>");
	add_escaped(b, member_text(one, "to"));
	buf_add_text(b, "</strong> <time>");
	add_escaped(b, member_text(one, "at"));
	buf_add_text(b, "</time></p><p>");
	add_sms_text(b, member_text(one, "text"));
	buf_add_text(b, "</p></article>");
}

void page_sms(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	const char *phone = query_text(q, "phone");
	int shown = 0;

	(void)route_user;
	page_begin(a, "短信收件箱", 3);
	buf_add_text(&a->body, "<p>发给演示人员的短信都在这里，最新的在最上面，每3秒自动刷新。</p><form "
			       "action=\"/sms\"><input "
			       "name=\"phone\" inputmode=\"numeric\" placeholder=\"只看某个手机号码\" "
			       "aria-label=\"手机号码\" value=\"");
	add_escaped(&a->body, phone ? phone : "");
	buf_add_text(&a->body, "\"><button>查看</button></form>");
	pthread_mutex_lock(&w->lock);
	for (size_t i = json_array_size(world_sms(w)); i > 0 && shown < SMS_SHOWN; i--) {
		const json_t *one = json_array_get(world_sms(w), i - 1);
		if (phone && *phone && strcmp(phone, member_text(one, "to")) != 0)
			continue;
		add_sms(&a->body, one);
		shown++;
	}
	pthread_mutex_unlock(&w->lock);
	if (shown == 0)
		buf_add_text(&a->body, "<article><p>还没有短信。</p></article>");
	page_end(a);
}
