#include "http/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: x\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"
#define POST_ECHO "POST /echo HTTP/1.1\r\n" HOST

/* ---- a server to test ---- */

static atomic_int running, released;
/* What takes a moment must not take as long as this, on a machine that does much else besides. */
enum { LONG_MS = 20000 };

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

static const struct http_route routes[] = {
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

static struct http_server *start(struct http_options o)
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

static int setup(void **state)
{
	*state = start((struct http_options){.loops = 2});
	return 0;
}

static int teardown(void **state)
{
	http_stop(*state);
	return 0;
}

/* ---- a raw client ---- */

static int dial(const struct http_server *s)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s))};
	struct timeval limit = {.tv_sec = LONG_MS / 1000};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void say(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, text, n, MSG_NOSIGNAL);
		if (w <= 0)
			return; /* the server may refuse before it has read all */
		text += w;
		n -= (size_t)w;
	}
}

enum { ANSWER_SIZE = 65536 };

/* Reads until `count` whole answers (with their Content-Length) or the end have come; true when the server
 * closed. */
static bool hear(int fd, char ret[static ANSWER_SIZE], int count)
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

static int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

/* Sends raw bytes; the status of the answer, -status when the server closed after it, 0 when there was none.
 */
static int ask_bytes(const struct http_server *s, const char *raw, size_t n, char ret[static ANSWER_SIZE])
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

static int ask(const struct http_server *s, const char *raw)
{
	char answer[ANSWER_SIZE];
	return ask_bytes(s, raw, strlen(raw), answer);
}

static void assert_body(const char *answer, const char *body)
{
	const char *start = strstr(answer, "\r\n\r\n");

	assert_non_null(start);
	assert_string_equal(start + 4, body);
}

/* ---- what a request may look like ---- */

static void a_plain_get_is_answered_and_the_connection_kept(void **state)
{
	char answer[ANSWER_SIZE];
	int fd = dial(*state);

	for (int i = 0; i < 3; i++) {
		say(fd, GET_HELLO, strlen(GET_HELLO));
		assert_false(hear(fd, answer, 1));
		assert_int_equal(status_of(answer), 200);
		assert_body(answer, "hello");
		assert_non_null(strstr(answer, "\r\nDate: "));
	}
	close(fd);
}

static void a_body_comes_by_length_or_by_chunks(void **state)
{
	char answer[ANSWER_SIZE];
	const char *length = POST_ECHO "Content-Length: 5\r\n\r\nabcde";
	const char *chunks = POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";

	assert_int_equal(ask_bytes(*state, length, strlen(length), answer), 200);
	assert_body(answer, "abcde");
	assert_int_equal(ask_bytes(*state, chunks, strlen(chunks), answer), 200);
	assert_body(answer, "abcde");
}

static void any_split_of_the_bytes_gives_the_same_answer(void **state)
{
	const char *raw =
		POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n" GET_HELLO;
	size_t n = strlen(raw);
	char answer[ANSWER_SIZE];

	for (size_t cut = 1; cut < n; cut += 3) {
		int fd = dial(*state);
		say(fd, raw, cut);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		say(fd, raw + cut, n - cut);
		assert_false(hear(fd, answer, 2));
		assert_non_null(strstr(answer, "abcdeHTTP/1.1 200"));
		assert_non_null(strstr(answer, "hello"));
		close(fd);
	}
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	const char *raw =
		GET_HELLO "GET /things/1 HTTP/1.1\r\n" HOST "\r\nGET /things/2 HTTP/1.1\r\n" HOST "\r\n";
	char answer[ANSWER_SIZE];
	int fd = dial(*state);

	say(fd, raw, strlen(raw));
	assert_false(hear(fd, answer, 3));
	const char *first = strstr(answer, "hello"), *second = strstr(answer, "[1]"),
		   *third = strstr(answer, "[2]");
	assert_true(first && second && third && first < second && second < third);
	close(fd);
}

static void expect_100_is_told_to_go_on(void **state)
{
	const char *head = POST_ECHO "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	char answer[ANSWER_SIZE];
	int fd = dial(*state);

	say(fd, head, strlen(head));
	assert_false(hear(fd, answer, 1));
	assert_int_equal(status_of(answer), 100);
	say(fd, "ok", 2);
	assert_false(hear(fd, answer, 1));
	assert_int_equal(status_of(answer), 200);
	assert_body(answer, "ok");
	close(fd);
}

static void head_is_answered_like_get_without_body(void **state)
{
	char answer[ANSWER_SIZE];
	const char *raw = "HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
	int fd = dial(*state);

	say(fd, raw, strlen(raw));
	assert_true(hear(fd, answer, 0));
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Content-Length: 5"));
	assert_body(answer, "");
	close(fd);
}

static void status_204_has_neither_body_nor_length(void **state)
{
	char answer[ANSWER_SIZE];
	const char *raw = "DELETE /hello HTTP/1.1\r\n" HOST "\r\n";

	assert_int_equal(ask_bytes(*state, raw, strlen(raw), answer), 204);
	assert_null(strstr(answer, "Content-Length"));
	assert_body(answer, "");
}

static void http_1_0_is_answered_and_closed(void **state)
{
	assert_int_equal(ask(*state, "GET /hello HTTP/1.0\r\n" HOST "\r\n"), -200);
}

static void inline_routes_are_answered_like_others(void **state)
{
	const char *raw = "GET /alive HTTP/1.1\r\n" HOST "\r\n" GET_HELLO "POST /inline/a HTTP/1.1\r\n" HOST
			  "Content-Length: 3\r\n\r\nabc"
			  "GET /alive HTTP/1.1\r\n" HOST "\r\n";
	char answer[ANSWER_SIZE];
	int fd = dial(*state);

	say(fd, raw, strlen(raw));
	assert_false(hear(fd, answer, 4));
	const char *first = strstr(answer, "hello"), *third = strstr(answer, "abc");
	assert_true(first && third && first < third);
	assert_non_null(strstr(third, "hello"));
	close(fd);
	assert_int_equal(ask(*state, "POST /inline/%ff HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), 400);
	assert_int_equal(ask(*state, "GET /alive HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na"), -413);
}

/* The memory of a request serves the next one. */
static void nothing_of_a_request_is_found_by_the_next(void **state)
{
	char answer[ANSWER_SIZE];
	int fd = dial(*state);
	const char *full = "GET /things/first?q=second HTTP/1.1\r\n" HOST "Cookie: s=third\r\n\r\n"
			   "GET /peer HTTP/1.1\r\n" HOST "\r\n" POST_ECHO "Content-Length: 6\r\n\r\nfourth",
		   *bare = "GET /things/x HTTP/1.1\r\n" HOST "\r\n" GET_HELLO POST_ECHO
			   "Content-Length: 0\r\n\r\n";

	for (int i = 0; i < 10; i++) {
		say(fd, full, strlen(full));
		assert_false(hear(fd, answer, 3));
		assert_non_null(strstr(answer, "[first][second][third]"));
		assert_non_null(strstr(answer, "X-Test: 1"));
		say(fd, bare, strlen(bare));
		assert_false(hear(fd, answer, 3));
		assert_non_null(strstr(answer, "[x][][]"));
		assert_null(strstr(answer, "X-Test"));
		assert_null(strstr(answer, "HTTP/1.1 201"));
		assert_non_null(strstr(answer, "Content-Length: 5\r\n\r\nhelloHTTP/1.1 200"));
		assert_non_null(strstr(answer, "Content-Length: 0\r\n\r\n"));
	}
	close(fd);
}

/* ---- hostile requests ---- */

struct hostile {
	const char *name, *raw;
	int status;
};

static const struct hostile hostile[] = {
	{"two lengths", POST_ECHO "Content-Length: 2\r\nContent-Length: 9\r\n\r\nab", 400},
	{"two equal lengths", POST_ECHO "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", 400},
	{"a list of lengths", POST_ECHO "Content-Length: 2, 2\r\n\r\nab", 400},
	{"length and chunks",
	 POST_ECHO "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 400},
	{"chunks and length",
	 POST_ECHO "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nab\r\n0\r\n\r\n", 400},
	{"unknown coding", POST_ECHO "Transfer-Encoding: xchunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 501},
	{"two codings", POST_ECHO "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 501},
	{"coding twice",
	 POST_ECHO "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
	 400},
	{"chunks in 1.0",
	 "POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 400},
	{"length +2", POST_ECHO "Content-Length: +2\r\n\r\nab", 400},
	{"length -1", POST_ECHO "Content-Length: -1\r\n\r\n", 400},
	{"length 0x2", POST_ECHO "Content-Length: 0x2\r\n\r\nab", 400},
	{"length beyond 64 bits", POST_ECHO "Content-Length: 18446744073709551618\r\n\r\nab", 400},
	{"empty length", POST_ECHO "Content-Length:\r\n\r\nab", 400},
	{"space before the colon", POST_ECHO "Content-Length : 2\r\n\r\nab", 400},
	{"tab before the colon", POST_ECHO "Content-Length\t: 2\r\n\r\nab", 400},
	{"bare LF lines", "POST /echo HTTP/1.1\nHost: x\nContent-Length: 2\n\nab", 400},
	{"one bare LF", "GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400},
	{"bare CR in a value", "GET /hello HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400},
	{"folded field", POST_ECHO "Content-Length:\r\n 2\r\n\r\nab", 400},
	{"leading space of a field", "GET /hello HTTP/1.1\r\n Host: x\r\n\r\n", 400},
	{"field without name", "GET /hello HTTP/1.1\r\n" HOST ": y\r\n\r\n", 400},
	{"field without colon", "GET /hello HTTP/1.1\r\n" HOST "abc\r\n\r\n", 400},
	{"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400},
	{"no Host in 1.0", "GET /hello HTTP/1.0\r\n\r\n", 400},
	{"two Hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
	{"empty Host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400},
	{"Host with a path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
	{"control in the target", "GET /hel\001lo HTTP/1.1\r\n" HOST "\r\n", 400},
	{"non-ASCII target", "GET /hel\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400},
	{"absolute target", "GET http://x/hello HTTP/1.1\r\n" HOST "\r\n", 400},
	{"CONNECT", "CONNECT x:80 HTTP/1.1\r\n" HOST "\r\n", 400},
	{"upgrade", "GET /hello HTTP/1.1\r\n" HOST "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", 400},
	{"two spaces", "GET  /hello HTTP/1.1\r\n" HOST "\r\n", 400},
	{"lower-case method", "get /hello HTTP/1.1\r\n" HOST "\r\n", 400},
	{"unknown method", "BREW /hello HTTP/1.1\r\n" HOST "\r\n", 400},
	{"HTTP/0.9", "GET /hello\r\n\r\n", 400},
	{"HTTP/2.0", "GET /hello HTTP/2.0\r\n" HOST "\r\n", 400},
	{"HTTP/1.2", "GET /hello HTTP/1.2\r\n" HOST "\r\n", 400},
	{"h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
	{"empty line first", "\r\n" GET_HELLO, 400},
	{"TLS hello", "\x16\x03\x01\x02\n", 400},
	{"unknown expectation", POST_ECHO "Expect: gold\r\nContent-Length: 2\r\n\r\nab", 417},
	{"chunk size 0x2", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n", 400},
	{"chunk size +2", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n+2\r\nab\r\n0\r\n\r\n", 400},
	{"empty chunk size", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n\r\nab\r\n0\r\n\r\n", 400},
	{"space behind a chunk size", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2 \r\nab\r\n0\r\n\r\n",
	 400},
	{"chunk size beyond 64 bits",
	 POST_ECHO "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\nab\r\n0\r\n\r\n", 400},
	{"chunk extension", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n0\r\n\r\n", 400},
	{"LF behind a chunk size", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n", 400},
	{"chunk longer than its size", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
	 400},
	{"last chunk ended by LF", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\n", 400},
	{"last chunk ended by two LF", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\n\n", 400},
	{"trailer", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nHost: y\r\n\r\n", 400},
	{"body for a route without one", "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na", 413},
	{"chunks for a route without body",
	 "GET /hello HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 413},
	{"announced body too large", POST_ECHO "Content-Length: 65537\r\n\r\nxx", 413},
	{"announced chunk too large", POST_ECHO "Transfer-Encoding: chunked\r\n\r\n10001\r\nxx", 413},
	{"body for an unknown path", "POST /no HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", 404},
};

/* Each is refused, and the connection closed: nothing behind it is read as a request. */
static void hostile_requests_are_refused_and_their_connection_closed(void **state)
{
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		int status = ask(*state, hostile[i].raw);
		if (status != -hostile[i].status)
			fail_msg("%s: %d instead of %d", hostile[i].name, status, -hostile[i].status);
	}
}

static void a_hidden_second_request_gets_no_answer(void **state)
{
	char answer[ANSWER_SIZE];
	int fd = dial(*state);
	const char *raw = POST_ECHO "Content-Length: 40\r\nContent-Length: 2\r\n\r\nab" GET_HELLO;

	say(fd, raw, strlen(raw));
	assert_true(hear(fd, answer, 0));
	assert_int_equal(status_of(answer), 400);
	assert_null(strstr(answer, "hello"));
	close(fd);
}

static void a_nul_in_a_head_is_refused(void **state)
{
	static const char raw[] = "GET /hello HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n";
	static const char target[] = "GET /hel\0lo HTTP/1.1\r\n" HOST "\r\n";
	char answer[ANSWER_SIZE];

	assert_int_equal(ask_bytes(*state, raw, sizeof raw - 1, answer), -400);
	assert_int_equal(ask_bytes(*state, target, sizeof target - 1, answer), -400);
}

static void oversize_heads_are_refused_with_431(void **state)
{
	static char raw[220000];
	char answer[ANSWER_SIZE];
	int n = snprintf(raw, sizeof raw, "GET /hello HTTP/1.1\r\n" HOST "X: ");

	memset(raw + n, 'a', 200000);
	assert_int_equal(ask_bytes(*state, raw, 200000, answer), -431);
	n = snprintf(raw, sizeof raw, "GET /hello HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 100; i++)
		n += snprintf(raw + n, sizeof raw - (size_t)n, "a: b\r\n");
	assert_int_equal(ask_bytes(*state, raw, (size_t)n, answer), -431);
}

static void a_chunked_body_that_grows_past_the_limit_is_refused(void **state)
{
	static char raw[200000];
	char answer[ANSWER_SIZE];
	int n = snprintf(raw, sizeof raw, POST_ECHO "Transfer-Encoding: chunked\r\n\r\n");

	for (int i = 0; i < 5; i++) {
		n += snprintf(raw + n, sizeof raw - (size_t)n, "4000\r\n");
		memset(raw + n, 'x', 0x4000);
		n += 0x4000;
		n += snprintf(raw + n, sizeof raw - (size_t)n, "\r\n");
	}
	assert_int_equal(ask_bytes(*state, raw, (size_t)n, answer), -413);
}

static void a_body_of_mostly_framing_is_refused(void **state)
{
	static char raw[130000];
	char answer[ANSWER_SIZE];
	int n = snprintf(raw, sizeof raw, POST_ECHO "Transfer-Encoding: chunked\r\n\r\n");

	for (int i = 0; i < 20000; i++)
		n += snprintf(raw + n, sizeof raw - (size_t)n, "1\r\nx\r\n");
	assert_int_equal(ask_bytes(*state, raw, (size_t)n, answer), -400);
}

/* ---- routes ---- */

static void unknown_paths_are_404_and_other_methods_405_with_allow(void **state)
{
	char answer[ANSWER_SIZE];
	const char *raw = "PUT /hello HTTP/1.1\r\n" HOST "\r\n";

	assert_int_equal(ask(*state, "GET /nowhere HTTP/1.1\r\n" HOST "\r\n"), 404);
	assert_int_equal(ask(*state, "GET /hello/ HTTP/1.1\r\n" HOST "\r\n"), 404);
	assert_int_equal(ask(*state, "GET /things/ HTTP/1.1\r\n" HOST "\r\n"), 404);
	assert_int_equal(ask_bytes(*state, raw, strlen(raw), answer), 405);
	assert_non_null(strstr(answer, "Allow: GET, DELETE\r\n"));
	assert_body(answer, "{\"status\":405}");
	assert_non_null(strstr(answer, "Content-Type: application/problem+json\r\n"));
}

static void check_get(struct http_server *s, const char *target, const char *fields, int status,
		      const char *body)
{
	char raw[500], answer[ANSWER_SIZE];
	int n = snprintf(raw, sizeof raw, "GET %s HTTP/1.1\r\n" HOST "%s\r\n", target, fields);

	assert_int_equal(ask_bytes(s, raw, (size_t)n, answer), status);
	if (body)
		assert_body(answer, body);
}

static void parameters_queries_and_cookies_are_decoded(void **state)
{
	check_get(*state, "/things/a%2Fb%20c?x=1&q=%E5%BC%A0+%26", "Cookie: a=b; s=t=u ; c=d\r\n", 200,
		  "[a/b c][张 &][t=u]");
	check_get(*state, "/things/special", "", 200, "hello");
	check_get(*state, "/things/%73pecial", "", 200, "[special][][]");
	check_get(*state, "/things/x?q", "Cookie: ss=1; xs=2\r\n", 200, "[x][][]");
	check_get(*state, "/files/a/b/c.js", "", 200, "[a/b/c.js][][]");
	check_get(*state, "/things/x?q=%zz", "", 200, "[x][][]");
}

static void paths_that_climb_or_hide_bytes_are_refused(void **state)
{
	check_get(*state, "/files/../secret", "", 400, NULL);
	check_get(*state, "/files/a/%2e%2e/b", "", 400, NULL);
	check_get(*state, "/files/a%2f..%2fb", "", 400, NULL);
	check_get(*state, "/files/a%5cb", "", 400, NULL);
	check_get(*state, "/things/a%00b", "", 400, NULL);
	check_get(*state, "/things/a%f", "", 400, NULL);
	check_get(*state, "/things/%ff", "", 400, NULL);
}

static void two_routes_alike_are_an_error_at_start(void **state)
{
	(void)state;
	char message[200] = "";
	struct http_options o = {.listen = "127.0.0.1:0", .workers = 1};
	struct http_route twice[] = {routes[0], routes[0]};

	assert_null(http_start(&o, twice, 2, message));
	assert_non_null(strstr(message, "same"));
}

static void a_taken_port_is_an_error_at_start(void **state)
{
	char message[200] = "", address[32];

	snprintf(address, sizeof address, "127.0.0.1:%d", http_port(*state));
	struct http_options o = {.listen = address, .workers = 1};
	assert_null(http_start(&o, routes, 1, message));
	assert_non_null(strstr(message, "in use"));
}

/* ---- time ---- */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sends one byte every 20 ms; the status that ends it, with the time it took. */
static int drip(const struct http_server *s, const char *start_with, int64_t *ret_ms)
{
	char answer[ANSWER_SIZE];
	int fd = dial(s);
	int64_t began = now_ms();

	say(fd, start_with, strlen(start_with));
	while (now_ms() - began < LONG_MS) {
		char peek = 0;
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		say(fd, "a", 1);
		if (recv(fd, &peek, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
			break;
	}
	*ret_ms = now_ms() - began;
	hear(fd, answer, 1);
	close(fd);
	return status_of(answer);
}

static void slow_heads_and_bodies_are_cut_off(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){.head_ms = 200, .body_ms = 300});
	int64_t took = 0;

	assert_int_equal(drip(s, "GET /hello HTTP/1.1\r\nX: ", &took), 408);
	assert_in_range(took, 150, LONG_MS);
	assert_int_equal(drip(s, POST_ECHO "Content-Length: 60000\r\n\r\n", &took), 408);
	assert_in_range(took, 250, LONG_MS);
	http_stop(s);
}

static void idle_and_silent_connections_are_closed(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){.head_ms = 200, .idle_ms = 200});
	char answer[ANSWER_SIZE];
	int silent = dial(s), kept = dial(s);

	assert_true(hear(silent, answer, 1));
	assert_string_equal(answer, "");
	close(kept);
	kept = dial(s);
	say(kept, GET_HELLO, strlen(GET_HELLO));
	assert_true(hear(kept, answer, 0));
	assert_int_equal(status_of(answer), 200);
	close(silent);
	close(kept);
	http_stop(s);
}

static void a_client_that_reads_slowly_gets_all_of_a_large_answer(void **state)
{
	int fd = dial(*state);
	size_t total = 0;
	static char part[1 << 20];
	const char *raw = "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";

	say(fd, raw, strlen(raw));
	for (ssize_t r; (r = recv(fd, part, sizeof part, 0)) > 0;) {
		total += (size_t)r;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	assert_true(total > 8 << 20);
	close(fd);
}

static void a_client_that_never_reads_is_cut_off(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){.body_ms = 200});
	struct http_stats stats = {0};
	int fd = dial(s);
	const char *raw = "GET /big HTTP/1.1\r\n" HOST "\r\n";
	int64_t began = now_ms();

	say(fd, raw, strlen(raw));
	do {
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		http_stats_get(s, &stats);
	} while ((stats.requests == 0 || stats.connections > 0) && now_ms() - began < LONG_MS);
	assert_int_equal(stats.connections, 0);
	close(fd);
	http_stop(s);
}

/* ---- full queues, draining ---- */

static void wait_for(atomic_int *what, int value)
{
	for (int i = 0; i < 5000 && atomic_load(what) < value; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	assert_true(atomic_load(what) >= value);
}

/* Until so many requests wait in both queues together. */
static void wait_for_queue(struct http_server *s, int count)
{
	struct http_stats stats = {0};

	for (int i = 0; i < 5000 && stats.queue_slow + stats.queue_fast < count; i++) {
		http_stats_get(s, &stats);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	assert_int_equal(stats.queue_slow + stats.queue_fast, count);
}

static void a_full_queue_answers_503_optional_panels_first(void **state)
{
	(void)state;
	const char *raw = "GET /block HTTP/1.1\r\n" HOST "\r\n",
		   *panel = "GET /panel HTTP/1.1\r\n" HOST "\r\n";
	struct http_server *s = start((struct http_options){.slow_workers = 1, .slow_queue_max = 4});
	char answer[ANSWER_SIZE];
	int fds[5];

	for (int i = 0; i < 3; i++) {
		fds[i] = dial(s);
		say(fds[i], raw, strlen(raw));
		if (i == 0)
			wait_for(&running, 1);
	}
	wait_for_queue(s, 2);
	assert_int_equal(ask_bytes(s, panel, strlen(panel), answer), 503);
	assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
	for (int i = 3; i < 5; i++) {
		fds[i] = dial(s);
		say(fds[i], raw, strlen(raw));
	}
	wait_for_queue(s, 4);
	assert_int_equal(ask(s, raw), 503);
	assert_int_equal(ask(s, GET_HELLO), 200); /* the fast pool is not touched */
	atomic_store(&released, 1);
	for (int i = 0; i < 5; i++) {
		assert_false(hear(fds[i], answer, 1));
		assert_int_equal(status_of(answer), 200);
		close(fds[i]);
	}
	assert_int_equal(ask(s, panel), 200);
	http_stop(s);
}

enum { SLOW_CLIENTS = 300, BUSY_CLIENTS = 6 };

/* One at work and two in the queue, of each pool. */
static void fill_pools(struct http_server *s, int fds[static BUSY_CLIENTS])
{
	for (int i = 0; i < BUSY_CLIENTS; i++) {
		const char *raw = i % 2 == 0 ? "GET /block HTTP/1.1\r\n" HOST "\r\n"
					     : "GET /occupy HTTP/1.1\r\n" HOST "\r\n";
		fds[i] = dial(s);
		say(fds[i], raw, strlen(raw));
		if (i == 1)
			wait_for(&running, 2);
	}
	wait_for_queue(s, 4);
}

static void under_full_queues_and_slow_clients_health_checks_and_refusals_are_prompt(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){
		.workers = 1, .queue_max = 2, .slow_workers = 1, .slow_queue_max = 2, .head_ms = 1000});
	static int slow[SLOW_CLIENTS];
	int busy[BUSY_CLIENTS];
	char answer[ANSWER_SIZE];

	fill_pools(s, busy);
	for (int i = 0; i < SLOW_CLIENTS; i++) {
		slow[i] = dial(s);
		say(slow[i], "GET /hello HTTP/1.1\r\nX: ", 24);
	}
	int64_t began = now_ms();
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ask_bytes(s, GET_HELLO, strlen(GET_HELLO), answer), 503);
		assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
		assert_int_equal(ask(s, "GET /alive HTTP/1.1\r\n" HOST "\r\n"), 200);
	}
	assert_in_range(now_ms() - began, 0, LONG_MS);
	for (int i = 0; i < SLOW_CLIENTS; i++) {
		hear(slow[i], answer, 1);
		assert_int_equal(status_of(answer), 408);
		close(slow[i]);
	}
	atomic_store(&released, 1);
	for (int i = 0; i < BUSY_CLIENTS; i++) {
		assert_false(hear(busy[i], answer, 1));
		assert_int_equal(status_of(answer), 200);
		close(busy[i]);
	}
	assert_int_equal(ask(s, GET_HELLO), 200);
	http_stop(s);
}

/* A refusal makes way for the connection's next request, which may be refused in turn. */
static void a_pipeline_against_a_full_queue_is_refused_one_by_one(void **state)
{
	(void)state;
	struct http_server *s = start(
		(struct http_options){.workers = 1, .queue_max = 2, .slow_workers = 1, .slow_queue_max = 2});
	const char *raw = GET_HELLO "GET /block HTTP/1.1\r\n" HOST "\r\n"
				    "GET /alive HTTP/1.1\r\n" HOST "\r\n" GET_HELLO;
	static const int wanted[] = {503, 503, 200, 503};
	int busy[BUSY_CLIENTS];
	char answer[ANSWER_SIZE];

	fill_pools(s, busy);
	int fd = dial(s);
	say(fd, raw, strlen(raw));
	assert_false(hear(fd, answer, 4));
	const char *p = answer;
	for (int i = 0; i < 4; i++, p++) {
		p = strstr(p, "HTTP/1.1 ");
		assert_non_null(p);
		assert_int_equal(status_of(p), wanted[i]);
	}
	close(fd);
	atomic_store(&released, 1);
	for (int i = 0; i < BUSY_CLIENTS; i++)
		close(busy[i]);
	http_stop(s);
}

static void *stop_in_thread(void *server)
{
	http_stop(server);
	return NULL;
}

static void stopping_lets_running_requests_finish_and_takes_no_new_ones(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){0});
	const char *raw = "GET /block HTTP/1.1\r\n" HOST "\r\n" GET_HELLO;
	char answer[ANSWER_SIZE];
	int busy = dial(s), idle = dial(s);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s))};
	pthread_t thread;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	say(busy, raw, strlen(raw));
	wait_for(&running, 1);
	assert_int_equal(pthread_create(&thread, NULL, stop_in_thread, s), 0);
	assert_true(hear(idle, answer, 1)); /* closed: draining has begun */
	int late = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_not_equal(connect(late, (struct sockaddr *)&a, sizeof a), 0);
	atomic_store(&released, 1);
	assert_true(hear(busy, answer, 0));
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	assert_null(strstr(answer, "hello"));
	close(busy);
	close(idle);
	close(late);
	pthread_join(thread, NULL);
}

static void stopping_does_not_wait_longer_than_it_was_told(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){.drain_ms = 200, .body_ms = 100000});
	char answer[ANSWER_SIZE];
	const char *raw = POST_ECHO "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n";
	int half = dial(s);

	say(half, raw, strlen(raw));
	assert_false(hear(half, answer, 1)); /* 100 Continue: its head has been read */
	int64_t began = now_ms();
	http_stop(s);
	assert_in_range(now_ms() - began, 150, LONG_MS);
	assert_true(hear(half, answer, 1));
	close(half);
}

static void a_client_that_leaves_harms_nobody(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){0});
	const char *raw = "GET /block HTTP/1.1\r\n" HOST "\r\n";
	struct linger reset = {1, 0};
	int fd = dial(s);

	say(fd, raw, strlen(raw));
	wait_for(&running, 1);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(fd);
	nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	atomic_store(&released, 1);
	assert_int_equal(ask(s, GET_HELLO), 200);
	http_stop(s);
}

static void connections_beyond_the_limit_are_closed(void **state)
{
	(void)state;
	struct http_server *s = start((struct http_options){.connections_max = 2});
	char answer[ANSWER_SIZE];
	int a = dial(s), b = dial(s);

	say(a, GET_HELLO, strlen(GET_HELLO));
	say(b, GET_HELLO, strlen(GET_HELLO));
	assert_false(hear(a, answer, 1));
	assert_false(hear(b, answer, 1));
	int c = dial(s);
	say(c, GET_HELLO, strlen(GET_HELLO));
	assert_true(hear(c, answer, 1));
	assert_string_equal(answer, "");
	close(a);
	close(b);
	close(c);
	http_stop(s);
}

/* ---- the client's address ---- */

static void over_tcp_the_peer_is_the_socket_whatever_the_fields_say(void **state)
{
	check_get(*state, "/peer", "X-Forwarded-For: 9.9.9.9\r\n", 201, "127.0.0.1");
}

static void ask_unix(const char *path, const char *fields, const char *body)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char raw[300], answer[ANSWER_SIZE];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(a.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	int n = snprintf(raw, sizeof raw, "GET /peer HTTP/1.1\r\n" HOST "%s\r\n", fields);
	say(fd, raw, (size_t)n);
	assert_false(hear(fd, answer, 1));
	assert_body(answer, body);
	assert_non_null(strstr(answer, "X-Test: 1\r\n"));
	close(fd);
}

static void over_the_unix_socket_the_peer_is_the_last_forwarded_hop(void **state)
{
	(void)state;
	char listen_on[64], *path = listen_on + 5;

	snprintf(listen_on, sizeof listen_on, "unix:/tmp/http_test.%d", (int)getpid());
	struct http_server *s = start((struct http_options){.listen = listen_on});
	ask_unix(path, "X-Forwarded-For: 9.9.9.9, 10.0.0.7\r\n", "10.0.0.7");
	ask_unix(path, "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: fd00::1\r\n", "fd00::1");
	ask_unix(path, "X-Forwarded-For: 9.9.9.9, <script>\r\n", "unknown");
	ask_unix(path, "", "unknown");
	http_stop(s);
	assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest with_server[] = {
		cmocka_unit_test(a_plain_get_is_answered_and_the_connection_kept),
		cmocka_unit_test(a_body_comes_by_length_or_by_chunks),
		cmocka_unit_test(any_split_of_the_bytes_gives_the_same_answer),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(expect_100_is_told_to_go_on),
		cmocka_unit_test(head_is_answered_like_get_without_body),
		cmocka_unit_test(status_204_has_neither_body_nor_length),
		cmocka_unit_test(http_1_0_is_answered_and_closed),
		cmocka_unit_test(inline_routes_are_answered_like_others),
		cmocka_unit_test(nothing_of_a_request_is_found_by_the_next),
		cmocka_unit_test(hostile_requests_are_refused_and_their_connection_closed),
		cmocka_unit_test(a_hidden_second_request_gets_no_answer),
		cmocka_unit_test(a_nul_in_a_head_is_refused),
		cmocka_unit_test(oversize_heads_are_refused_with_431),
		cmocka_unit_test(a_chunked_body_that_grows_past_the_limit_is_refused),
		cmocka_unit_test(a_body_of_mostly_framing_is_refused),
		cmocka_unit_test(unknown_paths_are_404_and_other_methods_405_with_allow),
		cmocka_unit_test(parameters_queries_and_cookies_are_decoded),
		cmocka_unit_test(paths_that_climb_or_hide_bytes_are_refused),
		cmocka_unit_test(a_taken_port_is_an_error_at_start),
		cmocka_unit_test(a_client_that_reads_slowly_gets_all_of_a_large_answer),
		cmocka_unit_test(over_tcp_the_peer_is_the_socket_whatever_the_fields_say),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(two_routes_alike_are_an_error_at_start),
		cmocka_unit_test(slow_heads_and_bodies_are_cut_off),
		cmocka_unit_test(idle_and_silent_connections_are_closed),
		cmocka_unit_test(a_client_that_never_reads_is_cut_off),
		cmocka_unit_test(a_full_queue_answers_503_optional_panels_first),
		cmocka_unit_test(under_full_queues_and_slow_clients_health_checks_and_refusals_are_prompt),
		cmocka_unit_test(a_pipeline_against_a_full_queue_is_refused_one_by_one),
		cmocka_unit_test(stopping_lets_running_requests_finish_and_takes_no_new_ones),
		cmocka_unit_test(stopping_does_not_wait_longer_than_it_was_told),
		cmocka_unit_test(a_client_that_leaves_harms_nobody),
		cmocka_unit_test(connections_beyond_the_limit_are_closed),
		cmocka_unit_test(over_the_unix_socket_the_peer_is_the_last_forwarded_hop),
	};

	int failures = cmocka_run_group_tests_name("requests", with_server, setup, teardown);
	return failures + cmocka_run_group_tests_name("life", alone, NULL, NULL);
}
