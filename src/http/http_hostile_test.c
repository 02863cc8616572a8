/* Requests by which others were fooled: refused, and nothing behind them answered. */
#include "http/http_testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

int main(void)
{
	const struct CMUnitTest with_server[] = {
		cmocka_unit_test(hostile_requests_are_refused_and_their_connection_closed),
		cmocka_unit_test(a_hidden_second_request_gets_no_answer),
		cmocka_unit_test(a_nul_in_a_head_is_refused),
		cmocka_unit_test(oversize_heads_are_refused_with_431),
		cmocka_unit_test(a_chunked_body_that_grows_past_the_limit_is_refused),
		cmocka_unit_test(a_body_of_mostly_framing_is_refused),
	};

	return cmocka_run_group_tests(with_server, server_setup, server_teardown);
}
