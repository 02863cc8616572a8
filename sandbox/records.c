#include "records.h"

#include "tables.h"
#include <ctype.h>
#include <stdio.h>

enum { TEXT_SIZE = 256 };

bool person_is_minor(const struct person *x, int64_t now_ms)
{
	return age_at(x->birth, date_of(now_ms)) < 18;
}

/* "prefix" followed by so many digits, different for each person and item. */
static json_t *number(const struct people *p, const struct person *x, const char *item, const char *prefix,
		      int digits)
{
	struct dice d = dice_for(p->seed, (unsigned)x->index, item);
	char text[TEXT_SIZE];
	int n = snprintf(text, sizeof text, "%s", prefix);

	for (int i = 0; i < digits; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%u", dice_below(&d, 10));
	return json_string(text);
}

static json_t *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static json_t *format(const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return json_string(text);
}

static bool is_resident(const struct person *x)
{
	return strcmp(x->id_type, "resident_card") == 0;
}

static json_t *optional(const char *text)
{
	return text[0] ? json_string(text) : NULL;
}

typedef json_t *item_value(const struct people *p, const struct person *x, int64_t now_ms);

#define ITEM(name_, expression)                                                                              \
	static json_t *name_(const struct people *p, const struct person *x, int64_t now_ms)                 \
	{                                                                                                    \
		(void)p, (void)x, (void)now_ms;                                                              \
		return expression;                                                                           \
	}

ITEM(real_name, json_string(x->name))
ITEM(gender, json_string(x->female ? "女" : "男"))
ITEM(ethnicity, json_string(x->ethnicity))
ITEM(nationality, json_string(strcmp(x->id_type, "passport") == 0 ? "外国" : "中国"))
ITEM(household_registration, format("%s%s", city_name(x->city), x->district))
ITEM(id_type, json_string(x->id_type))
ITEM(id_number, json_string(x->id_number))
ITEM(resident_id_number, is_resident(x) ? json_string(x->id_number) : NULL)
ITEM(id_expiry, json_string(x->id_expiry))
ITEM(passport_number, strcmp(x->id_type, "passport") == 0 ? json_string(x->id_number)
							  : number(p, x, "passport_number", "EX", 7))
ITEM(visa_info, json_string("无有效签证"))
ITEM(email, json_string(x->email))
ITEM(mobile_phone, json_string(x->phone))
ITEM(home_address, json_string(x->address))
ITEM(marital_status, json_string(x->spouse == NOBODY ? "未婚" : "已婚"))
ITEM(spouse_info, json_string(x->spouse == NOBODY ? "无配偶登记" : p->list[x->spouse].name))
ITEM(practice_cert_no, number(p, x, "practice_cert_no", "99", 13))
ITEM(certificate_no, number(p, x, "certificate_no", "ZS", 12))
ITEM(exam_ticket_no, number(p, x, "exam_ticket_no", "26", 10))
ITEM(social_security_account, x->insured ? number(p, x, "social_security_account", "", 10) : NULL)
ITEM(housing_fund_account, x->insured ? number(p, x, "housing_fund_account", "", 12) : NULL)
ITEM(property_certificate,
     number(p, x, "property_certificate",
	    x->city == CITY_TIANJIN ? "津（示例）不动产权第" : "苏（示例）不动产权第", 7))
ITEM(plate_number, number(p, x, "plate_number", x->city == CITY_TIANJIN ? "津AX" : "苏FX", 4))
ITEM(driver_license_file_no, number(p, x, "driver_license_file_no", city_area_prefix(x->city), 8))
ITEM(bank_card_info,
     x->bank_card[0] ? format("示范银行储蓄卡（尾号%s）", x->bank_card + strlen(x->bank_card) - 4) : NULL)
ITEM(bank_card_number, optional(x->bank_card))
ITEM(bank_reserved_mobile, x->bank_card[0] ? json_string(x->phone) : NULL)
ITEM(utility_account_no, number(p, x, "utility_account_no", "9", 9))
ITEM(payment_id, number(p, x, "payment_id", "PAY", 12))
ITEM(unionpay_id, number(p, x, "unionpay_id", "UP", 10))
ITEM(realname_status, json_string("已实名"))
ITEM(user_region, format("%s%s", city_name(x->city), x->district))
ITEM(card_no, number(p, x, "card_no", city_area_prefix(x->city), 12))
ITEM(health_certificate, json_string("有效"))
ITEM(health_info, json_string("无特殊记录"))
ITEM(health_code, json_string("绿码"))
ITEM(unified_account, number(p, x, "unified_account", "tys", 10))
ITEM(minor_status, json_string(person_is_minor(x, now_ms) ? "未成年人" : "成年人"))

static json_t *education_work_info(const struct people *p, const struct person *x, int64_t now_ms)
{
	struct dice d = dice_for(p->seed, (unsigned)x->index, "education");

	if (age_at(x->birth, date_of(now_ms)) < 22)
		return json_string("在读");
	const char *school = school_of(&d);
	return format("%d年毕业于%s；现从业：%s", x->birth.year + 22, school, occupation_of(&d));
}

/* People of the same name in the same city, the asker included. */
static json_t *name_count(const struct people *p, const struct person *x, int64_t now_ms)
{
	int count = 0;

	(void)now_ms;
	for (int i = 0; i < p->count; i++)
		count += p->list[i].city == x->city && strcmp(p->list[i].name, x->name) == 0;
	return format("%d", count);
}

/* compared: 1 by every register, 2 by those that keep that very number. */
static const struct {
	const char *key;
	item_value *value;
	int compared;
} items[] = {
	{"real_name", real_name, 1},
	{"gender", gender, 1},
	{"ethnicity", ethnicity, 1},
	{"nationality", nationality, 1},
	{"household_registration", household_registration, 0},
	{"id_type", id_type, 1},
	{"id_number", id_number, 1},
	{"resident_id_number", resident_id_number, 1},
	{"id_expiry", id_expiry, 1},
	{"passport_number", passport_number, 1},
	{"visa_info", visa_info, 0},
	{"email", email, 0},
	{"mobile_phone", mobile_phone, 2},
	{"contact_phone", mobile_phone, 0},
	{"home_address", home_address, 0},
	{"family_info", table_family, 0},
	{"marital_status", marital_status, 1},
	{"spouse_info", spouse_info, 0},
	{"education_work_info", education_work_info, 0},
	{"practice_cert_no", practice_cert_no, 1},
	{"certificate_no", certificate_no, 1},
	{"exam_ticket_no", exam_ticket_no, 1},
	{"social_security_payment", table_social_security, 0},
	{"social_security_account", social_security_account, 1},
	{"housing_fund_payment", table_housing_fund, 0},
	{"housing_fund_account", housing_fund_account, 1},
	{"property_certificate", property_certificate, 0},
	{"plate_number", plate_number, 1},
	{"driver_license_file_no", driver_license_file_no, 1},
	{"bank_card_info", bank_card_info, 0},
	{"bank_card_number", bank_card_number, 1},
	{"bank_reserved_mobile", bank_reserved_mobile, 1},
	{"bank_account", bank_card_number, 1},
	{"utility_account_no", utility_account_no, 1},
	{"bill_detail", table_bills, 0},
	{"payment_record", table_payments, 0},
	{"payment_id", payment_id, 0},
	{"unionpay_id", unionpay_id, 0},
	{"realname_status", realname_status, 0},
	{"user_region", user_region, 0},
	{"card_no", card_no, 1},
	{"card_expiry", id_expiry, 0},
	{"health_certificate", health_certificate, 0},
	{"health_info", health_info, 0},
	{"health_code", health_code, 0},
	{"violation_record", table_violations, 0},
	{"appointment_info", table_appointments, 0},
	{"service_record", table_services, 0},
	{"usage_statistics", name_count, 0},
	{"unified_account", unified_account, 0},
	{"minor_status", minor_status, 0},
};

enum { ITEM_COUNT = sizeof items / sizeof *items };

static int item_index(const char *item)
{
	for (int i = 0; i < ITEM_COUNT; i++) {
		if (strcmp(items[i].key, item) == 0)
			return i;
	}
	return -1;
}

json_t *record_value(const struct people *p, const struct person *x, const char *item, int64_t now_ms)
{
	int i = item_index(item);
	return i < 0 ? NULL : items[i].value(p, x, now_ms);
}

json_t *record_public(const char *item, const char *authority)
{
	if (strcmp(authority, "weather_bureau") == 0)
		return json_string("多云，气温12至19℃，东南风3级，相对湿度55%");
	if (strcmp(authority, "ecology_bureau") == 0)
		return json_string("空气质量指数58，良，首要污染物PM2.5");
	if (strcmp(authority, "taxi_dispatch") == 0)
		return json_string("附近可用车辆6辆，预计3分钟到达");
	if (strcmp(item, "public_info") == 0)
		return json_string("距您最近的服务网点：示范路便民服务站，距离650米，工作日9:00—17:00开放");
	return NULL;
}

bool record_is_compared(const char *item, bool numbers)
{
	int i = item_index(item);
	return i >= 0 && (items[i].compared == 1 || (items[i].compared == 2 && numbers));
}

static bool same_text(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == ' ')
			a++;
		while (*b == ' ')
			b++;
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

bool record_matches(const struct people *p, const struct person *x, const char *item, const char *value,
		    int64_t now_ms)
{
	json_t *held = record_value(p, x, item, now_ms);
	bool same = json_is_string(held) && same_text(json_string_value(held), value);

	json_decref(held);
	return same;
}

json_t *record_all(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *all = json_object();

	for (int i = 0; i < ITEM_COUNT; i++) {
		json_t *value = items[i].value(p, x, now_ms);
		if (value)
			json_object_set_new(all, items[i].key, value);
	}
	return all;
}
