#include "base/json.h"
#include "base/clock.h"
#include <inttypes.h>

static void before_value(struct json *j)
{
	if (j->comma)
		buf_add(j->out, ",", 1);
	j->comma = true;
}

void json_open(struct json *j, char bracket)
{
	before_value(j);
	buf_add(j->out, &bracket, 1);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_add(j->out, &bracket, 1);
	j->comma = true;
}

static size_t plain_run(struct slice text)
{
	size_t n = 0;

	while (n < text.n && (unsigned char)text.p[n] >= 0x20 && text.p[n] != '"' && text.p[n] != '\\')
		n++;
	return n;
}

static void add_escaped(struct buf *out, struct slice text)
{
	while (text.n) {
		size_t n = plain_run(text);
		buf_add(out, text.p, n);
		text.p += n;
		text.n -= n;
		if (!text.n)
			return;
		unsigned char ch = (unsigned char)*text.p;
		if (ch == '"' || ch == '\\')
			buf_printf(out, "\\%c", ch);
		else if (ch == '\n')
			buf_add(out, "\\n", 2);
		else
			buf_printf(out, "\\u%04x", ch);
		text.p++;
		text.n--;
	}
}

/* Bytes that are not UTF-8 come from a broken authority or file: replaced, so that the document stays JSON.
 */
static void add_replaced(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n;) {
		size_t n = 1;
		while (n < 4 && i + n < text.n && !slice_is_utf8((struct slice){text.p + i, n}))
			n++;
		struct slice part = {text.p + i, n};
		if (slice_is_utf8(part)) {
			add_escaped(out, part);
			i += n;
		} else {
			buf_add(out, "\xef\xbf\xbd", 3);
			i++;
		}
	}
}

static void add_string(struct json *j, struct slice text)
{
	buf_add(j->out, "\"", 1);
	if (slice_is_utf8(text))
		add_escaped(j->out, text);
	else
		add_replaced(j->out, text);
	buf_add(j->out, "\"", 1);
}

void json_key(struct json *j, const char *key)
{
	before_value(j);
	add_string(j, slice_of(key));
	buf_add(j->out, ":", 1);
	j->comma = false;
}

void json_slice(struct json *j, struct slice text)
{
	before_value(j);
	add_string(j, text);
}

void json_text(struct json *j, const char *text)
{
	if (text)
		json_slice(j, slice_of(text));
	else
		json_none(j);
}

void json_int(struct json *j, int64_t value)
{
	before_value(j);
	buf_printf(j->out, "%" PRId64, value);
}

void json_bool(struct json *j, bool value)
{
	before_value(j);
	buf_add_text(j->out, value ? "true" : "false");
}

void json_none(struct json *j)
{
	before_value(j);
	buf_add(j->out, "null", 4);
}

void json_id(struct json *j, int64_t id)
{
	before_value(j);
	buf_printf(j->out, "\"%" PRId64 "\"", id);
}

void json_time(struct json *j, int64_t at_ms)
{
	char text[TIME_TEXT_SIZE];

	if (at_ms == 0)
		json_none(j);
	else
		json_text(j, time_text(at_ms, text));
}

void json_raw(struct json *j, struct slice valid_json)
{
	before_value(j);
	buf_add_slice(j->out, valid_json);
}

void json_put_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

void json_put_slice(struct json *j, const char *key, struct slice text)
{
	json_key(j, key);
	json_slice(j, text);
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}

void json_put_id(struct json *j, const char *key, int64_t id)
{
	json_key(j, key);
	json_id(j, id);
}

void json_put_time(struct json *j, const char *key, int64_t at_ms)
{
	json_key(j, key);
	json_time(j, at_ms);
}

void json_named(struct json *j, const char *key, const char *name)
{
	json_open(j, '{');
	json_put_text(j, "key", key);
	json_put_text(j, "name", name);
	json_close(j, '}');
}
