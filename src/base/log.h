/* One line of JSON per event on standard error: a name and fields. Only api, jobs and cli log. No personal
 * data: the fields are names, counts, durations and ids of technical things, never values of a person. */
#pragma once

#include <stdint.h>

enum log_kind { LOG_END, LOG_TEXT, LOG_INT };

struct log_field {
	enum log_kind kind;
	const char *name;
	const char *text;
	int64_t value;
};

#define LOG_T(name_, text_) ((struct log_field){LOG_TEXT, (name_), (text_), 0})
#define LOG_I(name_, value_) ((struct log_field){LOG_INT, (name_), 0, (int64_t)(value_)})

/* log_event("server_started", LOG_I("port", port)); */
#define log_event(event, ...)                                                                                \
	log_write((event), (struct log_field[]){__VA_ARGS__ __VA_OPT__(, )(struct log_field){0}})
void log_write(const char *event, const struct log_field *fields);
