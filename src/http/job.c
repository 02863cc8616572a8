#include "http/request.h"
#include "http/server.h"

#include <stdlib.h>

/* Path and query of the target, both still percent-encoded. */
static void split_target(struct job *j)
{
	struct slice target = j->message->target;
	const char *mark = memchr(target.p, '?', target.n);

	j->path = mark ? (struct slice){target.p, (size_t)(mark - target.p)} : target;
	j->query = mark ? (struct slice){mark + 1, target.n - j->path.n - 1} : SLICE("");
}

struct job *job_new(struct loop *l, struct message *m)
{
	struct job *j = calloc(1, sizeof *j);

	if (!j)
		abort();
	j->loop = l;
	j->message = m;
	j->arrived_ns = uv_hrtime();
	j->work.run = job_run;
	split_target(j);
	response_init(&j->response);
	return j;
}

void job_free(struct job *j)
{
	if (!j)
		return;
	message_free(j->message);
	response_release(&j->response);
	free(j);
}

void problem_response(struct http_server *s, int status, struct http_response *ret)
{
	response_release(ret);
	response_init(ret);
	ret->status = status;
	atomic_fetch_add_explicit(&s->refused, 1, memory_order_relaxed);
	if (status == 503)
		http_set_header(ret, "Retry-After", "1");
	if (s->options.problem)
		s->options.problem(s->options.user, status, ret);
}

static bool decode_params(const struct job *j, struct http_request *q)
{
	size_t last = ROUTE_PARAMS_MAX;

	while (last > 0 && !j->params[last - 1].p)
		last--;
	for (size_t i = 0; i < last; i++) {
		bool rest = i + 1 == last && strstr(j->route->pattern, "...}");
		if (!param_decode(q->arena, j->params[i], rest, &q->params[i]))
			return false;
	}
	return true;
}

static void call_handler(struct job *j, struct arena *arena)
{
	struct http_server *s = j->loop->server;
	struct http_request q = {
		.method = j->message->method,
		.path = j->path,
		.query = j->query,
		.body = buf_slice(&j->message->body),
		.peer = s->socket_path[0] ? forwarded_peer(arena, j->message) : j->peer,
		.arena = arena,
		.head = j->message,
		.arrived_ns = j->arrived_ns,
	};

	if (!decode_params(j, &q)) {
		problem_response(s, 400, &j->response);
		return;
	}
	j->route->handler(s->options.user, &q, &j->response, j->route->route_user);
	if (j->response.body.failed || j->response.headers.failed)
		problem_response(s, 500, &j->response);
}

void job_run(struct work *w, struct arena *arena)
{
	struct job *j = (struct job *)w;
	struct loop *l = j->loop;

	call_handler(j, arena);
	struct job *head = atomic_load_explicit(&l->done, memory_order_relaxed);
	do
		j->next_done = head;
	while (!atomic_compare_exchange_weak_explicit(&l->done, &head, j, memory_order_release,
						      memory_order_relaxed));
	if (!head)
		uv_async_send(&l->wake);
}
