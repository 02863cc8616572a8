/* Against a small authority of this test's own, which can misbehave. */
#include "connectors/internal.h"
#include "vault/keys.h"

#include <arpa/inet.h>
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

enum behaviour {
	WELL,
	UNSIGNED,
	OTHER_KEY,
	OTHER_BODY,
	OTHER_STATUS,
	REDIRECT,
	FAILS,
	NOT_FOUND,
	SILENT,
	HANGS_UP,
	ENDLESS,
};

static const int64_t now_ms = 1790000000000;

static struct peer {
	int listener, port;
	pthread_t thread;
	_Atomic enum behaviour behaviour;
	_Atomic int requests;
	char last[8192]; /* the last request as it came */
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
	uint8_t client_public[SIGN_PUBLIC_SIZE];
} peer;

static struct fixture {
	struct ctx c;
	char dir[40];
} f;

/* ---- the authority ----------------------------------------------------------------------------------------
 */

static size_t body_size(const char *head)
{
	const char *at = strcasestr(head, "content-length:");

	return at ? (size_t)atoi(at + 15) : 0;
}

static bool read_request(int fd)
{
	size_t size = 0;

	for (;;) {
		ssize_t n = read(fd, peer.last + size, sizeof peer.last - 1 - size);
		if (n <= 0)
			return false;
		size += (size_t)n;
		peer.last[size] = '\0';
		const char *end = strstr(peer.last, "\r\n\r\n");
		if (end && size >= (size_t)(end + 4 - peer.last) + body_size(peer.last))
			return true;
	}
}

static void send_text(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		text += n;
		size -= (size_t)n;
	}
}

static void send_answer(int fd, int status, const char *method, const char *path, const char *body)
{
	enum behaviour how = peer.behaviour;
	uint8_t other_public[SIGN_PUBLIC_SIZE], other_secret[SIGN_SECRET_SIZE];
	struct ctx c = {0};
	BUF_SCOPED lines, out;

	buf_init(&lines, 8192);
	buf_init(&out, 1 << 16);
	sign_keypair(other_public, other_secret);
	err e = http_sign_answer(&c, how == OTHER_KEY ? other_secret : peer.secret_key, "peer",
				 how == OTHER_STATUS ? 404 : status, method, path,
				 slice_of(how == OTHER_BODY ? "{}" : body), now_ms, &lines);
	assert(!failed(e));
	buf_printf(&out, "HTTP/1.1 %d x\r\nContent-Length: %zu\r\n", status, strlen(body));
	if (how == REDIRECT)
		buf_printf(&out, "Location: http://127.0.0.1:%d/elsewhere\r\n", peer.port);
	for (size_t i = 0; how != UNSIGNED && i < lines.size; i++)
		buf_printf(&out, lines.data[i] == '\n' ? "\r\n" : "%c", lines.data[i]);
	buf_printf(&out, "\r\n%s", body);
	send_text(fd, out.data, out.size);
}

static void send_endlessly(int fd)
{
	static char zeros[65536];

	send_text(fd, "HTTP/1.1 200 x\r\nContent-Length: 99999999\r\n\r\n", 45);
	for (int i = 0; i < 64; i++)
		send_text(fd, zeros, sizeof zeros);
}

static void answer(int fd)
{
	char method[8] = "", path[200] = "";
	enum behaviour how = peer.behaviour;

	sscanf(peer.last, "%7s %199s", method, path);
	if (how == SILENT)
		usleep(400000);
	else if (how == ENDLESS)
		send_endlessly(fd);
	else if (how != HANGS_UP)
		send_answer(fd,
			    how == FAILS       ? 503
			    : how == NOT_FOUND ? 404
			    : how == REDIRECT  ? 302
					       : 200,
			    method, path, "{\"ok\":true}");
}

static void *peer_main(void *)
{
	for (;;) {
		int fd = accept(peer.listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		/* One connection at a time is enough; a kept one ends when this peer misbehaves. */
		while (read_request(fd)) {
			atomic_fetch_add(&peer.requests, 1);
			answer(fd);
			if (peer.behaviour != WELL)
				break;
		}
		close(fd);
	}
}

static void start_peer(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;

	peer.listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(peer.listener, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(peer.listener, 16), 0);
	getsockname(peer.listener, (struct sockaddr *)&at, &size);
	peer.port = ntohs(at.sin_port);
	sign_keypair(peer.public_key, peer.secret_key);
	pthread_create(&peer.thread, NULL, peer_main, NULL);
}

/* ---- the server's side ------------------------------------------------------------------------------------
 */

static void must(err e)
{
	if (failed(e))
		print_error("error %d: %s\n", (int)e.code, f.c.failure.detail);
	assert_false(failed(e));
}

static err open_list(const char *text)
{
	char path[80];

	snprintf(path, sizeof path, "%s/connectors.json", f.dir);
	FILE *file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	return connectors_open(&f.c, path, &f.c.connectors);
}

static int set_up(void **)
{
	char text[600], keys_dir[60], public_key[64];
	uint8_t secret_key[SIGN_SECRET_SIZE];

	f = (struct fixture){.c = {.now_ms = now_ms}};
	strcpy(f.dir, "/tmp/tongban-conn-XXXXXX");
	assert_non_null(mkdtemp(f.dir));
	f.c.arena = arena_new(1 << 20);
	snprintf(keys_dir, sizeof keys_dir, "%s/keys", f.dir);
	must(keys_open(&f.c, keys_dir, NULL, SUITE_INTL, true, &f.c.keys));
	sign_keypair(peer.client_public, secret_key);
	must(keys_secret_put(&f.c, f.c.keys, "connector_signer", slice_bytes(secret_key, sizeof secret_key)));
	base64_encode(peer.public_key, sizeof peer.public_key, public_key);
	snprintf(text, sizeof text,
		 "{\"authorities\": {\"hrss\": {\"url\": \"http://127.0.0.1:%d/authorities/hrss\", "
		 "\"public_key\": \"%s\"}, \"down\": {\"url\": \"http://127.0.0.1:1/\", \"public_key\": "
		 "\"%s\"}}, "
		 "\"key_id\": \"tongban\"}",
		 peer.port, public_key, public_key);
	must(open_list(text));
	f.c.connectors->timeout_ms = 200;
	peer.behaviour = WELL;
	peer.requests = 0;
	return 0;
}

static int tear_down(void **)
{
	char command[80];

	connectors_close(f.c.connectors);
	keys_close(f.c.keys);
	arena_free(f.c.arena);
	snprintf(command, sizeof command, "rm -r %s", f.dir);
	return system(command) == 0 ? 0 : -1;
}

static enum err_code post(const char *authority, int *ret_status, const char **ret_sent)
{
	BUF_SCOPED body;

	buf_init(&body, ANSWER_MAX);
	err e = connector_post(&f.c, authority, "/query", SLICE("{\"a\":1}"), "job-7", ret_status, &body,
			       ret_sent);
	if (!failed(e))
		assert_string_equal(body.data, "{\"ok\":true}");
	return e.code;
}

static struct slice header(const char *name, char ret[static FIELD_SIZE])
{
	const char *at = strstr(peer.last, name);

	assert_non_null(at);
	at += strlen(name);
	snprintf(ret, FIELD_SIZE, "%.*s", (int)strcspn(at, "\r\n"), at);
	return slice_of(ret);
}

static void a_request_is_signed_and_its_answer_taken(void **)
{
	char digest[FIELD_SIZE], input[FIELD_SIZE], signature[FIELD_SIZE];
	const char *sent = NULL;
	int status = 0;

	assert_int_equal(post("hrss", &status, &sent), ERR_OK);
	assert_int_equal(status, 200);
	assert_string_equal(sent, "sent");
	assert_non_null(strstr(peer.last, "POST /authorities/hrss/query HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.last, "\r\nIdempotency-Key: job-7\r\n"));
	must(http_verify(&f.c, peer.client_public, "POST", "/authorities/hrss/query", SLICE("{\"a\":1}"),
			 header("Content-Digest: ", digest), header("Signature-Input: ", input),
			 header("Signature: ", signature), now_ms));
}

static void a_get_is_signed_too(void **)
{
	char digest[FIELD_SIZE], input[FIELD_SIZE], signature[FIELD_SIZE];
	int status = 0;
	BUF_SCOPED body;

	buf_init(&body, ANSWER_MAX);
	must(connector_get(&f.c, "hrss", "/cases/12", &status, &body));
	assert_int_equal(status, 200);
	must(http_verify(&f.c, peer.client_public, "GET", "/authorities/hrss/cases/12", SLICE(""),
			 header("Content-Digest: ", digest), header("Signature-Input: ", input),
			 header("Signature: ", signature), now_ms));
}

static void an_answer_that_is_not_the_authoritys_is_refused(void **)
{
	static const enum behaviour hows[] = {UNSIGNED, OTHER_KEY, OTHER_BODY, OTHER_STATUS};

	for (size_t i = 0; i < sizeof hows / sizeof *hows; i++) {
		const char *sent = NULL;
		int status = -1;
		peer.behaviour = hows[i];
		assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
		assert_string_equal(sent, "sent");
		assert_int_equal(status, -1);
	}
}

static void a_refusal_is_an_answer_and_a_failure_is_none(void **)
{
	const char *sent = NULL;
	int status = 0;

	peer.behaviour = NOT_FOUND;
	assert_int_equal(post("hrss", &status, &sent), ERR_OK);
	assert_int_equal(status, 404);
	peer.behaviour = FAILS;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "sent");
}

static void a_redirect_is_not_followed(void **)
{
	const char *sent = NULL;
	int status = 0;

	peer.behaviour = REDIRECT;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_int_equal(peer.requests, 1);
}

static void it_is_told_whether_a_request_may_have_arrived(void **)
{
	const char *sent = NULL;
	int status = 0;

	assert_int_equal(post("down", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "not_sent");
	peer.behaviour = SILENT;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "unknown");
	peer.behaviour = HANGS_UP;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "unknown");
}

static void an_endless_answer_is_cut(void **)
{
	const char *sent = NULL;
	int status = 0;

	f.c.connectors->timeout_ms = 5000;
	peer.behaviour = ENDLESS;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
}

static void a_host_that_is_not_on_the_list_is_not_asked(void **)
{
	const char *sent = NULL;
	int status = 0;

	assert_true(connector_known(f.c.connectors, "hrss"));
	assert_false(connector_known(f.c.connectors, "other"));
	assert_int_equal(post("other", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "not_sent");
}

static void after_failures_the_breaker_opens_then_tries_again(void **)
{
	const char *sent = NULL;
	int status = 0;

	peer.behaviour = FAILS;
	for (int i = 0; i < 5; i++)
		assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_int_equal(peer.requests, 5);
	peer.behaviour = WELL;
	assert_int_equal(post("hrss", &status, &sent), ERR_AUTHORITY);
	assert_string_equal(sent, "not_sent");
	assert_int_equal(peer.requests, 5);
	f.c.now_ms += 5000;
	assert_int_equal(post("hrss", &status, &sent), ERR_OK);
	assert_int_equal(post("hrss", &status, &sent), ERR_OK);
}

static void the_breaker_lets_one_try_and_waits_longer_each_time(void **)
{
	struct breaker b = {0};

	for (int i = 0; i < 5; i++) {
		assert_true(breaker_allows(&b, 0));
		breaker_tell(&b, 0, false);
	}
	assert_false(breaker_allows(&b, 4999));
	assert_true(breaker_allows(&b, 5000));
	assert_false(breaker_allows(&b, 5000));
	breaker_tell(&b, 5000, false);
	assert_false(breaker_allows(&b, 14999));
	assert_true(breaker_allows(&b, 15000));
	breaker_tell(&b, 15000, true);
	assert_true(breaker_allows(&b, 15000));
	assert_true(breaker_allows(&b, 15000));
}

static void a_list_that_is_wrong_is_refused(void **)
{
	static const char key[] = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
	static const char *const entries[] = {
		"\"url\": \"http://example.com\", \"public_key\": \"%s\"",
		"\"url\": \"http://127.0.0.1.example.com\", \"public_key\": \"%s\"",
		"\"url\": \"https://a@example.com\", \"public_key\": \"%s\"",
		"\"url\": \"ftp://example.com\", \"public_key\": \"%s\"",
		"\"url\": \"https://example.com?x\", \"public_key\": \"%s\"",
		"\"url\": \"https://example.com\", \"public_key\": \"x%s\"",
		"\"url\": \"https://example.com\", \"public_key\": \"%s\", \"more\": 1",
		"\"url\": \"https://example.com\"",
	};
	static const char good[] = "\"url\": \"https://example.com/x\", \"public_key\": \"%s\"";
	struct connectors *kept = f.c.connectors;
	char entry[300], text[400];

	for (size_t i = 0; i <= sizeof entries / sizeof *entries; i++) {
		bool right = i == sizeof entries / sizeof *entries;
		f.c.connectors = NULL;
		snprintf(entry, sizeof entry, i < sizeof entries / sizeof *entries ? entries[i] : good, key);
		snprintf(text, sizeof text, "{\"authorities\": {\"x\": {%s}}, \"key_id\": \"k\"}", entry);
		assert_int_equal(open_list(text).code, right ? ERR_OK : ERR_INVALID);
		connectors_close(f.c.connectors);
	}
	f.c.connectors = NULL;
	assert_int_equal(open_list("{").code, ERR_INVALID);
	f.c.connectors = kept;
}

#define ON(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(a_request_is_signed_and_its_answer_taken),
		ON(a_get_is_signed_too),
		ON(an_answer_that_is_not_the_authoritys_is_refused),
		ON(a_refusal_is_an_answer_and_a_failure_is_none),
		ON(a_redirect_is_not_followed),
		ON(it_is_told_whether_a_request_may_have_arrived),
		ON(an_endless_answer_is_cut),
		ON(a_host_that_is_not_on_the_list_is_not_asked),
		ON(after_failures_the_breaker_opens_then_tries_again),
		ON(the_breaker_lets_one_try_and_waits_longer_each_time),
		ON(a_list_that_is_wrong_is_refused),
	};

	crypto_init();
	start_peer();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
