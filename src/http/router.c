#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>

enum { METHODS_MAX = 6 };

struct node {
	struct slice segment; /* of a literal; of a parameter with an ending: ".pdf" */
	struct node *next;    /* sibling literal */
	struct node *literals, *param, *rest, *ending; /* {name}, {name...}, {name}.pdf */
	const struct http_route *routes[METHODS_MAX];
	size_t route_count;
};

struct router {
	struct http_route *routes;
	struct node root;
};

static void *zeroed(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

/* Takes the next segment off a path that starts with '/'. */
static struct slice next_segment(struct slice *path)
{
	const char *start = path->p + 1;
	size_t left = path->n - 1;
	const char *slash = memchr(start, '/', left);
	size_t n = slash ? (size_t)(slash - start) : left;

	*path = (struct slice){start + n, left - n};
	return (struct slice){start, n};
}

static struct node *find_literal(const struct node *n, struct slice segment)
{
	for (struct node *child = n->literals; child; child = child->next) {
		if (slice_eq(child->segment, segment))
			return child;
	}
	return NULL;
}

static bool slice_ends(struct slice s, struct slice end)
{
	return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

static bool ends_with(struct slice s, const char *end)
{
	return slice_ends(s, slice_of(end));
}

static struct node *child_for(struct node *n, struct slice segment)
{
	struct node **child = NULL;

	if (slice_starts(segment, "{") && !ends_with(segment, "}")) {
		const char *end = memchr(segment.p, '}', segment.n);
		if (!end)
			return NULL;
		struct slice ending = {end + 1, (size_t)(segment.p + segment.n - end) - 1};
		if (!n->ending) {
			n->ending = zeroed(1, sizeof *n->ending);
			n->ending->segment = ending;
		}
		return slice_eq(n->ending->segment, ending) ? n->ending : NULL;
	}
	if (slice_starts(segment, "{")) {
		child = ends_with(segment, "...}") ? &n->rest : &n->param;
		if (!*child)
			*child = zeroed(1, sizeof **child);
		return *child;
	}
	struct node *literal = find_literal(n, segment);
	if (literal)
		return literal;
	literal = zeroed(1, sizeof *literal);
	literal->segment = segment;
	literal->next = n->literals;
	n->literals = literal;
	return literal;
}

static const struct http_route *route_of(const struct node *n, struct slice method)
{
	for (size_t i = 0; i < n->route_count; i++) {
		if (slice_is(method, n->routes[i]->method))
			return n->routes[i];
	}
	return NULL;
}

static bool add_route(struct node *n, const struct http_route *route)
{
	struct slice path = slice_of(route->pattern);
	size_t params = 0;

	if (!slice_starts(path, "/"))
		return false;
	while (path.n > 0) {
		struct slice segment = next_segment(&path);
		params += slice_starts(segment, "{");
		if (ends_with(segment, "...}") && path.n > 0)
			return false;
		n = child_for(n, segment);
		if (!n) /* two endings at one place */
			return false;
	}
	if (params > ROUTE_PARAMS_MAX || n->route_count == METHODS_MAX ||
	    route_of(n, slice_of(route->method)))
		return false;
	n->routes[n->route_count++] = route;
	return true;
}

struct router *router_new(const struct http_route *routes, size_t count)
{
	struct router *r = zeroed(1, sizeof *r);

	r->routes = zeroed(count + 1, sizeof *routes);
	if (count > 0)
		memcpy(r->routes, routes, count * sizeof *routes);
	for (size_t i = 0; i < count; i++) {
		if (!add_route(&r->root, &r->routes[i])) {
			router_free(r);
			return NULL;
		}
	}
	return r;
}

static void free_children(struct node *n)
{
	struct node *others[] = {n->param, n->rest, n->ending};

	for (struct node *child = n->literals, *next; child; child = next) {
		next = child->next;
		free_children(child);
		free(child);
	}
	for (size_t i = 0; i < 3; i++) {
		if (others[i])
			free_children(others[i]);
		free(others[i]);
	}
}

void router_free(struct router *r)
{
	if (!r)
		return;
	free_children(&r->root);
	free(r->routes);
	free(r);
}

/* The node that stands for the path; the depth of the recursion is that of the tree. */
static const struct node *find_node(const struct node *n, struct slice path, struct slice *params,
				    size_t count)
{
	if (path.n == 0)
		return n->route_count > 0 ? n : NULL;
	struct slice rest = path;
	struct slice segment = next_segment(&rest);
	const struct node *child = find_literal(n, segment);
	const struct node *found = child ? find_node(child, rest, params, count) : NULL;

	if (!found && n->ending && segment.n > n->ending->segment.n &&
	    slice_ends(segment, n->ending->segment)) {
		found = find_node(n->ending, rest, params, count + 1);
		if (found)
			params[count] = (struct slice){segment.p, segment.n - n->ending->segment.n};
	}
	if (!found && n->param && segment.n > 0) {
		found = find_node(n->param, rest, params, count + 1);
		if (found)
			params[count] = segment;
	}
	if (!found && n->rest) {
		found = n->rest;
		params[count] = (struct slice){path.p + 1, path.n - 1};
	}
	return found;
}

static void list_methods(const struct node *n, char ret[static ALLOW_SIZE])
{
	size_t size = 0;

	for (size_t i = 0; i < n->route_count; i++) {
		int w = snprintf(ret + size, ALLOW_SIZE - size, "%s%s", i > 0 ? ", " : "",
				 n->routes[i]->method);
		if (w < 0 || (size_t)w >= ALLOW_SIZE - size)
			return;
		size += (size_t)w;
	}
}

const struct http_route *router_find(const struct router *r, struct slice method, struct slice path,
				     struct slice ret_params[static ROUTE_PARAMS_MAX],
				     char ret_allow[static ALLOW_SIZE])
{
	ret_allow[0] = '\0';
	const struct node *n = find_node(&r->root, path, ret_params, 0);
	if (!n)
		return NULL;
	const struct http_route *route = route_of(n, slice_is(method, "HEAD") ? SLICE("GET") : method);
	if (!route)
		list_methods(n, ret_allow);
	return route;
}
