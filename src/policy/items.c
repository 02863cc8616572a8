/* Values of items: what they must look like, and their normal form. Messages say what to do, and never repeat
 * the value. */
#include "base/json.h"
#include "policy/model.h"
#include "policy/utf8.h"
#include <stdio.h>

enum { VALUE_MAX = 256 };

/* Digits, letters and so on of one value, without the blanks and hyphens that people put between them. */
struct plain {
	char text[VALUE_MAX];
	size_t n;
	bool fits;
};

static struct slice trimmed(struct slice v)
{
	while (v.n && (v.p[0] == ' ' || v.p[0] == '\t' || v.p[0] == '\n' || v.p[0] == '\r')) {
		v.p++;
		v.n--;
	}
	while (v.n &&
	       (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\t' || v.p[v.n - 1] == '\n' || v.p[v.n - 1] == '\r'))
		v.n--;
	return v;
}

static struct plain without(struct slice v, const char *dropped)
{
	struct plain p = {.fits = true};

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] && strchr(dropped, v.p[i]))
			continue;
		if (p.n == VALUE_MAX - 1) {
			p.fits = false;
			break;
		}
		p.text[p.n++] = v.p[i];
	}
	p.text[p.n] = '\0';
	return p;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static char upper(char ch)
{
	return ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch;
}

static bool all_digits(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!is_digit(v.p[i]))
			return false;
	return v.n > 0;
}

static struct slice of_plain(const struct plain *p)
{
	return (struct slice){p->text, p->fits ? p->n : 0};
}

/* ---- resident identity number, GB 11643 ---- */

static char resident_check_char(const char *digits)
{
	static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += (digits[i] - '0') * weights[i];
	return "10X98765432"[sum % 11];
}

bool resident_id_parse(struct slice text, struct date *ret_birth, bool *ret_female)
{
	struct date birth;

	if (text.n != 18 || !all_digits((struct slice){text.p, 17}) || text.p[0] == '0')
		return false;
	if (resident_check_char(text.p) != upper(text.p[17]))
		return false;
	if (!date_parse((struct slice){text.p + 6, 8}, &birth) || birth.year < 1900)
		return false;
	*ret_birth = birth;
	*ret_female = (text.p[16] - '0') % 2 == 0;
	return true;
}

/* ---- one normal form per validator; NULL or what is wrong ---- */

typedef const char *(*validator_fn)(struct ctx *c, struct slice v, struct slice *ret);

static struct slice kept(struct ctx *c, struct slice v)
{
	return arena_slice(c->arena, v);
}

static const char *normal_phone(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " -\t");
	struct slice digits = of_plain(&p);

	if (slice_starts(digits, "+86"))
		digits = (struct slice){digits.p + 3, digits.n - 3};
	if (digits.n != 11 || digits.p[0] != '1' || !all_digits(digits))
		return "请输入以 1 开头的 11 位手机号码";
	*ret = kept(c, digits);
	return NULL;
}

static const char *normal_resident_id(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " -\t");
	struct date birth;
	bool female;

	if (!resident_id_parse(of_plain(&p), &birth, &female))
		return "请核对公民身份号码：应为 18 位，且出生日期和最后一位校验码正确";
	p.text[17] = upper(p.text[17]);
	*ret = kept(c, of_plain(&p));
	return NULL;
}

/* A document of any type: an 18-digit number that looks like a resident's must be one. */
static const char *normal_id_number(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " -\t");
	struct slice t = of_plain(&p);

	if (t.n == 18 && all_digits((struct slice){t.p, 17}))
		return normal_resident_id(c, v, ret);
	if (t.n < 5 || t.n > 20)
		return "请输入证件号码，5 至 20 位字母或数字";
	for (size_t i = 0; i < t.n; i++) {
		if (!is_digit(p.text[i]) && !is_letter(p.text[i]))
			return "证件号码只能包含字母和数字";
		p.text[i] = upper(p.text[i]);
	}
	*ret = kept(c, t);
	return NULL;
}

static bool is_name_char(uint32_t ch)
{
	return utf8_is_cjk(ch) || ch == 0xB7 || ch == ' ' || (ch < 0x80 && is_letter((char)ch));
}

static const char *normal_name(struct ctx *c, struct slice v, struct slice *ret)
{
	size_t chars = 0;
	BUF_SCOPED out;

	buf_init(&out, 1024);
	for (size_t at = 0; at < v.n; chars++) {
		size_t from = at;
		uint32_t ch = utf8_next(v, &at);
		if (ch == 0x2022 || ch == 0x30FB || ch == 0x2027 ||
		    ch == '.') /* ways to type the dot of a name */
			buf_add_text(&out, "\u00B7");
		else if (is_name_char(ch))
			buf_add(&out, v.p + from, at - from);
		else
			return "姓名只能包含汉字、间隔号“·”和字母";
	}
	if (chars < 2 || chars > 50)
		return "请输入与证件一致的姓名，2 至 50 个字";
	*ret = kept(c, buf_slice(&out));
	return NULL;
}

static const char *normal_username(struct ctx *c, struct slice v, struct slice *ret)
{
	if (v.n < 4 || v.n > 30 || !is_letter(v.p[0]))
		return "用户名为 4 至 30 位，以字母开头";
	for (size_t i = 0; i < v.n; i++)
		if (!is_letter(v.p[i]) && !is_digit(v.p[i]) && v.p[i] != '_')
			return "用户名只能包含字母、数字和下划线";
	*ret = kept(c, v);
	return NULL;
}

/* TJ-5.6.b: the message names the rule that failed. That it is not the username is checked where both are
 * known. */
static const char *normal_password(struct ctx *c, struct slice v, struct slice *ret)
{
	bool small = false, large = false, digit = false, other = false;

	if (v.n < 8 || v.n > 64)
		return "密码长度应为 8 至 64 位";
	for (size_t i = 0; i < v.n; i++) {
		unsigned char ch = (unsigned char)v.p[i];
		if (ch < 0x20 || ch == 0x7F)
			return "密码中不能有控制字符";
		small |= ch >= 'a' && ch <= 'z';
		large |= ch >= 'A' && ch <= 'Z';
		digit |= is_digit((char)ch);
		other |= !is_digit((char)ch) && !is_letter((char)ch);
	}
	if (small + large + digit + other < 3)
		return "密码应包含大写字母、小写字母、数字、符号中的至少三类";
	*ret = kept(c, v);
	return NULL;
}

static const char *normal_sms_code(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " ");

	if (p.n != 6 || !all_digits(of_plain(&p)))
		return "请输入短信中的 6 位数字验证码";
	*ret = kept(c, of_plain(&p));
	return NULL;
}

static bool email_local_ok(struct slice local)
{
	if (local.n == 0 || local.n > 64 || local.p[0] == '.' || local.p[local.n - 1] == '.')
		return false;
	for (size_t i = 0; i < local.n; i++) {
		char ch = local.p[i];
		if (!is_letter(ch) && !is_digit(ch) && !(ch && strchr("!#$%&'*+-/=?^_`{|}~.", ch)))
			return false;
		if (ch == '.' && local.p[i - 1] == '.')
			return false;
	}
	return true;
}

static bool email_domain_ok(struct slice domain)
{
	size_t label = 0, labels = 1;

	for (size_t i = 0; i < domain.n; i++) {
		char ch = domain.p[i];
		if (ch == '.') {
			if (label == 0 || domain.p[i - 1] == '-')
				return false;
			label = 0;
			labels++;
		} else if (is_letter(ch) || is_digit(ch) || (ch == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return domain.n <= 190 && labels >= 2 && label >= 2;
}

static const char *normal_email(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, "");
	const char *at = p.fits ? memchr(p.text, '@', p.n) : NULL;

	if (!at)
		return "请输入完整的电子邮箱，例如 name@example.cn";
	size_t local = (size_t)(at - p.text);
	if (!email_local_ok((struct slice){p.text, local}) ||
	    !email_domain_ok((struct slice){at + 1, p.n - local - 1}))
		return "请核对电子邮箱的写法，例如 name@example.cn";
	for (size_t i = local; i < p.n; i++)
		if (p.text[i] >= 'A' && p.text[i] <= 'Z')
			p.text[i] = (char)(p.text[i] - 'A' + 'a');
	*ret = kept(c, of_plain(&p));
	return NULL;
}

static const char *normal_date(struct ctx *c, struct slice v, struct slice *ret)
{
	struct date d;

	if (slice_is(v, "长期")) { /* documents without an end */
		*ret = SLICE("长期");
		return NULL;
	}
	if (!date_parse(v, &d))
		return "请按 2026-01-31 的格式输入存在的日期";
	*ret = slice_of(arena_printf(c->arena, "%04d-%02d-%02d", d.year, d.month, d.day));
	return NULL;
}

static const char *one_of(struct slice v, const char *const *words, struct slice *ret)
{
	for (; *words; words++)
		if (slice_is(v, *words)) {
			*ret = slice_of(*words);
			return NULL;
		}
	return "请从给出的选项中选择";
}

static const char *normal_id_type(struct ctx *c, struct slice v, struct slice *ret)
{
	static const char *const types[] = {"resident_card", "passport", "hk_mo_permit", "tw_permit", NULL};

	(void)c;
	return one_of(v, types, ret);
}

static const char *normal_gender(struct ctx *c, struct slice v, struct slice *ret)
{
	static const char *const genders[] = {"男", "女", NULL};

	(void)c;
	return one_of(v, genders, ret);
}

/* "lat,lon" in degrees, kept with six decimals (about 0.1 m) at most as given. */
static bool degrees(struct slice v, int limit)
{
	size_t i = v.n && v.p[0] == '-', whole = 0, decimals = 0;
	int value = 0;

	for (; i < v.n && is_digit(v.p[i]) && whole < 4; i++, whole++)
		value = value * 10 + (v.p[i] - '0');
	if (i < v.n && v.p[i] == '.')
		for (i++; i < v.n && is_digit(v.p[i]); i++)
			decimals++;
	return i == v.n && whole > 0 && decimals <= 8 && value <= limit && !(value == limit && decimals > 6);
}

/* A position may say after a semicolon how it was obtained: "39.1,117.2;gps". Which ways count is the city's
 * (services/form.c). */
static bool way_ok(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < 'a' || v.p[i] > 'z')
			return false;
	return v.n > 0 && v.n <= 16;
}

static const char *normal_location(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " ");
	const char *comma = p.fits ? memchr(p.text, ',', p.n) : NULL;
	const char *mark = p.fits ? memchr(p.text, ';', p.n) : NULL;
	const char *end = mark ? mark : p.text + p.n;

	if (!comma || end < comma || !degrees((struct slice){p.text, (size_t)(comma - p.text)}, 90) ||
	    !degrees((struct slice){comma + 1, (size_t)(end - comma) - 1}, 180) ||
	    (mark && !way_ok((struct slice){mark + 1, p.n - (size_t)(mark - p.text) - 1})))
		return "位置应写为“纬度,经度”";
	*ret = kept(c, of_plain(&p));
	return NULL;
}

static bool luhn_ok(struct slice digits)
{
	int sum = 0;

	for (size_t i = 0; i < digits.n; i++) {
		int d = digits.p[digits.n - 1 - i] - '0';
		if (i % 2)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

static const char *normal_bank_card(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " -");
	struct slice digits = of_plain(&p);

	if (digits.n < 12 || digits.n > 19 || !all_digits(digits) || !luhn_ok(digits))
		return "请核对银行卡号，应为 12 至 19 位数字";
	*ret = kept(c, digits);
	return NULL;
}

/* GB 32100: 18 characters without I, O, S, V, Z; the last one checks the others. */
static bool uscc_ok(struct slice v)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	int weight = 1, sum = 0;

	if (v.n != 18)
		return false;
	for (size_t i = 0; i < 18; i++) {
		const char *at = v.p[i] ? strchr(alphabet, v.p[i]) : NULL;
		if (!at)
			return false;
		if (i < 17)
			sum += (int)(at - alphabet) * weight;
		else
			return (31 - sum % 31) % 31 == at - alphabet;
		weight = weight * 3 % 31;
	}
	return false;
}

static const char *normal_uscc(struct ctx *c, struct slice v, struct slice *ret)
{
	struct plain p = without(v, " -");

	for (size_t i = 0; i < p.n; i++)
		p.text[i] = upper(p.text[i]);
	if (!uscc_ok(of_plain(&p)))
		return "请核对统一社会信用代码，应为 18 位";
	*ret = kept(c, of_plain(&p));
	return NULL;
}

static const char *normal_lines(struct ctx *c, struct slice v, size_t chars_max, const char *message,
				struct slice *ret)
{
	if (v.n == 0 || slice_chars(v) > chars_max)
		return message;
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 && v.p[i] != '\n' && v.p[i] != '\t' && v.p[i] != '\r')
			return "内容中不能有控制字符";
	*ret = kept(c, v);
	return NULL;
}

static const char *normal_text(struct ctx *c, struct slice v, struct slice *ret)
{
	return normal_lines(c, v, 2000, "请填写内容，不超过 2000 个字", ret);
}

static const char *normal_short_text(struct ctx *c, struct slice v, struct slice *ret)
{
	return normal_lines(c, v, 200, "请填写内容，不超过 200 个字", ret);
}

/* The id of an attachment that was uploaded before. */
static const char *normal_image(struct ctx *c, struct slice v, struct slice *ret)
{
	int64_t id;

	if (!slice_int(v, &id) || id <= 0)
		return "请先上传图片，再提交";
	*ret = kept(c, v);
	return NULL;
}

/* "none": only an authority or the system fills it, so nothing is expected of its form but that it is text.
 */
static const char *normal_none(struct ctx *c, struct slice v, struct slice *ret)
{
	*ret = kept(c, v);
	return NULL;
}

static validator_fn validator_of(const char *name)
{
	static const struct {
		const char *name;
		validator_fn fn;
	} validators[] = {
		{"phone", normal_phone},	 {"resident_id", normal_resident_id},
		{"id_number", normal_id_number}, {"name", normal_name},
		{"username", normal_username},	 {"password", normal_password},
		{"sms_code", normal_sms_code},	 {"email", normal_email},
		{"date", normal_date},		 {"id_type", normal_id_type},
		{"gender", normal_gender},	 {"location", normal_location},
		{"bank_card", normal_bank_card}, {"uscc", normal_uscc},
		{"text", normal_text},		 {"short_text", normal_short_text},
		{"image", normal_image},
	};

	for (size_t i = 0; i < sizeof validators / sizeof *validators; i++)
		if (strcmp(validators[i].name, name) == 0)
			return validators[i].fn;
	return normal_none;
}

err item_normal(struct ctx *c, const struct item *it, struct slice value, struct slice *ret)
{
	struct slice normal;

	if (!slice_is_utf8(value))
		return fail_field(c, it->key, "内容不是有效的文字编码");
	/* Blanks at the ends of a password are the person's own. */
	struct slice v = strcmp(it->validator, "password") == 0 ? value : trimmed(value);
	if (v.n == 0)
		return fail_field(c, it->key, arena_printf(c->arena, "请填写%s", it->name));
	const char *wrong = validator_of(it->validator)(c, v, &normal);
	if (wrong)
		return fail_field(c, it->key, wrong);
	*ret = normal;
	return OK;
}

void itemset_json(struct json *j, const struct release *r, const struct itemset *set)
{
	json_open(j, '[');
	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(set, i))
			json_text(j, row_key(r->items.rows[i]));
	json_close(j, ']');
}

void itemset_json_named(struct json *j, const struct release *r, const struct itemset *set)
{
	json_open(j, '[');
	for (unsigned i = 0; i < r->items.count; i++) {
		const struct item *it = r->items.rows[i];
		if (itemset_has(set, i))
			json_named(j, it->key, it->name);
	}
	json_close(j, ']');
}
