#include "http/request.h"

#include <arpa/inet.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character of escaped text at *i; -1 when it is malformed or NUL. */
static int decode_char(struct slice text, size_t *i, bool plus_is_space)
{
	char c = text.p[(*i)++];

	if (c == '+' && plus_is_space)
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (text.n - *i < 2)
		return -1;
	int high = hex_value(text.p[*i]), low = hex_value(text.p[*i + 1]);
	*i += 2;
	return high < 0 || low < 0 || (high == 0 && low == 0) ? -1 : high * 16 + low;
}

struct slice percent_decode(struct arena *a, struct slice text, bool plus_is_space)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t size = 0;

	for (size_t i = 0; i < text.n;) {
		int c = decode_char(text, &i, plus_is_space);
		if (c < 0)
			return (struct slice){0};
		out[size++] = (char)c;
	}
	return (struct slice){out, size};
}

static bool has_dot_segment(struct slice path)
{
	while (path.n > 0) {
		const char *slash = memchr(path.p, '/', path.n);
		struct slice segment = {path.p, slash ? (size_t)(slash - path.p) : path.n};
		if (slice_is(segment, ".") || slice_is(segment, ".."))
			return true;
		size_t step = segment.n + (slash ? 1 : 0);
		path = (struct slice){path.p + step, path.n - step};
	}
	return false;
}

bool param_decode(struct arena *a, struct slice raw, bool rest, struct slice *ret)
{
	struct slice decoded = percent_decode(a, raw, false);

	if (!decoded.p || !slice_is_utf8(decoded))
		return false;
	if (rest && (has_dot_segment(decoded) || memchr(decoded.p, '\\', decoded.n)))
		return false;
	*ret = decoded;
	return true;
}

struct slice http_header(const struct http_request *q, const char *name)
{
	return message_field(q->head, name);
}

/* Takes the part before the separator off the text. */
static struct slice take_part(struct slice *text, char separator)
{
	const char *end = memchr(text->p, separator, text->n);
	struct slice part = {text->p, end ? (size_t)(end - text->p) : text->n};
	size_t step = part.n + (end ? 1 : 0);

	*text = (struct slice){text->p + step, text->n - step};
	return part;
}

static struct slice trim(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct slice){s.p + 1, s.n - 1};
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct slice http_query(const struct http_request *q, const char *name)
{
	struct slice rest = q->query;

	while (rest.n > 0) {
		struct slice value = take_part(&rest, '&');
		bool has_value = memchr(value.p, '=', value.n) != NULL;
		struct slice key = percent_decode(q->arena, take_part(&value, '='), true);
		if (key.p && slice_is(key, name))
			return has_value ? percent_decode(q->arena, value, true) : SLICE("");
	}
	return (struct slice){0};
}

struct slice http_cookie(const struct http_request *q, const char *name)
{
	struct slice rest = message_field(q->head, "cookie");

	while (rest.n > 0) {
		struct slice value = trim(take_part(&rest, ';'));
		if (value.n == 0 || !memchr(value.p, '=', value.n))
			continue;
		struct slice key = take_part(&value, '=');
		if (slice_is(key, name))
			return value;
	}
	return (struct slice){0};
}

static bool is_address(const char *text)
{
	struct in6_addr address;
	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

const char *forwarded_peer(struct arena *a, const struct message *m)
{
	struct slice last = {0};

	/* several fields count as one list: the last hop is in the last of them */
	for (size_t i = 0; i < m->field_count; i++) {
		struct slice name = m->fields[i].name;
		if (name.n == 15 && strncasecmp(name.p, "x-forwarded-for", 15) == 0)
			last = m->fields[i].value;
	}
	if (!last.p)
		return "unknown";
	const char *comma = memrchr(last.p, ',', last.n);
	if (comma)
		last = (struct slice){comma + 1, last.n - (size_t)(comma + 1 - last.p)};
	const char *text = arena_copy(a, trim(last));
	return is_address(text) ? text : "unknown";
}
