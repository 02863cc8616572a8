/* One HTTP exchange by libcurl: no redirects, no proxies, no other schemes, bounded in size and time. */
#include "connectors/internal.h"

#include <stdio.h>
#include <strings.h>

enum { HEADERS_MAX = 4096 };

struct headers {
	struct curl_slist *list;
	bool failed;
};

static void headers_free(struct headers *h)
{
	curl_slist_free_all(h->list);
}

static void headers_add(struct headers *h, const char *line)
{
	struct curl_slist *longer = curl_slist_append(h->list, line);

	h->failed = h->failed || !longer;
	if (longer)
		h->list = longer;
}

/* Lines "Name: value\n". */
static void headers_add_lines(struct headers *h, char *lines)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		headers_add(h, line);
}

static err make_headers(struct ctx *c, struct connectors *k, const struct request *r, struct headers *h)
{
	char line[200];
	BUF_SCOPED signed_lines;

	buf_init(&signed_lines, HEADERS_MAX);
	TRY(http_sign(c, k->signer.p, k->key_id, r->method, r->path, r->body, c->now_ms, &signed_lines));
	headers_add_lines(h, signed_lines.data);
	headers_add(h, "Content-Type: application/json");
	headers_add(h, "Expect:");
	if (r->idempotency_key) {
		snprintf(line, sizeof line, "Idempotency-Key: %s", r->idempotency_key);
		headers_add(h, line);
	}
	return h->failed ? fail(c, ERR_INTERNAL, "内存不足") : OK;
}

static size_t take_body(char *data, size_t, size_t size, void *arg)
{
	struct answer *a = arg;

	buf_add(a->body, data, size);
	return a->body->failed || a->body->size > ANSWER_MAX ? 0 : size;
}

static void take_field(char *ret, struct slice line, const char *name)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp(line.p, name, n) != 0)
		return;
	struct slice value = {line.p + n, line.n - n};
	while (value.n > 0 && strchr(" \t", value.p[0]))
		value = (struct slice){value.p + 1, value.n - 1};
	while (value.n > 0 && strchr(" \t\r\n", value.p[value.n - 1]))
		value.n--;
	if (value.n < FIELD_SIZE)
		snprintf(ret, FIELD_SIZE, "%.*s", (int)value.n, value.p);
}

static size_t take_header(char *data, size_t, size_t size, void *arg)
{
	struct answer *a = arg;
	struct slice line = {data, size};

	take_field(a->digest, line, "content-digest:");
	take_field(a->signature_input, line, "signature-input:");
	take_field(a->signature, line, "signature:");
	return size;
}

static CURL *take_handle(struct connectors *k)
{
	CURL *handle = NULL;

	pthread_mutex_lock(&k->lock);
	if (k->idle_count > 0)
		handle = k->idle[--k->idle_count];
	pthread_mutex_unlock(&k->lock);
	return handle ? handle : curl_easy_init();
}

static void give_handle(struct connectors *k, CURL *handle)
{
	curl_easy_reset(handle); /* keeps its connections */
	pthread_mutex_lock(&k->lock);
	bool keep = k->idle_count < IDLE_MAX;
	if (keep)
		k->idle[k->idle_count++] = handle;
	pthread_mutex_unlock(&k->lock);
	if (!keep)
		curl_easy_cleanup(handle);
}

static void set_options(CURL *handle, const struct connectors *k, const struct request *r, struct answer *a,
			struct headers *h)
{
	curl_easy_setopt(handle, CURLOPT_URL, r->url);
	curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L); /* what is signed is what is sent */
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(handle, CURLOPT_PROXY, "");
	curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, k->connect_timeout_ms);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, k->timeout_ms);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, "tongban");
	curl_easy_setopt(handle, CURLOPT_HTTPHEADER, h->list);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(handle, CURLOPT_HEADERDATA, a);
	if (strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
		curl_easy_setopt(handle, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
	}
}

/* Before a connection stands nothing can have left. */
static const char *how_far(CURL *handle, CURLcode code)
{
	curl_off_t connected_us = 0;
	long status = 0;

	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	if (status > 0)
		return "sent";
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION)
		return "not_sent";
	curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
	return code == CURLE_OPERATION_TIMEDOUT && connected_us == 0 ? "not_sent" : "unknown";
}

err exchange(struct ctx *c, struct connectors *k, const struct request *r, struct answer *ret,
	     const char **ret_sent)
{
	__attribute__((cleanup(headers_free))) struct headers h = {0};
	long status = 0;

	*ret_sent = "not_sent";
	TRY(make_headers(c, k, r, &h));
	CURL *handle = take_handle(k);
	if (!handle)
		FAIL(c, ERR_AUTHORITY, "无法发起请求");
	set_options(handle, k, r, ret, &h);
	CURLcode code = curl_easy_perform(handle);
	*ret_sent = how_far(handle, code);
	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	give_handle(k, handle);
	if (code == CURLE_OPERATION_TIMEDOUT)
		FAIL(c, ERR_AUTHORITY, "对方单位未在规定时间内答复，请稍后再试");
	if (code != CURLE_OK)
		FAIL(c, ERR_AUTHORITY, "暂时无法连接对方单位，请稍后再试");
	ret->status = (int)status;
	return OK;
}
