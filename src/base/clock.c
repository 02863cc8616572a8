#include "base/clock.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SHANGHAI_MS = 8 * 3600 * 1000, DAY_MS = 86400 * 1000 };

struct clock {
	pthread_mutex_t lock;
	bool test;
	int64_t offset_ms; /* of a test clock, ahead of the wall clock */
	int64_t last_ms;
};

static struct clock *make(bool test)
{
	struct clock *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	pthread_mutex_init(&k->lock, NULL);
	k->test = test;
	return k;
}

struct clock *clock_new(void)
{
	return make(false);
}

struct clock *clock_new_test(void)
{
	return make(true);
}

void clock_free(struct clock *k)
{
	if (!k)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now_ms(struct clock *k)
{
	pthread_mutex_lock(&k->lock);
	int64_t now = wall_ms() + k->offset_ms;
	if (now < k->last_ms)
		now = k->last_ms;
	k->last_ms = now;
	pthread_mutex_unlock(&k->lock);
	return now;
}

bool clock_advance_to(struct clock *k, int64_t at_ms)
{
	if (!k->test)
		return false;
	pthread_mutex_lock(&k->lock);
	int64_t wall = wall_ms();
	bool forward = at_ms >= wall + k->offset_ms;
	if (forward)
		k->offset_ms = at_ms - wall;
	pthread_mutex_unlock(&k->lock);
	return forward;
}

uint64_t clock_monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Days since 1970-01-01 of a proleptic Gregorian date, and back (Howard Hinnant's civil calendar algorithms).
 */
static int64_t days_of(struct date d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static struct date date_of_days(int64_t z)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct date){(int)(yoe + era * 400 + (month <= 2)), month,
			     (int)(doy - (153 * mp + 2) / 5 + 1)};
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

const char *time_text(int64_t at_ms, char ret[static TIME_TEXT_SIZE])
{
	int64_t local = at_ms + SHANGHAI_MS;
	struct date d = date_of(at_ms);
	int64_t ms = local - floor_div(local, DAY_MS) * DAY_MS;

	snprintf(ret, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00", d.year % 10000,
		 d.month % 100, d.day % 100, (int)(ms / 3600000) % 100, (int)(ms / 60000 % 60),
		 (int)(ms / 1000 % 60), (int)(ms % 1000));
	return ret;
}

struct date date_of(int64_t at_ms)
{
	return date_of_days(floor_div(at_ms + SHANGHAI_MS, DAY_MS));
}

int64_t date_start_ms(struct date d)
{
	return days_of(d) * DAY_MS - SHANGHAI_MS;
}

bool date_parse(struct slice text, struct date *ret)
{
	char digits[9];
	size_t n = 0;

	if (text.n != 8 && !(text.n == 10 && text.p[4] == '-' && text.p[7] == '-'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.n == 10 && (i == 4 || i == 7))
			continue;
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		digits[n++] = text.p[i];
	}
	digits[n] = '\0';
	int number = atoi(digits);
	struct date d = {number / 10000, number / 100 % 100, number % 100};
	if (d.year < 1800 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	if (date_compare(date_of_days(days_of(d)), d) != 0)
		return false;
	*ret = d;
	return true;
}

int date_compare(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day < b.day ? -1 : a.day > b.day;
}

struct date date_add_days(struct date d, int days)
{
	return date_of_days(days_of(d) + days);
}

int date_weekday(struct date d)
{
	int64_t since_monday = days_of(d) + 3; /* 1970-01-01 was a Thursday */

	return (int)(since_monday - floor_div(since_monday, 7) * 7) + 1;
}

int age_at(struct date birth, struct date on)
{
	bool before_birthday = on.month < birth.month || (on.month == birth.month && on.day < birth.day);

	return on.year - birth.year - before_birthday;
}
