#include "connectors/internal.h"
#include "connectors/outages.h"
#include "consent/papers.h"
#include "policy/policy.h"
#include "vault/keys.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 10000, CONNECT_TIMEOUT_MS = 3000, URL_SIZE = 1024 };

static err read_signer(struct ctx *c, struct connectors *k)
{
	TRY(keys_secret_get(c, c->keys, "connector_signer", &k->signer));
	return k->signer.n == SIGN_SECRET_SIZE ? OK : fail(c, ERR_CRYPTO, "连接器签名密钥长度不符");
}

err connectors_open(struct ctx *c, const char *path, struct connectors **ret)
{
	struct connectors *k = calloc(1, sizeof *k);

	k->timeout_ms = TIMEOUT_MS;
	k->connect_timeout_ms = CONNECT_TIMEOUT_MS;
	pthread_mutex_init(&k->lock, NULL);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	err e = connectors_read(c, path, k);
	if (!failed(e))
		e = read_signer(c, k);
	if (failed(e)) {
		connectors_close(k);
		return e;
	}
	*ret = k;
	return OK;
}

void connectors_close(struct connectors *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->idle_count; i++)
		curl_easy_cleanup(k->idle[i]);
	for (size_t i = 0; i < k->count; i++) {
		free(k->authorities[i].id);
		free(k->authorities[i].url);
	}
	secret_release(&k->signer);
	pthread_mutex_destroy(&k->lock);
	free(k->authorities);
	free(k->key_id);
	free(k->scanner);
	free(k);
}

struct authority *authority_find(const struct connectors *k, const char *id)
{
	for (size_t i = 0; i < k->count; i++) {
		if (strcmp(k->authorities[i].id, id) == 0)
			return &k->authorities[i];
	}
	return NULL;
}

bool connector_known(const struct connectors *k, const char *authority)
{
	return k && authority_find(k, authority);
}

/* A list is fetched from there; nothing is sent. */
static bool is_feed(const struct release *r, const char *id)
{
	const char *feed = city_text(r, "risk.feed");

	return feed && strcmp(feed, id) == 0;
}

/* A host gets data only when the policy in force names it as a recipient. The SMS gateway is the city's own.
 */
static err find_declared(struct ctx *c, struct connectors *k, const char *id, struct authority **ret)
{
	struct authority *a = k ? authority_find(k, id) : NULL;
	bool declared = !c->release || strcmp(id, "sms") == 0 || release_recipient(c->release, id) ||
			is_feed(c->release, id);

	if (!a || !declared)
		FAIL(c, ERR_AUTHORITY, "对方单位尚未接入");
	const struct recipient *to = c->release && c->store ? release_recipient(c->release, id) : NULL;
	if (to) /* what was decided a moment ago may have ended since (NT-2.1.0.e, TJ-1.1.22.d) */
		TRY(papers_must_stand(c, to));
	*ret = a;
	return OK;
}

static bool ask_breaker(struct ctx *c, struct connectors *k, struct authority *a)
{
	pthread_mutex_lock(&k->lock);
	bool allowed = breaker_allows(&a->breaker, c->now_ms);
	pthread_mutex_unlock(&k->lock);
	return allowed;
}

static void tell_breaker(struct ctx *c, struct connectors *k, struct authority *a, bool success)
{
	pthread_mutex_lock(&k->lock);
	breaker_tell(&a->breaker, c->now_ms, success);
	pthread_mutex_unlock(&k->lock);
}

static err check_answer(struct ctx *c, const struct authority *a, const struct request *r,
			const struct answer *answer)
{
	static const char down[] = "该单位系统暂时无法办理，请稍后再试";

	/* A gateway in front of the authority signs nothing when that is down; nothing of such an answer is
	 * used. */
	if (answer->status >= 500)
		FAIL(c, ERR_AUTHORITY, "%s", down);
	err e = http_verify_answer(c, a->public_key, answer->status, r->method, r->path,
				   buf_slice(answer->body), slice_of(answer->digest),
				   slice_of(answer->signature_input), slice_of(answer->signature), c->now_ms);
	if (failed(e))
		FAIL(c, ERR_AUTHORITY, "未能核实该单位答复的真实性，本次未采用，请稍后再试");
	if (answer->status < 200 || (answer->status >= 300 && answer->status < 400))
		FAIL(c, ERR_AUTHORITY, "%s", down);
	return OK;
}

enum { SLIPS = 3 };

/* From the third failure in a row on there is an outage; the first call that goes well again ends it. What is
 * noted never changes what the call answers. */
static err note_health(struct ctx *c, struct connectors *k, struct authority *a, err e)
{
	struct failure before = c->failure;

	pthread_mutex_lock(&k->lock);
	bool lasts = failed(e) && a->breaker.failures >= SLIPS, over = !failed(e) && !a->healthy;
	if (failed(e) || over)
		a->healthy = !failed(e);
	pthread_mutex_unlock(&k->lock);
	err noted = OK;
	if (c->store && lasts)
		noted = outage_note(c, a->id, "fault");
	else if (c->store && over)
		noted = outage_recover(c, a->id);
	(void)noted.code;
	c->failure = before;
	return e;
}

/* Before every call, on every server: what an officer cut off is called no more (TJ-5.5.b). */
err authority_must_be_joined(struct ctx *c, const char *id)
{
	bool cut = false;

	if (c->store)
		TRY(cut_holds(c, "connector", id, &cut));
	if (cut)
		FAIL(c, ERR_AUTHORITY, "因安全处置，与该单位的连接已经切断，请稍后再试");
	return OK;
}

static err ask(struct ctx *c, struct connectors *k, struct authority *a, struct request *r, const char *path,
	       struct answer *answer, const char **ret_sent)
{
	char url[URL_SIZE];
	int n = snprintf(url, sizeof url, "%s%s%s", a->url, path[0] == '/' ? "" : "/", path);

	*ret_sent = "not_sent";
	if (n < 0 || n >= (int)sizeof url || strpbrk(path, "?#\\ \r\n"))
		FAIL(c, ERR_INTERNAL, "请求地址不合规");
	TRY(authority_must_be_joined(c, a->id));
	if (!ask_breaker(c, k, a))
		FAIL(c, ERR_AUTHORITY, "对方单位暂时不可用，请稍后再试");
	r->url = url;
	r->path = url + (a->path - a->url);
	err e = exchange(c, k, r, answer, ret_sent);
	if (!failed(e))
		e = check_answer(c, a, r, answer);
	tell_breaker(c, k, a, !failed(e));
	return note_health(c, k, a, e);
}

static err run(struct ctx *c, const char *authority, const char *path, struct request *r, int *ret_status,
	       struct buf *ret, const char **ret_sent)
{
	struct authority *a = NULL;
	BUF_SCOPED body;

	*ret_sent = "not_sent";
	buf_init(&body, ANSWER_MAX);
	TRY(find_declared(c, c->connectors, authority, &a));
	struct answer answer = {.body = &body};
	TRY(ask(c, c->connectors, a, r, path, &answer, ret_sent));
	buf_add_slice(ret, buf_slice(&body));
	if (ret->failed)
		FAIL(c, ERR_AUTHORITY, "对方单位的答复过长");
	*ret_status = answer.status;
	return OK;
}

err connector_post(struct ctx *c, const char *authority, const char *path, struct slice json,
		   const char *idempotency_key, int *ret_status, struct buf *ret, const char **ret_sent)
{
	struct request r = {.method = "POST", .body = json, .idempotency_key = idempotency_key};
	const char *sent = NULL;

	err e = run(c, authority, path, &r, ret_status, ret, &sent);
	if (ret_sent)
		*ret_sent = sent;
	return e;
}

err connector_get(struct ctx *c, const char *authority, const char *path, int *ret_status, struct buf *ret)
{
	struct request r = {.method = "GET"};
	const char *sent = NULL;

	return run(c, authority, path, &r, ret_status, ret, &sent);
}
