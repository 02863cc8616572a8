/* From a response to the bytes of its head. */
#pragma once

#include "http/http.h"

enum {
	RESPONSE_BODY_MAX_BYTES = 64 << 20,
	RESPONSE_HEADERS_MAX_BYTES = 16384,
	RESPONSE_HEAD_MAX_BYTES = 512
};

void response_init(struct http_response *a);
void response_release(struct http_response *a);
/* As new, but with the memory of its buffers, which is wiped. */
void response_reset(struct http_response *a);

/* True for a status that never has a body (RFC 9110 section 6.4.1). */
bool status_has_no_body(int status);

/* Writes the status line and our own fields, up to where the response's headers, the empty line and the body
 * follow; date is a whole line. Returns the size. */
size_t response_head(const struct http_response *a, const char *date, bool keep_alive,
		     char ret[static RESPONSE_HEAD_MAX_BYTES]);
