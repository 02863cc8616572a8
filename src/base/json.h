/* JSON out: a small writer into a bounded buffer. Commas and escapes are its business, nesting is the
 *caller's.
 *
 *	json_open(j, '{');
 *	json_key(j, "name"); json_text(j, name);
 *	json_key(j, "list"); json_open(j, '['); json_int(j, 1); json_close(j, ']');
 *	json_close(j, '}');
 *
 * Text must be UTF-8; what is not becomes U+FFFD. */
#pragma once

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* the next value needs a comma before it */
};

static inline struct json json_to(struct buf *out)
{
	return (struct json){out, false};
}

void json_open(struct json *j, char bracket);
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_slice(struct json *j, struct slice text);
void json_text(struct json *j, const char *text); /* NULL becomes null */
void json_int(struct json *j, int64_t value);
void json_bool(struct json *j, bool value);
void json_none(struct json *j);
void json_id(struct json *j, int64_t id);      /* a 64-bit id as a string */
void json_time(struct json *j, int64_t at_ms); /* RFC 3339 with +08:00; null for 0 */
void json_raw(struct json *j, struct slice valid_json);
/* {"key": key, "name": name}: how the API names an entry of the policy or of a list. */
void json_named(struct json *j, const char *key, const char *name);

/* Key and value in one call. */
void json_put_text(struct json *j, const char *key, const char *text);
void json_put_slice(struct json *j, const char *key, struct slice text);
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_put_id(struct json *j, const char *key, int64_t id);
void json_put_time(struct json *j, const char *key, int64_t at_ms);
