/* The one clock, and the civil time of Asia/Shanghai (UTC+8, no summer time since 1991).
 *
 * All instants are int64_t milliseconds since 1970-01-01 UTC. A test clock (`serve --test-clock`) follows the
 * sandbox's clock, forward only. */
#pragma once

#include "base/slice.h"

struct clock;

/* The wall clock, never going backwards within this process. */
struct clock *clock_new(void);
/* A clock that can be moved forward by clock_advance_to. */
struct clock *clock_new_test(void);
void clock_free(struct clock *k);

int64_t clock_now_ms(struct clock *k);
/* Moves a test clock forward to at_ms (its offset is kept from then on); false on a real clock or a step
 * back. */
bool clock_advance_to(struct clock *k, int64_t at_ms);

/* Monotonic nanoseconds, for durations and deadlines of the machine; unrelated to dates. */
uint64_t clock_monotonic_ns(void);

enum { TIME_TEXT_SIZE = 32 };
/* RFC 3339 with milliseconds and +08:00, e.g. 2026-11-21T22:54:01.123+08:00. */
const char *time_text(int64_t at_ms, char ret[static TIME_TEXT_SIZE]);

struct date {
	int year, month, day; /* month and day from 1 */
};
struct date date_of(int64_t at_ms);		      /* in Asia/Shanghai */
int64_t date_start_ms(struct date d);		      /* midnight in Asia/Shanghai */
bool date_parse(struct slice text, struct date *ret); /* 2026-11-21 or 20261121; refuses impossible days */
int date_compare(struct date a, struct date b);
struct date date_add_days(struct date d, int days);
int date_weekday(struct date d);	       /* 1 Monday to 7 Sunday */
int age_at(struct date birth, struct date on); /* completed years */
