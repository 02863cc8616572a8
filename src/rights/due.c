/* Until when a request is to be answered. */
#include "policy/better.h"
#include "rights/rights.h"
#include <stdio.h>

static bool listed(const struct release *r, const char *key, struct date d)
{
	char text[40];

	snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
	return city_list_has(r, key, text);
}

bool rights_working_day(const struct release *r, struct date d)
{
	if (listed(r, "calendar.workdays", d))
		return true;
	return date_weekday(d) <= 5 && !listed(r, "calendar.holidays", d);
}

int64_t rights_due(const struct release *r, unsigned accepted, const char *kind, int64_t verified_at_ms)
{
	bool deletes = strcmp(kind, "delete") == 0;
	int64_t days = better_deadline(r, accepted, deletes ? "delete.days" : "reply.days", 15);
	const char *calendar = city_text(r, deletes ? "delete.calendar" : "reply.calendar");
	bool working = calendar && strcmp(calendar, "working") == 0;
	struct date d = date_of(verified_at_ms);

	while (days > 0) {
		d = date_add_days(d, 1);
		days -= !working || rights_working_day(r, d);
	}
	return date_start_ms(date_add_days(d, 1)) - 1;
}
