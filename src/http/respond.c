#include "http/respond.h"

#include <assert.h>
#include <stdlib.h>

#define JSON_TYPE "application/json; charset=utf-8"

enum { BUFFER_KEPT_BYTES = 16384 };

static const struct {
	int status;
	const char *text;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{423, "Locked"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i].status == status)
			return reasons[i].text;
	}
	return "Unnamed";
}

void response_init(struct http_response *a)
{
	*a = (struct http_response){.status = 200, .content_type = JSON_TYPE};
	buf_init(&a->body, RESPONSE_BODY_MAX_BYTES);
	buf_init(&a->headers, RESPONSE_HEADERS_MAX_BYTES);
}

void response_release(struct http_response *a)
{
	buf_release(&a->body);
	buf_release(&a->headers);
}

static void wipe(struct buf *b)
{
	if (b->size > 0)
		explicit_bzero(b->data, b->size);
	buf_clear(b);
	if (b->capacity > BUFFER_KEPT_BYTES)
		buf_release(b);
}

void response_reset(struct http_response *a)
{
	wipe(&a->body);
	wipe(&a->headers);
	a->status = 200;
	a->content_type = JSON_TYPE;
}

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
			return false;
	}
	return true;
}

void http_set_header(struct http_response *a, const char *name, const char *value)
{
	bool printable = is_printable(name) && is_printable(value);

	assert(printable);
	if (!printable) { /* without assertions: the request gets a 500 */
		a->headers.failed = true;
		return;
	}
	buf_add_text(&a->headers, name);
	buf_add(&a->headers, ": ", 2);
	buf_add_text(&a->headers, value);
	buf_add(&a->headers, "\r\n", 2);
}

bool status_has_no_body(int status)
{
	return status < 200 || status == 204 || status == 304;
}

struct text {
	char *at;
	size_t size;
};

static void add(struct text *t, const char *part, size_t size)
{
	if (size > RESPONSE_HEAD_MAX_BYTES - t->size)
		abort();
	memcpy(t->at + t->size, part, size);
	t->size += size;
}

static void add_number(struct text *t, size_t number)
{
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + number % 10);
	while (number /= 10);
	add(t, digits + i, sizeof digits - i);
}

#define ADD_LITERAL(t, literal) add((t), "" literal, sizeof(literal) - 1)

/* Without printf, which would cost as much as all the rest of a small answer. */
size_t response_head(const struct http_response *a, const char *date, bool keep_alive,
		     char ret[static RESPONSE_HEAD_MAX_BYTES])
{
	struct text t = {.at = ret};
	const char *reason = reason_of(a->status);

	ADD_LITERAL(&t, "HTTP/1.1 ");
	add_number(&t, (size_t)a->status);
	ADD_LITERAL(&t, " ");
	add(&t, reason, strlen(reason));
	ADD_LITERAL(&t, "\r\n");
	add(&t, date, strlen(date));
	if (!status_has_no_body(a->status)) {
		ADD_LITERAL(&t, "Content-Type: ");
		add(&t, a->content_type, strlen(a->content_type));
		ADD_LITERAL(&t, "\r\nContent-Length: ");
		add_number(&t, a->body.size);
		ADD_LITERAL(&t, "\r\n");
	}
	if (!keep_alive)
		ADD_LITERAL(&t, "Connection: close\r\n");
	return t.size;
}
