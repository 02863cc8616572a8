/* Reading a request: percent-decoding, query parameters, cookies, the client's address. */
#pragma once

#include "http/http.h"
#include "http/message.h"

/* p NULL when an escape is malformed or makes a NUL. plus_is_space: as in forms. */
struct slice percent_decode(struct arena *a, struct slice text, bool plus_is_space);

/* Decodes a path parameter; rest: it may hold slashes, and then no segment of it may be "." or "..". */
bool param_decode(struct arena *a, struct slice raw, bool rest, struct slice *ret);

/* The last X-Forwarded-For hop when it is an address, else "unknown". */
const char *forwarded_peer(struct arena *a, const struct message *m);
