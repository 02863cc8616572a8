#include "cli/follow.h"
#include "base/buf.h"
#include "crypto/crypto.h"
#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POLL_US = 50 * 1000 };

struct follower {
	struct clock *clock;
	char url[400];
	bool (*settled)(void *);
	void *user;
	atomic_bool stop;
	pthread_t thread;
	CURL *curl;
};

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	buf_add(arg, p, size * n);
	return size * n;
}

static void poll_once(struct follower *f)
{
	char url[600];
	BUF_SCOPED answer = {0};

	buf_init(&answer, 4096);
	/* asked before the poll: what became due by the step that this poll brings is not settled */
	bool settled = f->settled(f->user);
	snprintf(url, sizeof url, "%s&settled=%d&now_ms=%lld", f->url, settled,
		 (long long)clock_now_ms(f->clock));
	curl_easy_setopt(f->curl, CURLOPT_URL, url);
	curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(f->curl, CURLOPT_TIMEOUT_MS, 2000L);
	curl_easy_setopt(f->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(f->curl, CURLOPT_NOPROXY, "*");
	if (curl_easy_perform(f->curl) != CURLE_OK)
		return;
	json_t *doc = json_loadb(answer.data ? answer.data : "", answer.size, 0, NULL);
	json_int_t at = json_integer_value(json_object_get(doc, "now_ms"));
	if (at > clock_now_ms(f->clock))
		clock_advance_to(f->clock, at);
	json_decref(doc);
}

static void *run(void *arg)
{
	struct follower *f = arg;

	while (!atomic_load(&f->stop)) {
		poll_once(f);
		usleep(POLL_US);
	}
	return NULL;
}

struct follower *follower_start(struct clock *clock, const char *sandbox_url, bool (*settled)(void *),
				void *user)
{
	struct follower *f = calloc(1, sizeof *f);
	uint8_t random[8];
	char id[20];

	if (!f)
		abort();
	crypto_random(random, sizeof random);
	hex_encode(random, sizeof random, id);
	*f = (struct follower){.clock = clock, .settled = settled, .user = user, .curl = curl_easy_init()};
	snprintf(f->url, sizeof f->url, "%s/control/clock?server=%s", sandbox_url, id);
	poll_once(f); /* the first request of a client finds the right time */
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		abort();
	return f;
}

void follower_stop(struct follower *f)
{
	if (!f)
		return;
	atomic_store(&f->stop, true);
	pthread_join(f->thread, NULL);
	curl_easy_cleanup(f->curl);
	free(f);
}
