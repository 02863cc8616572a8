/* The two texts for print: /policy.pdf, /agreement.pdf and those of one version, for anybody and before any
 * consent. A release is drawn once (in the slow pool) and kept. */
#include "api/policy_print.h"
#include "base/log.h"
#include "policy/policy_pdf.h"
#include "policy/releases.h"
#include <pthread.h>
#include <stdio.h>

enum { KEPT = 8, PRINT_KEY_SIZE = 96, PDF_MAX = 8 * 1024 * 1024 };

/* The oldest makes room for the next. */
static struct {
	pthread_mutex_t lock;
	struct kept {
		char key[PRINT_KEY_SIZE];
		struct buf pdf;
	} rows[KEPT];
	size_t next;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Two drafts may hold the same rules from another day on: the page prints both. */
static void key_of(const struct release *r, enum api_text text, char ret[static PRINT_KEY_SIZE])
{
	snprintf(ret, PRINT_KEY_SIZE, "%s %lld %d", release_hash(r), (long long)release_effective_ms(r),
		 (int)text);
}

static bool find(const char *key, struct buf *ret)
{
	bool found = false;

	pthread_mutex_lock(&cache.lock);
	for (size_t i = 0; i < KEPT && !found; i++) {
		found = strcmp(cache.rows[i].key, key) == 0;
		if (found)
			buf_add_slice(ret, buf_slice(&cache.rows[i].pdf));
	}
	pthread_mutex_unlock(&cache.lock);
	return found;
}

static void keep(const char *key, const struct buf *pdf)
{
	pthread_mutex_lock(&cache.lock);
	struct kept *row = &cache.rows[cache.next++ % KEPT];
	buf_release(&row->pdf);
	buf_init(&row->pdf, PDF_MAX);
	buf_add_slice(&row->pdf, buf_slice(pdf));
	snprintf(row->key, sizeof row->key, "%s", key);
	pthread_mutex_unlock(&cache.lock);
}

void api_print_forget(void)
{
	for (size_t i = 0; i < KEPT; i++) {
		buf_release(&cache.rows[i].pdf);
		cache.rows[i].key[0] = '\0';
	}
	policy_pdf_forget();
}

/* One after another: whoever waited for the same release finds it drawn. */
static err draw(struct api_call *k, const struct release *r, enum api_text text, const char *key)
{
	BUF_SCOPED pdf = {0};

	if (find(key, &k->a->body))
		return OK;
	buf_init(&pdf, PDF_MAX);
	TRY(text == API_TEXT_POLICY ? policy_pdf(k->c, r, &pdf) : agreement_pdf(k->c, r, &pdf));
	log_event("policy_drawn", LOG_I("bytes", pdf.size));
	keep(key, &pdf);
	buf_add_slice(&k->a->body, buf_slice(&pdf));
	return OK;
}

err api_print(struct api_call *k, const struct release *r, enum api_text text)
{
	static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;
	char key[PRINT_KEY_SIZE];

	k->a->content_type = "application/pdf";
	http_set_header(k->a, "Content-Disposition",
			arena_printf(k->c->arena, "inline; filename=\"%s-%s-%.8s.pdf\"",
				     text == API_TEXT_POLICY ? "policy" : "agreement", release_city(r),
				     release_hash(r)));
	key_of(r, text, key);
	if (find(key, &k->a->body))
		return OK;
	pthread_mutex_lock(&drawing);
	err e = draw(k, r, text, key);
	pthread_mutex_unlock(&drawing);
	return e;
}

static err pdf_get(struct api_call *k)
{
	return api_print(k, k->c->release, API_TEXT_POLICY);
}

static err agreement_pdf_get(struct api_call *k)
{
	return api_print(k, k->c->release, API_TEXT_AGREEMENT);
}

static err print_version(struct api_call *k, enum api_text text)
{
	struct releases *all = api_options(k->api)->releases;
	const struct release *r =
		all ? releases_version(all, arena_copy(k->c->arena, k->q->params[0])) : NULL;

	if (!r)
		FAIL(k->c, ERR_NOT_FOUND, "没有这个版本的%s",
		     text == API_TEXT_POLICY ? "隐私政策" : "用户服务协议");
	err e = api_print(k, r, text);
	release_drop(r);
	return e;
}

static err pdf_version(struct api_call *k)
{
	return print_version(k, API_TEXT_POLICY);
}

static err agreement_pdf_version(struct api_call *k)
{
	return print_version(k, API_TEXT_AGREEMENT);
}

const struct api_route api_policy_print_routes[] = {
	{"GET", "/policy.pdf", pdf_get, API_ANYONE, API_NOT_JSON | API_SLOW, "policy_print",
	 "隐私政策全文（PDF）", .answer = NULL},
	{"GET", "/policy/{version}.pdf", pdf_version, API_ANYONE, API_NOT_JSON | API_SLOW,
	 "policy_print_version", "某一版本的隐私政策全文（PDF）", .answer = NULL},
	{"GET", "/agreement.pdf", agreement_pdf_get, API_ANYONE, API_NOT_JSON | API_SLOW, "agreement_print",
	 "用户服务协议全文（PDF）", .answer = NULL},
	{"GET", "/agreement/{version}.pdf", agreement_pdf_version, API_ANYONE, API_NOT_JSON | API_SLOW,
	 "agreement_print_version", "某一版本的用户服务协议全文（PDF）", .answer = NULL},
	{0},
};
