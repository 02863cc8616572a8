/* The clock that servers follow. It goes forward only. */
#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_FOR_CLOCK_MS = 10000, WAIT_FOR_SETTLE_MS = 60000, CHECK_MS = 200 };
static const int64_t day_ms = 86400000;

/* Adds months to a date; the day is cut to the month's last one. */
static int64_t months_after(int64_t now_ms, int months)
{
	struct date d = date_of(now_ms);
	int64_t in_day = now_ms - date_start_ms(d);
	int total = d.year * 12 + d.month - 1 + months;
	struct date first = {total / 12, total % 12 + 1, 1},
		    next = {(total + 1) / 12, (total + 1) % 12 + 1, 1};
	int length = (int)((date_start_ms(next) - date_start_ms(first)) / day_ms);

	first.day = d.day < length ? d.day : length;
	return date_start_ms(first) + in_day;
}

static bool apply_unit(char unit, bool in_time, int64_t n, int64_t *at)
{
	if (!in_time && (unit == 'Y' || unit == 'M')) {
		*at = months_after(*at, (int)(unit == 'Y' ? n * 12 : n));
		return n < 1200;
	}
	int64_t factor = in_time ? (unit == 'H'	  ? 3600000
				    : unit == 'M' ? 60000
				    : unit == 'S' ? 1000
						  : 0)
				 : (unit == 'W'	  ? 7 * day_ms
				    : unit == 'D' ? day_ms
						  : 0);
	*at += n * factor;
	return factor > 0;
}

bool duration_after(const char *text, int64_t now_ms, int64_t *ret_ms)
{
	int64_t at = now_ms;
	bool in_time = false, any = false;

	if (*text++ != 'P')
		return false;
	while (*text) {
		if (*text == 'T' && !in_time) {
			in_time = true;
			text++;
			continue;
		}
		char *end = NULL;
		long n = strtol(text, &end, 10);
		if (end == text || n < 0 || n > 1000000 || !*end || !apply_unit(*end, in_time, n, &at))
			return false;
		text = end + 1;
		any = true;
	}
	*ret_ms = at;
	return any;
}

int64_t working_days_after(int64_t now_ms, int days)
{
	struct date d = date_of(now_ms);
	int64_t in_day = now_ms - date_start_ms(d);

	while (days > 0) {
		d = date_add_days(d, 1);
		days -= date_weekday(d) <= 5;
	}
	return date_start_ms(d) + in_day;
}

/* ---- followers ---- */

/* Who reports no time of its own only reads the clock. */
static bool is_follower(const struct http_request *q)
{
	return http_query(q, "server").n > 0 && http_query(q, "now_ms").n > 0;
}

/* The follower of that name, or the slot of the one not seen for longest. */
static struct follower *follower_of(struct world *w, const char *name)
{
	struct follower *oldest = &w->followers[0];

	for (int i = 0; i < FOLLOWERS_MAX; i++) {
		if (strcmp(w->followers[i].name, name) == 0)
			return &w->followers[i];
		if (w->followers[i].seen_ns < oldest->seen_ns)
			oldest = &w->followers[i];
	}
	*oldest = (struct follower){0};
	snprintf(oldest->name, sizeof oldest->name, "%s", name);
	return oldest;
}

static bool is_alive(const struct follower *f)
{
	return f->seen_ns > 0 && clock_monotonic_ns() - f->seen_ns < (uint64_t)FOLLOWER_ALIVE_MS * 1000000;
}

static int count_alive(const struct world *w)
{
	int count = 0;

	for (int i = 0; i < FOLLOWERS_MAX; i++)
		count += is_alive(&w->followers[i]);
	return count;
}

static void note_poll(struct world *w, const struct http_request *q)
{
	const char *name = query_text(q, "server"), *settled = query_text(q, "settled");
	struct follower *f = follower_of(w, name);
	int64_t now_ms = 0;

	if (slice_int(http_query(q, "now_ms"), &now_ms))
		f->now_ms = now_ms;
	f->seen_ns = clock_monotonic_ns();
	f->polls++;
	if (!settled || strcmp(settled, "1") != 0)
		f->settled_from = 0;
	else if (f->settled_from == 0)
		f->settled_from = f->polls;
	pthread_cond_broadcast(&w->changed);
}

static json_t *clock_state(const struct world *w)
{
	int64_t now_ms = world_now_ms(w);

	return json_pack("{sI so si}", "now_ms", (json_int_t)now_ms, "now", json_instant(now_ms), "followers",
			 count_alive(w));
}

void control_clock_get(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;

	(void)route_user;
	pthread_mutex_lock(&w->lock);
	if (is_follower(q))
		note_poll(w, q);
	json_t *state = clock_state(w);
	pthread_mutex_unlock(&w->lock);
	reply(a, 200, state);
}

/* ---- waiting for them ---- */

typedef bool follower_test(const struct world *w, const void *arg);

/* Waits until every living follower passes; called with the lock held. */
static bool wait_for_all(struct world *w, follower_test *test, const void *arg, int limit_ms)
{
	uint64_t until = clock_monotonic_ns() + (uint64_t)limit_ms * 1000000;

	while (!test(w, arg)) {
		if (clock_monotonic_ns() >= until)
			return false;
		/* a follower may also die, which nobody announces */
		uint64_t wake = clock_monotonic_ns() + (uint64_t)CHECK_MS * 1000000;
		struct timespec at = {.tv_sec = (time_t)(wake / 1000000000),
				      .tv_nsec = (long)(wake % 1000000000)};
		pthread_cond_timedwait(&w->changed, &w->lock, &at);
	}
	return true;
}

static bool all_reached(const struct world *w, const void *arg)
{
	const int64_t *now_ms = arg;

	for (int i = 0; i < FOLLOWERS_MAX; i++) {
		if (is_alive(&w->followers[i]) && w->followers[i].now_ms < *now_ms)
			return false;
	}
	return true;
}

/* The target of {advance}, {advance_working_days} or {now_ms}; false when the body is none of them. */
static bool read_target(const json_t *body, int64_t now_ms, int64_t *ret)
{
	const char *advance = json_string_value(json_object_get(body, "advance"));
	const json_t *days = json_object_get(body, "advance_working_days"),
		     *to = json_object_get(body, "now_ms");

	if (json_object_size(body) != 1)
		return false;
	if (advance)
		return duration_after(advance, now_ms, ret);
	if (json_is_integer(days) && json_integer_value(days) >= 0 && json_integer_value(days) <= 5000) {
		*ret = working_days_after(now_ms, (int)json_integer_value(days));
		return true;
	}
	*ret = json_integer_value(to);
	return json_is_integer(to) && *ret >= now_ms;
}

void control_clock_put(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	json_t *body = body_object(q);
	int64_t target = 0;

	(void)route_user;
	pthread_mutex_lock(&w->lock);
	int64_t now_ms = world_now_ms(w);
	bool readable = body && read_target(body, now_ms, &target);
	if (readable) {
		w->old_offsets[w->moves++ % OFFSETS_KEPT] = w->offset_ms;
		w->offset_ms += target - now_ms;
		w->dirty = true;
	}
	bool followed = readable && wait_for_all(w, all_reached, &target, WAIT_FOR_CLOCK_MS);
	json_t *state = clock_state(w);
	pthread_mutex_unlock(&w->lock);
	json_decref(body);
	if (followed) {
		reply(a, 200, state);
		return;
	}
	json_decref(state);
	if (readable)
		reply_problem(a, 503, "a server that was seen lately does not follow");
	else
		reply_problem(
			a, 400,
			"one of advance (ISO 8601 duration), advance_working_days, now_ms (not in the past)");
}

/* ---- settled ---- */

struct settle {
	uint64_t polls[FOLLOWERS_MAX]; /* of each follower when the call came */
};

/* The first poll that arrives after the call may have begun before it; the second one did not. */
static bool all_settled(const struct world *w, const void *arg)
{
	const struct settle *s = arg;

	for (int i = 0; i < FOLLOWERS_MAX; i++) {
		const struct follower *f = &w->followers[i];
		if (is_alive(f) && (f->polls < s->polls[i] + 2 || f->settled_from == 0))
			return false;
	}
	return true;
}

void control_settle(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	struct settle s = {0};

	(void)q, (void)route_user;
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < FOLLOWERS_MAX; i++)
		s.polls[i] = w->followers[i].polls;
	bool settled = wait_for_all(w, all_settled, &s, WAIT_FOR_SETTLE_MS);
	int followers = count_alive(w);
	pthread_mutex_unlock(&w->lock);
	if (settled)
		reply(a, 200, json_pack("{sb si}", "settled", 1, "followers", followers));
	else
		reply_problem(a, 503, "a server still has jobs that are due");
}
