/* One request: authenticate, check the body, run the handler, write the answer or the problem. */
#include "api/attempts.h"
#include "api/policy_print.h"
#include "api/problem.h"
#include "api/server.h"
#include "base/log.h"
#include "services/stopped.h"
#include <stdlib.h>
#include <unistd.h>

enum { TRIES = 5 };

/* Nothing that a browser runs comes from elsewhere; maps and pictures are our own. */
static void security_headers(const struct api *api, struct http_response *a)
{
	if (api->options.cookies_secure) /* behind TLS: browsers use nothing else from then on */
		http_set_header(a, "Strict-Transport-Security", "max-age=63072000");
	http_set_header(
		a, "Content-Security-Policy",
		"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
		"media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
		"object-src 'none'");
	http_set_header(a, "X-Content-Type-Options", "nosniff");
	http_set_header(a, "X-Frame-Options", "DENY");
	http_set_header(a, "Referrer-Policy", "no-referrer");
	http_set_header(a, "Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)");
	http_set_header(a, "Cross-Origin-Opener-Policy", "same-origin");
	http_set_header(a, "Cross-Origin-Resource-Policy", "same-origin");
}

static bool is_api(const struct http_request *q)
{
	return slice_starts(q->path, "/api/");
}

/* ---- the body
 * ----------------------------------------------------------------------------------------------------- */

static err parse_body(struct api_call *k, const struct bound_route *b)
{
	const struct http_request *q = k->q;
	struct slice type = http_header(q, "Content-Type");
	json_error_t where;

	if (!b->body)
		return OK;
	if (q->body.n && !slice_starts(type, "application/json"))
		return fail_field(k->c, "body", "内容类型应为 application/json");
	if (!slice_is_utf8(q->body))
		return fail_field(k->c, "body", "内容不是有效的 UTF-8 文字");
	k->body =
		q->body.n ? json_loadb(q->body.p, q->body.n, JSON_REJECT_DUPLICATES, &where) : json_object();
	if (!k->body) {
		/* the parser's own text may quote what was sent */
		return fail_field(k->c, "body",
				  json_error_code(&where) == json_error_duplicate_key ? "同一项出现了两次"
										      : "不是有效的 JSON");
	}
	return shape_check(k->c, b->body, k->body);
}

/* ---- outcome
 * ---------------------------------------------------------------------------------------------------------
 */

static void log_failure(const struct api_call *k, err e)
{
	if (e.code == ERR_STORE || e.code == ERR_CRYPTO || e.code == ERR_INTERNAL || e.code == ERR_STALE)
		log_event("request_failed", LOG_T("operation", k->route->operation), LOG_I("code", e.code),
			  LOG_T("detail", k->c->failure.detail));
}

static void answer_problem(struct api_call *k, err e)
{
	k->c->failure.code = e.code;
	log_failure(k, e);
	attempt_count(k, e);
	problem_write(&k->c->failure, k->a);
}

static void wait_a_little(int round)
{
	uint8_t jitter;

	crypto_random(&jitter, sizeof(jitter));
	usleep((useconds_t)((5 << round) * 1000 + jitter * 20));
}

/* The person's facts may change between the decision and the act, by another request: a handler that only
 * reads decides again. */
static err run_handler(struct api_call *k)
{
	bool again = slice_is(k->q->method, "GET") || (k->route->flags & API_AGAIN);
	err e = k->route->fn(k);

	for (int i = 0; e.code == ERR_STALE && again && i < TRIES; i++) {
		wait_a_little(i);
		failure_clear(k->c);
		buf_clear(&k->a->body);
		k->out = json_to(&k->a->body);
		e = k->route->fn(k);
	}
	return e;
}

/* After the end of the app nothing of people is taken any more; what ends something still works (NT-3.3.6.b).
 */
static err must_stand(struct api_call *k)
{
	const struct api_route *r = k->route;
	bool takes = strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0, ended = false;

	if (!takes || r->auth == API_STAFF || strncmp(r->path, "/api/v1/staff/", 14) == 0 ||
	    strcmp(r->operation, "second_check_create") == 0)
		return OK;
	TRY(app_has_ended(k->c, &ended));
	if (ended)
		FAIL(k->c, ERR_GONE, "本应用已经停止运营，不再收集任何信息；详见公告");
	return OK;
}

static err run(struct api_call *k, const struct bound_route *b, struct idempotency *i, bool *ret_replayed)
{
	TRY(api_authenticate(k));
	TRY(must_stand(k));
	TRY(parse_body(k, b));
	TRY(api_screen(k));
	TRY(idempotency_begin(k, i, ret_replayed));
	if (*ret_replayed)
		return OK;
	err e = run_handler(k);
	if (!failed(e) && k->a->body.failed)
		return fail(k->c, ERR_INTERNAL, "answer too long");
	return e;
}

/* Before the answer: what a person was told is deleted does not come back with an older backup. When the key
 * store cannot take it now, the sweep does it later. */
static void list_deletions(struct api_call *k)
{
	struct failure kept = k->c->failure;

	if (failed(vault_deletions_list(k->c)))
		log_event("deletions_not_listed", LOG_T("operation", k->route->operation),
			  LOG_T("detail", k->c->failure.detail));
	k->c->failure = kept;
}

static void finish(struct api_call *k, err e, bool replayed)
{
	if (failed(e)) {
		answer_problem(k, e);
		return;
	}
	if (!replayed)
		k->a->status = k->status;
	if (k->a->status == 204 || (!k->route->answer && !(k->route->flags & API_NOT_JSON)))
		buf_clear(&k->a->body);
}

static void drop_body(json_t **body)
{
	json_decref(*body);
}

/* A request keeps its release to the end, whatever takes effect meanwhile. */
static const struct release *release_of(const struct api *api, int64_t now_ms)
{
	const struct api_options *o = &api->options;

	return o->releases ? releases_at(o->releases, now_ms) : release_hold(o->release);
}

static void handle(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct api *api = user;
	const struct bound_route *b = route_user;
	int64_t now_ms = clock_now_ms(api->options.clock);
	const struct release *release = release_of(api, now_ms);
	struct ctx c = {.arena = q->arena,
			.now_ms = now_ms,
			.store = api->options.store,
			.keys = api->options.keys,
			.ledger = api->options.ledger,
			.connectors = api->options.connectors,
			.release = release};
	struct api_call k = {.api = api,
			     .c = &c,
			     .q = q,
			     .a = a,
			     .route = b->route,
			     .out = json_to(&a->body),
			     .status = b->route->status ? b->route->status : 200};
	struct idempotency i = {0};
	bool replayed = false;

	k.idempotency = &i;
	err e = run(&k, b, &i, &replayed);
	list_deletions(&k);
	finish(&k, e, replayed);
	if (!replayed)
		idempotency_end(&k, &i, !failed(e));
	security_headers(api, a);
	if (is_api(q))
		http_set_header(a, "Cache-Control", "no-store");
	drop_body(&k.body);
	crypto_wipe(&i, sizeof(i));
	release_drop(release);
}

/* ---- the table of routes
 * --------------------------------------------------------------------------------------------------- */

static size_t count_routes(const struct api_route *const *tables)
{
	size_t n = 0;

	for (; *tables; tables++) {
		for (const struct api_route *r = *tables; r->method; r++)
			n++;
	}
	return n;
}

static size_t body_max(const struct api_route *r)
{
	if (r->body_max)
		return r->body_max;
	return r->body ? BODY_DEFAULT : 0;
}

static void bind(struct api *api, const struct api_route *r)
{
	struct bound_route *b = &api->bound[api->count];

	*b = (struct bound_route){r, r->body ? shape_new(r->body) : NULL, api};
	api->http[api->count++] = (struct http_route){
		.method = r->method,
		.pattern = r->path,
		.handler = handle,
		.route_user = b,
		.pool = r->flags & API_SLOW ? HTTP_SLOW : HTTP_FAST,
		.flags = (r->flags & API_OPTIONAL ? HTTP_OPTIONAL : 0) |
			 (r->flags & API_INLINE ? HTTP_INLINE : 0),
		.body_max = body_max(r),
	};
}

extern const struct api_route *const api_route_tables[];

struct api *api_new(const struct api_options *o)
{
	struct api *api = calloc(1, sizeof(*api));
	size_t n = count_routes(api_route_tables);

	if (!api)
		abort();
	api->options = *o;
	api->bound = calloc(n, sizeof(*api->bound));
	api->http = calloc(n, sizeof(*api->http));
	if (!api->bound || !api->http)
		abort();
	for (const struct api_route *const *t = api_route_tables; *t; t++) {
		for (const struct api_route *r = *t; r->method; r++)
			bind(api, r);
	}
	return api;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	for (size_t i = 0; i < api->count; i++)
		shape_free(api->bound[i].body);
	free(api->bound);
	free(api->http);
	free(api);
	api_print_forget();
}

const struct api_options *api_options(const struct api *api)
{
	return &api->options;
}

const struct http_route *api_http_routes(struct api *api, size_t *ret_count)
{
	*ret_count = api->count;
	return api->http;
}

void api_server_problem(void *api, int status, struct http_response *a)
{
	problem_of_server(status, a);
	security_headers(api, a);
	http_set_header(a, "Cache-Control", "no-store");
}
