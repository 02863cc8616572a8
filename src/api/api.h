/* The HTTP API: a static table of routes per resource, and what a handler is given.
 *
 * A resource is one file, e.g. api/policy.c: a few handlers (read the request, call one domain function,
 * write the answer) and a table `const struct api_route api_policy_routes[]` that ends with {0}; api_routes.c
 * lists the tables. From the tables come the router, the check of bodies (unknown or duplicate members are
 * refused), the check of who may call, idempotency, and the OpenAPI document.
 *
 * A handler is straight-line, blocking code on a worker; it answers OK or an error that api_problem.c turns
 * into problem+json. */
#pragma once

#include "base/json.h"
#include "consent/consent.h"
#include "http/http.h"
#include "policy/releases.h"
#include <jansson.h>

struct api;
struct api_call;

typedef err (*api_handler)(struct api_call *k);

/* Who may call. A route that knows the caller fills c->installation_id, c->session_id and c->actor. */
enum api_auth {
	API_ANYONE,	  /* tokens are not even looked at */
	API_GUEST,	  /* a token is resolved when there is one; a bad one counts as none */
	API_INSTALLATION, /* an installation token or a session */
	API_SESSION,	  /* a person's session */
	API_STAFF,	  /* a staff session (resolved by api/staff.c) */
};

enum api_flag {
	API_SLOW = 1,	   /* hashes a password, asks an authority, or the like: the slow pool */
	API_OPTIONAL = 2,  /* first to get 503 when the queue is full */
	API_CREATES = 4,   /* honours Idempotency-Key */
	API_RAW = 8,	   /* the body is not JSON: the handler reads k->q->body */
	API_NOT_JSON = 16, /* the handler sets content type and writes k->a->body itself */
	API_AGAIN = 32,	   /* may be run again when the person's facts changed meanwhile; every GET may */
	API_INLINE = 64,   /* HTTP_INLINE: answered however full the queues are; its handler may not block */
};

/* body and answer are shapes, see api/shape.h:  "{platform: web|android|ios, transport?: bearer|cookie}"
 *   text, int, bool, id, time, any, [shape], {name: shape, optional?: shape, *: shape}, word|word|word */
struct api_route {
	const char *method, *path;
	api_handler fn;
	enum api_auth auth;
	int flags;	       /* enum api_flag */
	const char *operation; /* operationId: "consent_give" */
	const char *summary;   /* Chinese, for the OpenAPI document */
	const char *body;      /* shape of the JSON body; NULL: none allowed */
	const char *answer;    /* shape of the answer; NULL: no content */
	const char *query;     /* names of the query parameters: "cursor limit"; NULL none */
	int status;	       /* on success; 0: 200 */
	size_t body_max;       /* bytes; 0: 64 KiB where there is a body */
	const char *takes; /* of a form that takes items: the services or categories under which, of which a
			    * city has some; API_TAKES_NAMED: the one that the request names. NULL: it takes
			    * none. Clients show the paragraphs of both texts (NT-3.3.1.b) */
};

#define API_TAKES_NAMED "*"

struct api_call {
	struct api *api;
	struct ctx *c;
	const struct http_request *q;
	struct http_response *a;
	const struct api_route *route;
	json_t *body;	      /* checked against the route's shape; NULL without one. Dies with the call. */
	struct json out;      /* writes into a->body */
	int64_t subject_id;   /* of the session; 0 none */
	const char *platform; /* of the installation, or NULL */
	struct slice token;   /* the token that was presented, or empty */
	bool by_cookie;	      /* it came as a cookie */
	int status;	      /* the handler may change it */
	struct idempotency *idempotency; /* see api_keep_answer */
};

/* ---- reading the request
 * ---------------------------------------------------------------------------------------- */
/* A text member of the body; p NULL when it is missing. The bytes live as long as the call. */
struct slice api_text(const struct api_call *k, const char *name);
/* NUL-terminated, in the arena; NULL when missing. */
const char *api_string(const struct api_call *k, const char *name);
/* A route parameter or body member that is an id; ERR_NOT_FOUND for what cannot be one. */
err api_param_id(struct api_call *k, unsigned index, int64_t *ret);
/* Item keys of the array member `name` as a set; a key that the release does not know is a field error. */
err api_items(struct api_call *k, const char *name, struct itemset *ret);
/* Facts and head of the caller (subject_id 0: of the installation alone). */
err api_facts(struct api_call *k, struct facts *ret, struct head *ret_head);

/* For a handler whose last write is also the last thing that may fail: takes the answer as it stands, for
 * that write to keep with api_kept_answer (a row function; its argument is the call). An Idempotency-Key then
 * costs no write of its own at the end. Without a key both do nothing. */
err api_keep_answer(struct api_call *k);
err api_kept_answer(struct ctx *c, struct tx *tx, void *call);

/* ---- lists: {items: [...], next: cursor|null}
 * --------------------------------------------------------------------- */
enum { API_PAGE_DEFAULT = 20, API_PAGE_MAX = 100 };
struct api_page {
	int64_t before; /* from ?cursor=; 0: from the start. What it counts is the resource's business. */
	int limit;
	int count;    /* rows written so far */
	int64_t last; /* cursor of the last row written */
	bool more;    /* there was a further row */
};
/* Reads ?cursor= and ?limit= and opens {"items":[ . */
err api_page_open(struct api_call *k, struct api_page *p);
/* Call before writing each row with the row's cursor; false: the page is full, do not write. Ask the domain
 * for limit + 1 rows. */
bool api_page_row(struct api_page *p, int64_t cursor);
/* Closes the list, writes next and the closing brace. */
void api_page_close(struct api_call *k, struct api_page *p);
/* The same without the brace, for an answer that has more than its list. */
void api_page_next(struct api_call *k, struct api_page *p);

/* ---- tokens
 * -------------------------------------------------------------------------------------------------------- */
/* Hands a token to the client as its `transport` member wishes: sets the cookie tb_<name>, or answers true
 * when the handler is to write it into the body. Default: bearer. */
bool api_give_token(struct api_call *k, const char *name, const char *token, int64_t life_s);
void api_drop_cookie(struct api_call *k, const char *name);
/* life_s -1: until the browser is closed. */
void api_set_cookie(struct api_call *k, const char *name, const char *value, int64_t life_s);
/* The cookies that this request came with, set again: lasting, or until the browser is closed. */
void api_renew_cookies(struct api_call *k, bool lasting);
/* The token of this request: the bearer token, else the cookie tb_<name> (sets k->by_cookie). Empty: none. */
struct slice api_token(struct api_call *k, const char *cookie_name);

/* Defined in api/staff.c: resolves a staff session token, fills c->actor (ACTOR_STAFF) and answers OK, or
 * ERR_LOGIN. */
err api_staff_resolve(struct api_call *k, struct slice token);

/* Waits until `ms` after the request arrived, so that answers about known and unknown people take alike long.
 */
void api_even_out(const struct api_call *k, int ms);

/* ---- the server
 * ---------------------------------------------------------------------------------------------------- */
struct security_env; /* ops/security.h */
struct api_options {
	struct clock *clock;
	struct store *store;
	struct keys *keys;
	struct ledger *ledger;
	struct connectors *connectors;
	struct releases *releases;     /* of the store */
	const struct release *release; /* instead of releases, where there is no store of them */
	const char *web_dir;	       /* NULL: no web app */
	const char *cities_dir;	       /* its common/clauses.txt; NULL: no list of clauses */
	bool cookies_secure;	       /* behind TLS: cookies get Secure */
	bool (*ready)(void *);	       /* for /readyz; may be NULL */
	void *ready_user;
	const struct security_env *security; /* for the self-check; may be NULL */
};
struct api *api_new(const struct api_options *o);
void api_free(struct api *api);
/* What the server refused as malformed before any route; and all that was counted, into the store. */
void api_count_attacks(struct api *api, int64_t more);
err api_attempts_flush(struct api *api, struct ctx *c);
const struct api_options *api_options(const struct api *api);
/* The routes for http_start; `user` of the http server must be the api. Lives as long as the api. */
const struct http_route *api_http_routes(struct api *api, size_t *ret_count);
/* For http_options.problem. */
void api_server_problem(void *api, int status, struct http_response *a);
/* The OpenAPI 3.1 document of all routes. */
void api_openapi(struct buf *ret);

/* Writes a NULL-safe named value {"key": …, "name": …}. */
void api_put_named(struct json *j, const char *member, const char *key, const char *name);
