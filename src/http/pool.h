/* A bounded queue and the workers that empty it. */
#pragma once

#include "base/arena.h"

struct work {
	struct work *next;
	int limit; /* refused when the queue holds that many; 0: only when it is full */
	void (*run)(struct work *w, struct arena *arena); /* on a worker; the arena is cleared behind it */
};

struct pool;

struct pool_options {
	int workers, queue_max;
	size_t stack_bytes, arena_max_bytes;
};

/* NULL when a thread could not be started. */
struct pool *pool_new(const struct pool_options *o);

struct work_list {
	struct work *first, *last; /* first NULL: empty */
};
void work_list_add(struct work_list *l, struct work *w);

/* Takes all of the list, which is empty afterwards; hands back those that were refused. */
struct work *pool_submit(struct pool *p, struct work_list *l);
int pool_queued(struct pool *p);
int pool_queue_max(const struct pool *p);

/* Waits for the running works; hands back those that no worker had begun, as a list. */
struct work *pool_stop(struct pool *p);
void pool_free(struct pool *p);
