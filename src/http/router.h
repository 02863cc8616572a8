/* Routes as a tree of path segments: literal segments before {name}, {name} before a last {name...}. Built
 * once, then only read. */
#pragma once

#include "http/http.h"

enum { ROUTE_PARAMS_MAX = 4, ALLOW_SIZE = 64 };

struct router;

/* NULL when two routes have the same method and pattern, or a pattern is malformed. Copies the routes. */
struct router *router_new(const struct http_route *routes, size_t count);
void router_free(struct router *r);

/* The route for a path, with its parameters still percent-encoded in ret_params. HEAD finds GET's route. NULL
 * when there is none: with another method there (405) ret_allow lists the methods, else (404) it is empty. */
const struct http_route *router_find(const struct router *r, struct slice method, struct slice path,
				     struct slice ret_params[static ROUTE_PARAMS_MAX],
				     char ret_allow[static ALLOW_SIZE]);
