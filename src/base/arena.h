/* One arena per request, emptied once. Secrets never enter an arena (crypto/secret.h).
 *
 * Built with -DTB_ARENA_MALLOC (the sanitizer builds), each allocation is a malloc of its own, so that the
 * sanitizers see overruns. */
#pragma once

#include "base/slice.h"
#include <stdarg.h>

struct arena;

/* max_size bounds everything the arena will ever hand out, in bytes. Aborts when memory is exhausted. */
struct arena *arena_new(size_t max_size);
void arena_clear(struct arena *a);

/* In a loop without an end of its own: what was handed out since the mark is given back. Not after a failure,
 * whose texts may stand there. */
struct arena_mark {
	void *block;
	size_t used, total;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
void arena_free(struct arena *a);

/* Zeroed memory, aligned for any type. Never NULL: a request that outgrows its arena is a bug in a limit
 * further out, and aborts. */
void *arena_alloc(struct arena *a, size_t size);

/* Copies with a terminating NUL. */
char *arena_copy(struct arena *a, struct slice text);
struct slice arena_slice(struct arena *a, struct slice text);

__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *fmt, ...);

/* One zeroed object, or an array of them. */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (count)))
