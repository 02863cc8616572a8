#include "base/log.h"
#include "base/clock.h"
#include "base/json.h"
#include <time.h>
#include <unistd.h>

void log_write(const char *event, const struct log_field *fields)
{
	struct timespec t;
	BUF_SCOPED line = {0};
	buf_init(&line, 8192);
	struct json j = json_to(&line);

	clock_gettime(CLOCK_REALTIME, &t);
	json_open(&j, '{');
	json_put_time(&j, "at", (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
	json_put_text(&j, "event", event);
	for (; fields->kind != LOG_END; fields++) {
		if (fields->kind == LOG_TEXT)
			json_put_text(&j, fields->name, fields->text);
		else
			json_put_int(&j, fields->name, fields->value);
	}
	json_close(&j, '}');
	buf_add(&line, "\n", 1);
	if (!line.failed && write(STDERR_FILENO, line.data, line.size) < 0)
		return; /* nowhere left to say so */
}
