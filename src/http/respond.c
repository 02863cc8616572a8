#include "http/respond.h"

#include <assert.h>
#include <stdio.h>

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
	*a = (struct http_response){.status = 200, .content_type = "application/json; charset=utf-8"};
	buf_init(&a->body, RESPONSE_BODY_MAX_BYTES);
	buf_init(&a->headers, RESPONSE_HEADERS_MAX_BYTES);
}

void response_release(struct http_response *a)
{
	buf_release(&a->body);
	buf_release(&a->headers);
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
	assert(is_printable(name) && is_printable(value));
	buf_printf(&a->headers, "%s: %s\r\n", name, value);
}

bool status_has_no_body(int status)
{
	return status < 200 || status == 204 || status == 304;
}

size_t response_head(const struct http_response *a, const char *date, bool keep_alive,
		     char ret[static RESPONSE_HEAD_MAX_BYTES])
{
	const char *connection = keep_alive ? "" : "Connection: close\r\n";
	int n = 0;

	if (status_has_no_body(a->status))
		n = snprintf(ret, RESPONSE_HEAD_MAX_BYTES, "HTTP/1.1 %d %s\r\n%s%s", a->status,
			     reason_of(a->status), date, connection);
	else
		n = snprintf(ret, RESPONSE_HEAD_MAX_BYTES,
			     "HTTP/1.1 %d %s\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n%s", a->status,
			     reason_of(a->status), date, a->content_type, a->body.size, connection);
	assert(n > 0 && n < RESPONSE_HEAD_MAX_BYTES);
	return (size_t)n;
}
