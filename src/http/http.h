/* An HTTP/1.1 origin server: libuv moves the bytes, a byte check of the head runs before llhttp (strict)
 * parses. No domain word in here.
 *
 * Loop threads own connections, limits and deadlines; a request is handed to a pool of workers whose handlers
 * are straight-line, blocking code (routes marked HTTP_INLINE stay on the loop's thread). A handler must not
 * wait on another pool. When a queue is full the answer is 503 with Retry-After, routes marked HTTP_OPTIONAL
 * first.
 *
 * Refused before any handler (RFC 9112): two Content-Length, Content-Length with chunked, space before a
 * colon, folded fields, NUL, none or two Host, bare LF, odd chunk sizes, a last chunk that does not end in CR
 * LF CR LF, oversize heads and bodies. Slow senders of head or body are cut off. Running requests finish on
 * SIGTERM. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct http_server;

struct http_request {
	struct slice method, path, query; /* path is still percent-encoded; query without '?' */
	struct slice body;
	struct slice params[4]; /* of the route's {…} segments, percent-decoded UTF-8 without NUL, in order;
				 * that of {path...} has no "." or ".." segment and no backslash */
	const char *peer;	/* address text; the last X-Forwarded-For hop on the unix socket */
	struct arena *arena;	/* emptied after the answer was written */
	const void *head;	/* for http_header */
	uint64_t arrived_ns;
};

/* Value of the first field of that name (case-insensitive); p NULL when missing. */
struct slice http_header(const struct http_request *q, const char *name);
/* Percent-decoded query parameter in the arena; p NULL when missing; ERR_INVALID never: bad escapes count as
 * missing. */
struct slice http_query(const struct http_request *q, const char *name);
/* One cookie of the Cookie field. */
struct slice http_cookie(const struct http_request *q, const char *name);

struct http_response {
	int status;		  /* 200 unless set */
	const char *content_type; /* "application/json; charset=utf-8" unless set */
	struct buf body;
	struct buf headers; /* whole lines "Name: value\r\n" */
};
/* Adds a header line; values with control characters are refused by assertion. */
void http_set_header(struct http_response *a, const char *name, const char *value);

enum http_pool {
	HTTP_FAST, /* the pool of workers (128 by default) */
	HTTP_SLOW, /* password hashing, authorities: its own bounded pool */
};
enum http_flag {
	HTTP_OPTIONAL = 1, /* first to get a 503 */
	/* The handler runs on the loop's thread, at once, whatever the queues hold: only for one that neither
	 * blocks nor computes (no lock held long, no file, no store), like that of a health check. While it
	 * runs, all connections of its loop wait. Its pool counts for nothing. */
	HTTP_INLINE = 2,
};

typedef void (*http_handler)(void *user, const struct http_request *q, struct http_response *a,
			     void *route_user);

struct http_route {
	const char *method; /* a GET route answers HEAD too */
	const char
		*pattern; /* "/api/v1/services/{key}/queries"; a last segment "{path...}" matches the rest */
	http_handler handler;
	void *route_user;
	enum http_pool pool;
	int flags;	 /* enum http_flag */
	size_t body_max; /* 0: no body allowed */
};

struct http_options {
	const char *listen;				      /* "127.0.0.1:8080" or "unix:/path" */
	int loops;					      /* 0: 1 */
	int workers, slow_workers, queue_max, slow_queue_max; /* 0: 128, 2, 1024, 64 */
	int head_ms, body_ms, idle_ms, drain_ms;	      /* 0: 5000, 15000, 60000, 10000 */
	int connections_max;				      /* 0: 4096 */
	size_t arena_max;				      /* per request; 0: 32 MiB */
	void *user;					      /* passed to handlers */
	/* called for requests without route (404 or 405) and for 4xx/5xx made by the server itself: fills the
	 * body. Runs on a loop's thread or a worker: quick, and safe to call at the same time from several */
	void (*problem)(void *user, int status, struct http_response *a);
};

/* Routes are copied; patterns must live. NULL with a message in ret_message (static text or strerror) when it
 * cannot listen. */
struct http_server *http_start(const struct http_options *o, const struct http_route *routes,
			       size_t route_count, char ret_message[static 200]);
int http_port(const struct http_server *s);
/* Stops accepting, lets running requests finish (drain_ms at most), frees everything. */
void http_stop(struct http_server *s);
struct http_stats {
	int64_t requests, refused, connections, queue_fast, queue_slow;
};
void http_stats_get(const struct http_server *s, struct http_stats *ret);
