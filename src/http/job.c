#include "http/request.h"
#include "http/server.h"

#include <stdlib.h>

/* Path and query of the target, both still percent-encoded. */
static void split_target(struct job *j)
{
	struct slice target = j->message.target;
	const char *mark = memchr(target.p, '?', target.n);

	j->path = mark ? (struct slice){target.p, (size_t)(mark - target.p)} : target;
	j->query = mark ? (struct slice){mark + 1, target.n - j->path.n - 1} : SLICE("");
}

#ifdef TB_ARENA_MALLOC
enum { SPARES_MAX = 0 }; /* the sanitizers see who uses a job that has ended */
#else
enum { SPARES_MAX = 64 };
#endif

static struct job *take_spare(struct loop *l)
{
	struct job *j = l->spare;

	if (j) {
		l->spare = j->next_done;
		l->spare_count--;
		return j;
	}
	j = calloc(1, sizeof *j);
	if (!j)
		abort();
	j->loop = l;
	j->work.run = job_run;
	response_init(&j->response);
	return j;
}

struct job *job_new(struct loop *l, struct slice head, int *ret_status)
{
	struct job *j = take_spare(l);
	int status = message_read_head(&j->message, head);

	if (status) {
		*ret_status = status;
		job_free(j);
		return NULL;
	}
	j->arrived_ns = uv_hrtime();
	split_target(j);
	return j;
}

static void destroy(struct job *j)
{
	message_release(&j->message);
	response_release(&j->response);
	free(j);
}

/* What belonged to one request must not be found by the next. */
void job_free(struct job *j)
{
	if (!j)
		return;
	struct loop *l = j->loop;
	message_clear(&j->message);
	response_reset(&j->response);
	j->connection = NULL;
	j->route = NULL;
	memset(j->params, 0, sizeof j->params);
	if (l->spare_count >= SPARES_MAX) {
		destroy(j);
		return;
	}
	j->next_done = l->spare;
	l->spare = j;
	l->spare_count++;
}

void job_spares_free(struct loop *l)
{
	for (struct job *j = l->spare, *next; j; j = next) {
		next = j->next_done;
		destroy(j);
	}
	l->spare = NULL;
	l->spare_count = 0;
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

void job_answer(struct job *j, struct arena *arena)
{
	struct http_server *s = j->loop->server;
	struct http_request q = {
		.method = j->message.method,
		.path = j->path,
		.query = j->query,
		.body = buf_slice(&j->message.body),
		.peer = s->socket_path[0] ? forwarded_peer(arena, &j->message) : j->peer,
		.arena = arena,
		.head = &j->message,
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
