#include "http/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct worker {
	struct pool *pool;
	struct worker *next_idle;
	pthread_cond_t wake;
	bool woken;
	pthread_t thread;
	struct arena *arena;
};

struct pool {
	pthread_mutex_t lock;
	struct work_list queue;
	int queued, queue_max;
	bool waking;	     /* a worker was woken and has not looked at the queue yet */
	struct worker *idle; /* a stack: the worker that went idle last has the warmest stack and cache */
	bool stopping;
	struct worker *workers;
	int worker_count;
};

/* What follows is called with the lock held. */

static void wait_for_work(struct worker *w)
{
	struct pool *p = w->pool;

	w->woken = false;
	w->next_idle = p->idle;
	p->idle = w;
	while (!w->woken)
		pthread_cond_wait(&w->wake, &p->lock);
	p->waking = false;
}

static struct worker *pop_idle(struct pool *p)
{
	struct worker *w = p->idle;

	if (w) {
		p->idle = w->next_idle;
		p->waking = true;
		w->woken = true;
	}
	return w;
}

/* Whom to wake for the queue, or NULL. One at a time: whoever was woken wakes the next before it begins, if
 * work is left by then. When handlers are fast, a worker that is awake often empties the queue meanwhile, and
 * most wake-ups are saved. */
static struct worker *next_to_wake(struct pool *p)
{
	return p->queue.first && !p->waking ? pop_idle(p) : NULL;
}

static struct work *take(struct pool *p)
{
	struct work *work = p->queue.first;

	p->queue.first = work->next;
	p->queued--;
	return work;
}

/* Better without the lock: the woken worker wants it first thing. */
static void wake(struct worker *w)
{
	if (w)
		pthread_cond_signal(&w->wake);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		if (!p->queue.first) {
			wait_for_work(w);
			continue;
		}
		struct work *work = take(p);
		struct worker *next = next_to_wake(p);
		pthread_mutex_unlock(&p->lock);
		wake(next);
		work->run(work, w->arena);
		arena_clear(w->arena);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool start_worker(struct pool *p, const struct pool_options *o, const pthread_attr_t *attributes)
{
	struct worker *w = &p->workers[p->worker_count];

	w->pool = p;
	w->arena = arena_new(o->arena_max_bytes);
	pthread_cond_init(&w->wake, NULL);
	if (pthread_create(&w->thread, attributes, worker_main, w) != 0) {
		pthread_cond_destroy(&w->wake);
		arena_free(w->arena);
		return false;
	}
	p->worker_count++;
	return true;
}

struct pool *pool_new(const struct pool_options *o)
{
	struct pool *p = calloc(1, sizeof *p);
	struct worker *workers = calloc((size_t)o->workers, sizeof *workers);
	pthread_attr_t attributes;
	bool started = true;

	if (!p || !workers)
		abort();
	pthread_mutex_init(&p->lock, NULL);
	p->queue_max = o->queue_max;
	p->workers = workers;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, o->stack_bytes);
	for (int i = 0; i < o->workers && started; i++)
		started = start_worker(p, o, &attributes);
	pthread_attr_destroy(&attributes);
	if (started)
		return p;
	pool_stop(p);
	pool_free(p);
	return NULL;
}

void work_list_add(struct work_list *l, struct work *w)
{
	w->next = NULL;
	if (l->first)
		l->last->next = w;
	else
		l->first = w;
	l->last = w;
}

/* With the lock held. */
static bool enqueue(struct pool *p, struct work *w)
{
	int limit = w->limit > 0 && w->limit < p->queue_max ? w->limit : p->queue_max;

	if (p->queued >= limit || p->stopping)
		return false;
	work_list_add(&p->queue, w);
	p->queued++;
	return true;
}

struct work *pool_submit(struct pool *p, struct work_list *l)
{
	struct work_list refused = {0};

	if (!l->first)
		return NULL;
	pthread_mutex_lock(&p->lock);
	for (struct work *w = l->first, *next; w; w = next) {
		next = w->next;
		if (!enqueue(p, w))
			work_list_add(&refused, w);
	}
	struct worker *woken = next_to_wake(p);
	pthread_mutex_unlock(&p->lock);
	wake(woken);
	*l = (struct work_list){0};
	return refused.first;
}

int pool_queued(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	int queued = p->queued;
	pthread_mutex_unlock(&p->lock);
	return queued;
}

int pool_queue_max(const struct pool *p)
{
	return p->queue_max;
}

struct work *pool_stop(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	for (struct worker *w = pop_idle(p); w; w = pop_idle(p))
		wake(w);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->worker_count; i++)
		pthread_join(p->workers[i].thread, NULL);
	struct work *left = p->queue.first;
	p->queue = (struct work_list){0};
	p->queued = 0;
	return left;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->worker_count; i++) {
		pthread_cond_destroy(&p->workers[i].wake);
		arena_free(p->workers[i].arena);
	}
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p);
}
