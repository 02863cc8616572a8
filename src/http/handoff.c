/* Requests on their way to the workers and back, many at a time: a futex and an eventfd cost more than the
 * rest of a small request.
 *
 * The loop collects what one turn brings and gives it to the pools before it sleeps. An answer wakes the loop
 * only when it sleeps: it says so, then looks a last time; a worker pushes, then looks whether the loop
 * sleeps. Both orders are total (seq_cst), so that one of them sees the other. */
#include "http/server.h"

/* The answers that lie ready, the first given first. */
static struct job *take_done(struct loop *l)
{
	struct job *newest = atomic_exchange(&l->done, NULL), *oldest = NULL;

	while (newest) {
		struct job *next = newest->next_done;
		newest->next_done = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

void handoff_take_answers(struct loop *l)
{
	for (struct job *j = take_done(l), *next; j; j = next) {
		next = j->next_done;
		connection_answer(j);
	}
}

void job_run(struct work *w, struct arena *arena)
{
	struct job *j = (struct job *)w;
	struct loop *l = j->loop;
	struct job *head = atomic_load_explicit(&l->done, memory_order_relaxed);

	job_answer(j, arena);
	do
		j->next_done = head;
	while (!atomic_compare_exchange_weak(&l->done, &head, j));
	if (atomic_load(&l->asleep) && atomic_exchange(&l->asleep, false))
		uv_async_send(&l->wake);
}

void handoff_add(struct job *j)
{
	struct http_server *s = j->loop->server;
	bool slow = j->route->pool == HTTP_SLOW;
	struct pool *pool = slow ? s->slow : s->fast;
	struct work_list *list = slow ? &j->loop->to_slow : &j->loop->to_fast;

	/* optional panels are given up first, at half of the queue */
	j->work.limit = j->route->flags & HTTP_OPTIONAL ? (pool_queue_max(pool) + 1) / 2 : 0;
	work_list_add(list, &j->work);
}

static void refuse_all(struct loop *l, struct work *refused)
{
	for (struct work *next; refused; refused = next) {
		struct job *j = (struct job *)refused;
		next = refused->next;
		problem_response(l->server, 503, &j->response);
		connection_answer(j);
	}
}

/* A refusal's connection may have the next request at hand already. */
static void submit(struct loop *l)
{
	while (l->to_fast.first || l->to_slow.first) {
		struct work *refused_fast = pool_submit(l->server->fast, &l->to_fast);
		struct work *refused_slow = pool_submit(l->server->slow, &l->to_slow);
		refuse_all(l, refused_fast);
		refuse_all(l, refused_slow);
	}
}

/* Before the loop sleeps. */
static void on_prepare(uv_prepare_t *prepare)
{
	struct loop *l = prepare->data;

	for (;;) {
		submit(l);
		atomic_store(&l->asleep, true);
		if (!atomic_load(&l->done))
			return;
		atomic_store(&l->asleep, false);
		handoff_take_answers(l);
	}
}

static void on_check(uv_check_t *check)
{
	struct loop *l = check->data;
	atomic_store_explicit(&l->asleep, false, memory_order_relaxed);
}

void handoff_start(struct loop *l)
{
	uv_prepare_init(&l->uv, &l->before_sleep);
	uv_check_init(&l->uv, &l->after_sleep);
	l->before_sleep.data = l->after_sleep.data = l;
	uv_prepare_start(&l->before_sleep, on_prepare);
	uv_check_start(&l->after_sleep, on_check);
}

static void free_list(struct work_list *list)
{
	for (struct work *w = list->first, *next; w; w = next) {
		next = w->next;
		job_free((struct job *)w);
	}
	*list = (struct work_list){0};
}

void handoff_end(struct loop *l)
{
	handoff_take_answers(l);
	free_list(&l->to_fast);
	free_list(&l->to_slow);
	uv_prepare_stop(&l->before_sleep);
	uv_check_stop(&l->after_sleep);
}
