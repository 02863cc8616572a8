/* A bounded queue and the workers that empty it. */
#pragma once

#include "base/arena.h"

struct work {
	struct work *next;
	void (*run)(struct work *w, struct arena *arena); /* on a worker; the arena is cleared behind it */
};

struct pool;

struct pool_options {
	int workers, queue_max;
	size_t stack_bytes, arena_max_bytes;
};

/* NULL when a thread could not be started. */
struct pool *pool_new(const struct pool_options *o);

/* False when the queue holds `limit` works or is full (limit 0: only when full). */
bool pool_submit(struct pool *p, struct work *w, int limit);
int pool_queued(struct pool *p);
int pool_queue_max(const struct pool *p);

/* Waits for the running works; hands back those that no worker had begun, as a list. */
struct work *pool_stop(struct pool *p);
void pool_free(struct pool *p);
