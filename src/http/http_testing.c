/* The server, the routes and the raw client of this module's tests. */
#include "http/http_testing.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- a server to test ---- */

atomic_int running, released;

static void say_hello(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	buf_add_text(&a->body, "hello");
}

static void echo(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)route_user;
	buf_add_slice(&a->body, q->body);
}

static void show_params(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)route_user;
	struct slice name = http_query(q, "q"), cookie = http_cookie(q, "s");
	buf_printf(&a->body, "[%.*s][%.*s][%.*s]", (int)q->params[0].n, q->params[0].p, (int)name.n, name.p,
		   (int)cookie.n, cookie.p);
}

static void show_peer(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)route_user;
	buf_add_text(&a->body, q->peer);
	http_set_header(a, "X-Test", "1");
	a->status = 201;
}

/* Blocks until the test lets it go. */
static void block(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	atomic_fetch_add(&running, 1);
	while (!atomic_load(&released))
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	buf_add_text(&a->body, "done");
}

static void big(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	for (int i = 0; i < 8 << 20; i += 16)
		buf_add_text(&a->body, "0123456789abcdef");
}

static void nothing(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	a->status = 204;
}

static void describe_problem(void *user, int status, struct http_response *a)
{
	(void)user;
	a->content_type = "application/problem+json";
	buf_printf(&a->body, "{\"status\":%d}", status);
}

const struct http_route routes[] = {
	{"GET", "/hello", say_hello, NULL, HTTP_FAST, 0, 0},
	{"POST", "/echo", echo, NULL, HTTP_FAST, 0, 65536},
	{"GET", "/things/{key}", show_params, NULL, HTTP_FAST, 0, 0},
	{"GET", "/things/special", say_hello, NULL, HTTP_FAST, 0, 0},
	{"GET", "/files/{path...}", show_params, NULL, HTTP_FAST, 0, 0},
	{"GET", "/peer", show_peer, NULL, HTTP_FAST, 0, 0},
	{"GET", "/block", block, NULL, HTTP_SLOW, 0, 0},
	{"GET", "/panel", say_hello, NULL, HTTP_SLOW, HTTP_OPTIONAL, 0},
	{"GET", "/big", big, NULL, HTTP_FAST, 0, 0},
	{"DELETE", "/hello", nothing, NULL, HTTP_FAST, 0, 0},
	{"GET", "/occupy", block, NULL, HTTP_FAST, 0, 0},
	{"GET", "/alive", say_hello, NULL, HTTP_FAST, HTTP_INLINE, 0},
	{"POST", "/inline/{key}", echo, NULL, HTTP_FAST, HTTP_INLINE, 65536},
};

struct http_server *server_start(struct http_options o)
{
	char message[200] = "";

	o.listen = o.listen ? o.listen : "127.0.0.1:0";
	o.workers = o.workers ? o.workers : 4;
	o.problem = describe_problem;
	atomic_store(&running, 0);
	atomic_store(&released, 0);
	struct http_server *s = http_start(&o, routes, sizeof routes / sizeof *routes, message);
	if (!s)
		fail_msg("%s", message);
	return s;
}

int server_setup(void **state)
{
	*state = server_start((struct http_options){.loops = 2});
	return 0;
}

int server_teardown(void **state)
{
	http_stop(*state);
	return 0;
}

/* ---- a raw client ---- */

int dial(const struct http_server *s)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s))};
	struct timeval limit = {.tv_sec = LONG_MS / 1000};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

void say(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, text, n, MSG_NOSIGNAL);
		if (w <= 0)
			return; /* the server may refuse before it has read all */
		text += w;
		n -= (size_t)w;
	}
}

bool hear(int fd, char ret[static ANSWER_SIZE], int count)
{
	size_t n = 0;

	ret[0] = '\0';
	for (;;) {
		const char *p = ret;
		int whole = 0;
		for (const char *end; (end = strstr(p, "\r\n\r\n")) != NULL; whole++) {
			const char *length = strstr(p, "Content-Length: ");
			size_t body = length && length < end ? (size_t)atol(length + 16) : 0;
			if ((size_t)(ret + n - (end + 4)) < body)
				break;
			p = end + 4 + body;
		}
		if (count > 0 && whole >= count)
			return false;
		ssize_t r = recv(fd, ret + n, ANSWER_SIZE - 1 - n, 0);
		if (r <= 0)
			return true;
		n += (size_t)r;
		ret[n] = '\0';
	}
}

int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

int ask_bytes(const struct http_server *s, const char *raw, size_t n, char ret[static ANSWER_SIZE])
{
	int fd = dial(s);

	say(fd, raw, n);
	bool closed = hear(fd, ret, 1);
	int status = status_of(ret);
	if (!closed && strstr(ret, "Connection: close"))
		closed = true;
	close(fd);
	return closed ? -status : status;
}

int ask(const struct http_server *s, const char *raw)
{
	char answer[ANSWER_SIZE];
	return ask_bytes(s, raw, strlen(raw), answer);
}

void assert_body(const char *answer, const char *body)
{
	const char *start = strstr(answer, "\r\n\r\n");

	assert_non_null(start);
	assert_string_equal(start + 4, body);
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void wait_for(atomic_int *what, int value)
{
	for (int i = 0; i < 5000 && atomic_load(what) < value; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	assert_true(atomic_load(what) >= value);
}
