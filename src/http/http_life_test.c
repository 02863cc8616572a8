/* Time and load: deadlines, full queues, the end of a server and of a connection. */
#include "http/http_testing.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- time ---- */

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
	struct http_server *s = server_start((struct http_options){.head_ms = 200, .body_ms = 300});
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
	struct http_server *s = server_start((struct http_options){.head_ms = 200, .idle_ms = 200});
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
	struct http_server *s = server_start((struct http_options){.body_ms = 200});
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
	struct http_server *s = server_start((struct http_options){.slow_workers = 1, .slow_queue_max = 4});
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
	struct http_server *s = server_start((struct http_options){
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
	struct http_server *s = server_start(
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
	struct http_server *s = server_start((struct http_options){0});
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
	struct http_server *s = server_start((struct http_options){.drain_ms = 200, .body_ms = 100000});
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
	struct http_server *s = server_start((struct http_options){0});
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
	struct http_server *s = server_start((struct http_options){.connections_max = 2});
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

int main(void)
{
	const struct CMUnitTest with_server[] = {
		cmocka_unit_test(a_client_that_reads_slowly_gets_all_of_a_large_answer),
	};
	const struct CMUnitTest alone[] = {
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
	};

	return cmocka_run_group_tests(with_server, server_setup, server_teardown) +
	       cmocka_run_group_tests(alone, NULL, NULL);
}
