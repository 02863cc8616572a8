/* A connection has at most one request in progress; pipelined bytes wait in its input buffer, so that answers
 * leave in order. */
#include "http/server.h"

#include <stdlib.h>

enum { INPUT_MIN_BYTES = 4096, INPUT_MAX_BYTES = 32768, LINGER_MS = 2000 };
/* Twice the largest body of any route: who sent somewhat more than allowed must not be cut off before reading
 * why. */
enum { LINGER_MAX_BYTES = 16 << 20 };
/* Whoever moves at least this much within a body's time is slow, not hostile, and gets the time again. */
enum { PROGRESS_MIN_BYTES = 65536 };
enum { WAIT = -1 }; /* more bytes are needed; other results are 0 or a status */

enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_BUSY, PHASE_WRITE, PHASE_LINGER, PHASE_DEAD };

struct connection {
	union stream stream; /* first: a handle is its connection */
	struct loop *loop;
	struct deadline deadline;
	enum phase phase;
	bool ended;  /* the peer sent its last byte */
	bool paused; /* reading is stopped while the input buffer is full */
	bool keep;   /* another request may follow the answer being written */
	struct job *job;
	struct head_gate gate;
	char *input; /* input[position..size) is unread */
	size_t capacity, size, position;
	char *tail;	    /* what the socket did not take at once */
	size_t moved_bytes; /* since the deadline was set; of the body, or in PHASE_LINGER */
	size_t unwritten_bytes;
	uv_write_t write;
	uv_shutdown_t shutdown;
	char peer[INET6_ADDRSTRLEN];
};

static void advance(struct connection *c);
static void update_reading(struct connection *c);

static void *grown(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p)
		abort();
	return p;
}

/* A phase has one deadline, whatever trickles in. */
static void enter(struct connection *c, enum phase phase)
{
	const struct http_options *o = &c->loop->server->options;
	const int ms[] = {o->idle_ms, o->head_ms, o->body_ms, 0, o->body_ms, LINGER_MS};

	if (c->phase == phase && phase != PHASE_IDLE)
		return;
	c->phase = phase;
	c->moved_bytes = 0;
	if (phase == PHASE_BUSY)
		deadline_cancel(&c->loop->wheel, &c->deadline);
	else
		deadline_arm(&c->loop->wheel, &c->deadline, (unsigned)ms[phase]);
}

/* ---- the end of a connection ---- */

static void on_closed(uv_handle_t *h)
{
	struct connection *c = (struct connection *)h;

	c->loop->connections--;
	atomic_fetch_sub_explicit(&c->loop->server->connections, 1, memory_order_relaxed);
	free(c->input);
	free(c->tail);
	free(c);
}

static void destroy(struct connection *c)
{
	if (c->phase == PHASE_DEAD)
		return;
	if (c->job && c->phase == PHASE_BUSY)
		c->job->connection = NULL; /* a worker has it; it is freed when it comes back */
	else
		job_free(c->job);
	c->job = NULL;
	deadline_cancel(&c->loop->wheel, &c->deadline);
	c->phase = PHASE_DEAD;
	uv_close(&c->stream.handle, on_closed);
}

void connection_close(uv_handle_t *h, bool idle_only)
{
	struct connection *c = (struct connection *)h;

	if (!idle_only || c->phase == PHASE_IDLE || (c->phase == PHASE_HEAD && c->size == 0))
		destroy(c);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	if (status < 0)
		destroy(request->data);
}

/* Half-close and read on for a moment: a close with unread bytes would reset the answer away. */
static void linger(struct connection *c)
{
	if (c->ended) {
		destroy(c);
		return;
	}
	enter(c, PHASE_LINGER);
	c->size = c->position = 0;
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, &c->stream.stream, on_shutdown))
		destroy(c);
}

/* ---- answers ---- */

static void answered(struct connection *c)
{
	job_free(c->job);
	c->job = NULL;
	if (c->keep && !c->loop->draining)
		enter(c, PHASE_IDLE);
	else
		linger(c);
}

static void on_written(uv_write_t *w, int status)
{
	struct connection *c = w->data;

	free(c->tail);
	c->tail = NULL;
	if (c->phase != PHASE_WRITE)
		return;
	if (status < 0) {
		destroy(c);
		return;
	}
	answered(c);
	advance(c);
	update_reading(c);
}

/* Copies what is left of the parts behind `skip` bytes, and lets libuv write it when the socket can. */
static void write_tail(struct connection *c, const uv_buf_t *parts, unsigned count, size_t skip, size_t total)
{
	size_t size = 0;

	c->tail = grown(NULL, total - skip);
	for (unsigned i = 0; i < count; i++) {
		if (skip >= parts[i].len) {
			skip -= parts[i].len;
			continue;
		}
		memcpy(c->tail + size, parts[i].base + skip, parts[i].len - skip);
		size += parts[i].len - skip;
		skip = 0;
	}
	uv_buf_t rest = uv_buf_init(c->tail, (unsigned)size);
	c->unwritten_bytes = size;
	c->write.data = c;
	enter(c, PHASE_WRITE);
	if (uv_write(&c->write, &c->stream.stream, &rest, 1, on_written))
		destroy(c);
}

/* True when the socket took all of it; otherwise the connection writes on, or is gone. */
static bool put(struct connection *c, const uv_buf_t *parts, unsigned count)
{
	size_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += parts[i].len;
	int written = uv_try_write(&c->stream.stream, parts, count);
	if (written == UV_EAGAIN)
		written = 0;
	if (written < 0) {
		destroy(c);
		return false;
	}
	if ((size_t)written == total)
		return true;
	write_tail(c, parts, count, (size_t)written, total);
	return false;
}

static uv_buf_t part(struct slice s)
{
	return (uv_buf_t){.base = (char *)(uintptr_t)s.p, .len = s.n};
}

static void send_response(struct connection *c, const struct http_response *a, bool keep, bool with_body)
{
	char head[RESPONSE_HEAD_MAX_BYTES];

	c->keep = keep && !c->loop->draining;
	size_t head_size = response_head(a, c->loop->date, c->keep, head);
	struct slice body = with_body && !status_has_no_body(a->status) ? buf_slice(&a->body) : SLICE("");
	const uv_buf_t parts[] = {part(slice_bytes(head, head_size)), part(buf_slice(&a->headers)),
				  part(SLICE("\r\n")), part(body)};
	if (put(c, parts, body.n > 0 ? 4 : 3))
		answered(c);
}

static void send_job_response(struct connection *c)
{
	const struct message *m = &c->job->message;

	send_response(c, &c->job->response, m->keep_alive, !slice_is(m->method, "HEAD"));
}

/* Refuses what cannot be read on: the connection ends with the answer. A job without route brings its own. */
static void refuse(struct connection *c, int status)
{
	struct http_response a;

	response_init(&a);
	if (c->job && c->job->response.status == status) {
		a = c->job->response;
		response_init(&c->job->response);
	} else {
		problem_response(c->loop->server, status, &a);
	}
	job_free(c->job);
	c->job = NULL;
	send_response(c, &a, false, true);
	response_release(&a);
}

void connection_answer(struct job *j)
{
	struct connection *c = j->connection;

	if (!c) {
		job_free(j);
		return;
	}
	c->phase = PHASE_HEAD; /* the job is the connection's own again */
	deadline_arm(&c->loop->wheel, &c->deadline, (unsigned)c->loop->server->options.head_ms);
	send_job_response(c);
	advance(c);
	update_reading(c);
}

/* ---- requests ---- */

/* Finds the route of a head. False when there is none; the response then says so. */
static bool find_route(struct job *j)
{
	struct http_server *s = j->loop->server;
	char allow[ALLOW_SIZE];

	j->route = router_find(s->router, j->message.method, j->path, j->params, allow);
	if (j->route)
		return true;
	problem_response(s, allow[0] ? 405 : 404, &j->response);
	if (allow[0])
		http_set_header(&j->response, "Allow", allow);
	return false;
}

/* A whole request: to the workers, or an answer at once. */
static void dispatch(struct connection *c)
{
	struct http_server *s = c->loop->server;
	struct job *j = c->job;

	c->gate = (struct head_gate){0};
	atomic_fetch_add_explicit(&s->requests, 1, memory_order_relaxed);
	if (!j->route) {
		send_job_response(c);
		return;
	}
	if (j->route->flags & HTTP_INLINE) {
		job_answer(j, c->loop->arena);
		arena_clear(c->loop->arena);
		send_job_response(c);
		return;
	}
	j->connection = c;
	enter(c, PHASE_BUSY);
	handoff_add(j);
}

/* Decides about a body before its first byte: 0, or the status to refuse with. */
static int admit_body(struct connection *c)
{
	struct job *j = c->job;
	struct message *m = &j->message;

	if (!find_route(j))
		return m->complete ? 0 : j->response.status;
	if (m->content_length > j->route->body_max)
		return 413;
	m->body.max_size = j->route->body_max;
	return 0;
}

static int read_head(struct connection *c)
{
	struct slice bytes = {c->input + c->position, c->size - c->position};
	size_t head_size = 0;
	int status = head_gate_check(&c->gate, bytes, &head_size);

	if (status == GATE_MORE) {
		enter(c, PHASE_HEAD);
		return WAIT;
	}
	if (status != GATE_WHOLE)
		return status;
	c->job = job_new(c->loop, (struct slice){bytes.p, head_size}, &status);
	if (!c->job)
		return status;
	c->position += head_size;
	memcpy(c->job->peer, c->peer, sizeof c->peer);
	return admit_body(c);
}

static int read_body(struct connection *c)
{
	struct slice bytes = {c->input + c->position, c->size - c->position};
	size_t used = 0;
	int status = message_read_body(&c->job->message, bytes, &used);

	c->position += used;
	c->moved_bytes += used;
	return status;
}

/* After a head whose body is still to come. False when the connection is gone. */
static bool await_body(struct connection *c)
{
	const uv_buf_t go_on = part(SLICE("HTTP/1.1 100 Continue\r\n\r\n"));

	enter(c, PHASE_BODY);
	if (!c->job->message.expects_continue || c->position < c->size)
		return true;
	if (uv_try_write(&c->stream.stream, &go_on, 1) == (int)go_on.len)
		return true;
	destroy(c);
	return false;
}

static void compact(struct connection *c)
{
	if (c->position > 0) {
		memmove(c->input, c->input + c->position, c->size - c->position);
		c->size -= c->position;
		c->position = 0;
	}
	if (c->phase == PHASE_IDLE && c->size == 0 && c->capacity > INPUT_MIN_BYTES) {
		free(c->input);
		c->input = NULL;
		c->capacity = 0;
	}
}

/* Runs a connection as far as its input allows. */
static void advance(struct connection *c)
{
	while (c->phase <= PHASE_BODY && c->position < c->size) {
		int status = c->phase == PHASE_BODY ? read_body(c) : read_head(c);
		if (status == WAIT)
			break;
		if (status)
			refuse(c, status);
		else if (c->job->message.complete)
			dispatch(c);
		else if (c->phase != PHASE_BODY && !await_body(c))
			return;
	}
	if (c->phase == PHASE_DEAD)
		return;
	if (c->ended && c->phase <= PHASE_BODY) {
		destroy(c); /* nothing more can complete */
		return;
	}
	compact(c);
}

/* ---- bytes ---- */

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *ret)
{
	struct connection *c = (struct connection *)h;

	(void)hint;
	if (c->phase == PHASE_LINGER)
		c->size = 0;
	if (c->capacity - c->size < 1024 && c->capacity < INPUT_MAX_BYTES) {
		c->capacity = c->capacity ? c->capacity * 2 : INPUT_MIN_BYTES;
		c->input = grown(c->input, c->capacity);
	}
	*ret = uv_buf_init(c->input + c->size, (unsigned)(c->capacity - c->size));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = (struct connection *)stream;

	(void)buf;
	if (n == 0)
		return;
	if (n < 0 && n != UV_EOF) {
		destroy(c);
		return;
	}
	if (c->phase == PHASE_LINGER) {
		c->moved_bytes += n > 0 ? (size_t)n : 0;
		if (n < 0 || c->moved_bytes > LINGER_MAX_BYTES)
			destroy(c);
		return;
	}
	if (n < 0) {
		c->ended = true;
		uv_read_stop(stream);
	} else {
		c->size += (size_t)n;
	}
	advance(c);
	update_reading(c);
}

/* Stops while the buffer is full, starts again when it is not. */
static void update_reading(struct connection *c)
{
	bool full = c->phase != PHASE_LINGER && c->size == INPUT_MAX_BYTES;

	if (c->phase == PHASE_DEAD || c->ended || full == c->paused)
		return;
	c->paused = full;
	if (full)
		uv_read_stop(&c->stream.stream);
	else if (uv_read_start(&c->stream.stream, on_alloc, on_read))
		destroy(c);
}

/* ---- deadlines ---- */

static bool write_progressed(struct connection *c)
{
	size_t left = uv_stream_get_write_queue_size(&c->stream.stream);
	bool progressed = left + PROGRESS_MIN_BYTES <= c->unwritten_bytes;

	c->unwritten_bytes = left;
	return progressed;
}

static void arm_again(struct connection *c)
{
	c->moved_bytes = 0;
	deadline_arm(&c->loop->wheel, &c->deadline, (unsigned)c->loop->server->options.body_ms);
}

void connection_expired(struct deadline *d)
{
	struct connection *c = (struct connection *)((char *)d - offsetof(struct connection, deadline));

	if (c->phase == PHASE_BODY && c->moved_bytes >= PROGRESS_MIN_BYTES)
		arm_again(c);
	else if (c->phase == PHASE_WRITE && write_progressed(c))
		arm_again(c);
	else if (c->phase == PHASE_BODY || (c->phase == PHASE_HEAD && c->size > 0))
		refuse(c, 408);
	else
		destroy(c);
	update_reading(c);
}

/* ---- the beginning of a connection ---- */

static void read_peer(struct connection *c)
{
	struct sockaddr_storage address;
	int size = sizeof address;

	if (uv_tcp_getpeername(&c->stream.tcp, (struct sockaddr *)&address, &size) != 0)
		return;
	if (address.ss_family == AF_INET)
		uv_ip4_name((const struct sockaddr_in *)&address, c->peer, sizeof c->peer);
	else
		uv_ip6_name((const struct sockaddr_in6 *)&address, c->peer, sizeof c->peer);
}

void connection_accept(struct loop *l)
{
	struct http_server *s = l->server;
	struct connection *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->loop = l;
	bool is_unix = s->socket_path[0];
	if (is_unix)
		uv_pipe_init(&l->uv, &c->stream.pipe, 0);
	else
		uv_tcp_init(&l->uv, &c->stream.tcp);
	l->connections++;
	int count = atomic_fetch_add_explicit(&s->connections, 1, memory_order_relaxed) + 1;
	enter(c, PHASE_HEAD);
	deadline_arm(&l->wheel, &c->deadline, (unsigned)s->options.head_ms);
	if (uv_accept(&l->listener.stream, &c->stream.stream) || count > s->options.connections_max) {
		destroy(c);
		return;
	}
	if (!is_unix) {
		uv_tcp_nodelay(&c->stream.tcp, 1);
		read_peer(c);
	}
	if (uv_read_start(&c->stream.stream, on_alloc, on_read))
		destroy(c);
}
