#include "tables.h"

#include <stdarg.h>
#include <stdio.h>

enum { CELL_SIZE = 64, MONTHS = 12 };

/* Columns as key, name pairs up to NULL. */
static json_t *table_new(const char *key, ...)
{
	json_t *columns = json_array();
	va_list ap;

	va_start(ap, key);
	for (; key; key = va_arg(ap, const char *))
		json_array_append_new(columns,
				      json_pack("{ss ss}", "key", key, "name", va_arg(ap, const char *)));
	va_end(ap);
	return json_pack("{so so}", "columns", columns, "rows", json_array());
}

/* Cells up to NULL. */
static void add_row(json_t *table, const char *cell, ...)
{
	json_t *row = json_array();
	va_list ap;

	va_start(ap, cell);
	for (; cell; cell = va_arg(ap, const char *))
		json_array_append_new(row, json_string(cell));
	va_end(ap);
	json_array_append_new(json_object_get(table, "rows"), row);
}

/* The month that lies `back` months before now, as 2026-08. */
static const char *month_back(int64_t now_ms, int back, char ret[static CELL_SIZE])
{
	struct date d = date_of(now_ms);
	int months = d.year * 12 + d.month - 1 - back;

	snprintf(ret, CELL_SIZE, "%04d-%02d", months / 12, months % 12 + 1);
	return ret;
}

static const char *day_back(int64_t now_ms, int days, char ret[static CELL_SIZE])
{
	struct date d = date_add_days(date_of(now_ms), -days);

	snprintf(ret, CELL_SIZE, "%04d-%02d-%02d", d.year, d.month, d.day);
	return ret;
}

/* 123456 fen as 1234.56 */
static const char *yuan(unsigned fen, char ret[static CELL_SIZE])
{
	snprintf(ret, CELL_SIZE, "%u.%02u", fen / 100, fen % 100);
	return ret;
}

static unsigned wage_fen(const struct people *p, const struct person *x)
{
	struct dice d = dice_for(p->seed, (unsigned)x->index, "wage");
	return 450000 + dice_below(&d, 120) * 10000;
}

json_t *table_social_security(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *t = table_new("month", "缴费月份", "insurance", "险种", "base", "缴费基数（元）", "personal",
			      "个人缴费（元）", "unit", "单位缴费（元）", "state", "缴费状态", NULL);
	unsigned base = wage_fen(p, x);
	char month[CELL_SIZE], a[CELL_SIZE], b[CELL_SIZE], c[CELL_SIZE];

	for (int back = 1; x->insured && back <= MONTHS; back++) {
		month_back(now_ms, back, month);
		add_row(t, month, "职工基本养老保险", yuan(base, a), yuan(base / 100 * 8, b),
			yuan(base / 100 * 16, c), "已到账", NULL);
	}
	return t;
}

json_t *table_housing_fund(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *t = table_new("month", "汇缴月份", "base", "缴存基数（元）", "amount", "月缴存额（元）",
			      "state", "状态", NULL);
	unsigned base = wage_fen(p, x);
	char month[CELL_SIZE], a[CELL_SIZE], b[CELL_SIZE];

	for (int back = 1; x->insured && back <= MONTHS; back++)
		add_row(t, month_back(now_ms, back, month), yuan(base, a), yuan(base / 100 * 24, b), "已入账",
			NULL);
	return t;
}

static const char *relation_of(const struct person *x, const struct person *other)
{
	if (other->index == x->spouse)
		return "配偶";
	if (other->index == x->father)
		return "父亲";
	if (other->index == x->mother)
		return "母亲";
	if (other->father == x->index || other->mother == x->index)
		return other->female ? "女儿" : "儿子";
	return other->father == x->father && x->father != NOBODY ? "兄弟姐妹" : "同户人员";
}

json_t *table_family(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *t = table_new("relation", "关系", "name", "姓名", "birth_year", "出生年份", NULL);
	char year[CELL_SIZE];

	(void)now_ms;
	for (int i = x->index > 8 ? x->index - 8 : 0; i < p->count && i < x->index + 9; i++) {
		const struct person *other = &p->list[i];
		if (i == x->index || other->household != x->household)
			continue;
		snprintf(year, sizeof year, "%d", other->birth.year);
		add_row(t, relation_of(x, other), other->name, year, NULL);
	}
	return t;
}

static json_t *amounts(const struct people *p, const struct person *x, int64_t now_ms, const char *property,
		       json_t *t, const char *state)
{
	struct dice d = dice_for(p->seed, (unsigned)x->index, property);
	char month[CELL_SIZE], a[CELL_SIZE];

	for (int back = 1; back <= 6; back++)
		add_row(t, month_back(now_ms, back, month), yuan(2000 + dice_below(&d, 26000), a), state,
			NULL);
	return t;
}

json_t *table_bills(const struct people *p, const struct person *x, int64_t now_ms)
{
	return amounts(p, x, now_ms, "bill",
		       table_new("month", "账单月份", "amount", "金额（元）", "state", "状态", NULL),
		       "已缴清");
}

json_t *table_payments(const struct people *p, const struct person *x, int64_t now_ms)
{
	return amounts(p, x, now_ms, "payment",
		       table_new("month", "缴费月份", "amount", "金额（元）", "state", "结果", NULL),
		       "缴费成功");
}

json_t *table_violations(const struct people *p, const struct person *x, int64_t now_ms)
{
	static const char *const acts[] = {"违反禁止停车标线", "未按规定车道行驶", "超过限速10%以下"};
	json_t *t = table_new("date", "日期", "act", "违法行为", "fine", "罚款（元）", "points", "记分",
			      "state", "处理状态", NULL);
	struct dice d = dice_for(p->seed, (unsigned)x->index, "violation");
	char day[CELL_SIZE];

	for (unsigned n = dice_below(&d, 3); n > 0; n--)
		add_row(t, day_back(now_ms, (int)dice_below(&d, 300) + 3, day), acts[dice_below(&d, 3)],
			"100", "0", "未处理", NULL);
	return t;
}

json_t *table_appointments(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *t = table_new("date", "预约日期", "time", "时段", "state", "状态", NULL);
	struct dice d = dice_for(p->seed, (unsigned)x->index, "appointment");
	char day[CELL_SIZE];

	add_row(t, day_back(now_ms, -(int)dice_below(&d, 14) - 1, day), dice_below(&d, 2) ? "上午" : "下午",
		"已预约", NULL);
	return t;
}

json_t *table_services(const struct people *p, const struct person *x, int64_t now_ms)
{
	json_t *t = table_new("date", "日期", "matter", "办理事项", "state", "办理状态", NULL);
	struct dice d = dice_for(p->seed, (unsigned)x->index, "service");
	char day[CELL_SIZE];

	add_row(t, day_back(now_ms, (int)dice_below(&d, 60) + 1, day), "信息登记", "已办结", NULL);
	if (dice_below(&d, 2))
		add_row(t, day_back(now_ms, (int)dice_below(&d, 10) + 1, day), "资料更新", "办理中", NULL);
	return t;
}
