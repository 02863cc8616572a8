/* Requests as they should be: methods, bodies, routes, parameters, the address of the client. */
#include "http/http_testing.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

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
	struct http_server *s = server_start((struct http_options){.listen = listen_on});
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
		cmocka_unit_test(unknown_paths_are_404_and_other_methods_405_with_allow),
		cmocka_unit_test(parameters_queries_and_cookies_are_decoded),
		cmocka_unit_test(paths_that_climb_or_hide_bytes_are_refused),
		cmocka_unit_test(a_taken_port_is_an_error_at_start),
		cmocka_unit_test(over_tcp_the_peer_is_the_socket_whatever_the_fields_say),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(two_routes_alike_are_an_error_at_start),
		cmocka_unit_test(over_the_unix_socket_the_peer_is_the_last_forwarded_hop),
	};

	return cmocka_run_group_tests(with_server, server_setup, server_teardown) +
	       cmocka_run_group_tests(alone, NULL, NULL);
}
