/* Life and death of a server and its loops. */
#include "http/server.h"

#include "http/listen.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Untouched pages of a stack cost nothing. jansson's recursion over hostile nesting needs some hundred
 * kilobytes; the sanitizers' frames are larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_BYTES = 4 << 20 };
#else
enum { STACK_BYTES = 1 << 20 };
#endif

/* ---- one loop ---- */

static void set_date(struct loop *l)
{
	time_t now = time(NULL);
	struct tm tm = {0};

	if (now == l->date_at)
		return;
	l->date_at = now;
	gmtime_r(&now, &tm);
	strftime(l->date, sizeof l->date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
}

static bool is_connection(const struct loop *l, const uv_handle_t *h)
{
	return (h->type == UV_TCP || h->type == UV_NAMED_PIPE) && h != &l->listener.handle &&
	       !uv_is_closing(h);
}

static void close_idle(uv_handle_t *h, void *loop)
{
	if (is_connection(loop, h))
		connection_close(h, true);
}

static void close_any(uv_handle_t *h, void *loop)
{
	if (is_connection(loop, h))
		connection_close(h, false);
}

static void begin_drain(struct loop *l)
{
	l->draining = true;
	l->drain_end = l->wheel.tick + (unsigned)l->server->options.drain_ms / l->wheel.tick_ms + 1;
	uv_close(&l->listener.handle, NULL);
	uv_walk(&l->uv, close_idle, l);
}

static void on_tick(uv_timer_t *t)
{
	struct loop *l = t->data;

	set_date(l);
	wheel_turn(&l->wheel, connection_expired);
	if (!l->draining)
		return;
	if (l->wheel.tick >= l->drain_end)
		uv_walk(&l->uv, close_any, l);
	if (l->connections == 0)
		uv_stop(&l->uv);
}

static void on_wake(uv_async_t *a)
{
	struct loop *l = a->data;

	handoff_take_answers(l);
	if (atomic_load(&l->server->stopping) && !l->draining)
		begin_drain(l);
}

static void on_connection(uv_stream_t *listener, int status)
{
	if (status == 0)
		connection_accept(listener->data);
}

static void loop_main(void *arg)
{
	struct loop *l = arg;
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

/* Every loop listens on a copy of the same socket; the kernel wakes whoever is free. */
static int loop_listen(struct loop *l, int fd, bool is_unix)
{
	int copy = dup(fd);

	if (copy < 0)
		return UV_EMFILE;
	if (is_unix)
		uv_pipe_init(&l->uv, &l->listener.pipe, 0);
	else
		uv_tcp_init(&l->uv, &l->listener.tcp);
	int e = is_unix ? uv_pipe_open(&l->listener.pipe, copy) : uv_tcp_open(&l->listener.tcp, copy);
	if (e) {
		close(copy);
		return e;
	}
	l->listener.handle.data = l;
	return uv_listen(&l->listener.stream, SOMAXCONN, on_connection);
}

static unsigned tick_of(const struct http_options *o)
{
	int shortest = o->head_ms < o->body_ms ? o->head_ms : o->body_ms;
	int tick = (shortest < o->idle_ms ? shortest : o->idle_ms) / 4;
	return (unsigned)(tick < 10 ? 10 : tick > 250 ? 250 : tick);
}

static int loop_start(struct loop *l, struct http_server *s)
{
	int e = uv_loop_init(&l->uv);
	if (e)
		return e;
	l->server = s;
	l->arena = arena_new(s->options.arena_max);
	handoff_start(l);
	l->wheel.tick_ms = tick_of(&s->options);
	set_date(l);
	uv_timer_init(&l->uv, &l->ticker);
	l->ticker.data = l;
	uv_timer_start(&l->ticker, on_tick, l->wheel.tick_ms, l->wheel.tick_ms);
	e = uv_async_init(&l->uv, &l->wake, on_wake);
	l->wake.data = l;
	if (!e)
		e = loop_listen(l, s->listener_fd, s->socket_path[0]);
	if (!e)
		e = uv_thread_create(&l->thread, loop_main, l);
	l->running = e == 0;
	return e;
}

static void close_handle(uv_handle_t *h, void *unused)
{
	(void)unused;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

/* After its thread and all workers have ended. */
static void loop_release(struct loop *l)
{
	if (!l->server)
		return;
	handoff_end(l); /* jobs that were answered after the loop's end */
	uv_walk(&l->uv, close_any, l);
	uv_run(&l->uv, UV_RUN_NOWAIT);
	uv_walk(&l->uv, close_handle, NULL);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uv_loop_close(&l->uv);
	job_spares_free(l);
	arena_free(l->arena);
}

/* ---- the server ---- */

static void set_default(int *value, int standard)
{
	if (*value <= 0)
		*value = standard;
}

static void fill_defaults(struct http_options *o)
{
	set_default(&o->loops, 1);
	set_default(&o->workers, 128);
	set_default(&o->slow_workers, 2);
	set_default(&o->queue_max, 1024);
	set_default(&o->slow_queue_max, 64);
	set_default(&o->head_ms, 5000);
	set_default(&o->body_ms, 15000);
	set_default(&o->idle_ms, 60000);
	set_default(&o->drain_ms, 10000);
	set_default(&o->connections_max, 4096);
	if (o->arena_max == 0)
		o->arena_max = 32 << 20;
}

static bool start_pools(struct http_server *s)
{
	const struct http_options *o = &s->options;
	struct pool_options fast = {o->workers, o->queue_max, STACK_BYTES, o->arena_max};
	struct pool_options slow = {o->slow_workers, o->slow_queue_max, STACK_BYTES, o->arena_max};

	s->fast = pool_new(&fast);
	s->slow = pool_new(&slow);
	return s->fast && s->slow;
}

static bool start_loops(struct http_server *s, char ret_message[static 200])
{
	s->loops = calloc((size_t)s->options.loops, sizeof *s->loops);
	if (!s->loops)
		abort();
	for (int i = 0; i < s->options.loops; i++) {
		int e = loop_start(&s->loops[i], s);
		if (e) {
			snprintf(ret_message, 200, "%s", uv_strerror(e));
			return false;
		}
	}
	return true;
}

static bool start_parts(struct http_server *s, const struct http_route *routes, size_t count,
			char ret_message[static 200])
{
	s->router = router_new(routes, count);
	if (!s->router) {
		snprintf(ret_message, 200, "two routes are the same, or a pattern is malformed");
		return false;
	}
	if (!listener_open(s, ret_message))
		return false;
	if (!start_pools(s)) {
		snprintf(ret_message, 200, "the workers could not be started");
		return false;
	}
	return start_loops(s, ret_message);
}

struct http_server *http_start(const struct http_options *o, const struct http_route *routes,
			       size_t route_count, char ret_message[static 200])
{
	struct http_server *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	signal(SIGPIPE, SIG_IGN); /* libuv writes without MSG_NOSIGNAL */
	s->options = *o;
	fill_defaults(&s->options);
	s->listener_fd = -1;
	if (start_parts(s, routes, route_count, ret_message))
		return s;
	http_stop(s);
	return NULL;
}

int http_port(const struct http_server *s)
{
	return s->port;
}

static void stop_loops(struct http_server *s)
{
	atomic_store(&s->stopping, true);
	for (int i = 0; s->loops && i < s->options.loops; i++) {
		if (s->loops[i].running)
			uv_async_send(&s->loops[i].wake);
	}
	for (int i = 0; s->loops && i < s->options.loops; i++) {
		if (s->loops[i].running)
			uv_thread_join(&s->loops[i].thread);
	}
}

static void stop_pool(struct pool *p)
{
	struct work *left = p ? pool_stop(p) : NULL;

	while (left) {
		struct work *next = left->next;
		job_free((struct job *)left); /* its connection was closed when draining took too long */
		left = next;
	}
	pool_free(p);
}

void http_stop(struct http_server *s)
{
	if (!s)
		return;
	if (s->socket_path[0])
		unlink(s->socket_path);
	if (s->listener_fd >= 0)
		close(s->listener_fd);
	stop_loops(s);
	stop_pool(s->fast);
	stop_pool(s->slow);
	for (int i = 0; s->loops && i < s->options.loops; i++)
		loop_release(&s->loops[i]);
	free(s->loops);
	router_free(s->router);
	free(s);
}

void http_stats_get(const struct http_server *s, struct http_stats *ret)
{
	*ret = (struct http_stats){
		.requests = atomic_load(&s->requests),
		.refused = atomic_load(&s->refused),
		.connections = atomic_load(&s->connections),
		.queue_fast = pool_queued(s->fast),
		.queue_slow = pool_queued(s->slow),
	};
}
