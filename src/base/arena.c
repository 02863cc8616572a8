#include "base/arena.h"
#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* newest first */
	size_t total, max_size;
};

struct arena *arena_new(size_t max_size)
{
	struct arena *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->max_size = max_size;
	return a;
}

static struct block *block_add(struct arena *a, size_t size)
{
	if (size > a->max_size - a->total) {
		fprintf(stderr, "arena: limit of %zu bytes reached\n", a->max_size);
		abort();
	}
	struct block *b = malloc(sizeof *b + size);
	if (!b)
		abort();
	*b = (struct block){.next = a->blocks, .size = size};
	a->blocks = b;
	a->total += size;
	return b;
}

/* An arena that was cleared keeps one ordinary block, so that a busy connection stops asking malloc. */
void arena_clear(struct arena *a)
{
	struct block *keep = NULL;

	while (a->blocks) {
		struct block *next = a->blocks->next;
		if (!keep && a->blocks->size == BLOCK_SIZE)
			keep = a->blocks;
		else
			free(a->blocks);
		a->blocks = next;
	}
	a->total = 0;
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
		a->total = keep->size;
		a->blocks = keep;
	}
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->blocks, a->blocks ? a->blocks->used : 0, a->total};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->blocks != m.block) {
		struct block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
	if (a->blocks)
		a->blocks->used = m.used;
	a->total = m.total;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->blocks) {
		struct block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	struct block *b = a->blocks;

	assert(rounded >= size);
#ifdef TB_ARENA_MALLOC
	b = block_add(a, rounded);
#else
	if (!b || b->size - b->used < rounded)
		b = block_add(a, rounded > BLOCK_SIZE / 4 ? rounded : BLOCK_SIZE);
#endif
	void *p = b->bytes + b->used;
	b->used += rounded;
	return memset(p, 0, size);
}

char *arena_copy(struct arena *a, struct slice text)
{
	char *p = arena_alloc(a, text.n + 1);

	if (text.n)
		memcpy(p, text.p, text.n);
	return p;
}

struct slice arena_slice(struct arena *a, struct slice text)
{
	return (struct slice){arena_copy(a, text), text.n};
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char small[256];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n < sizeof small)
		return arena_copy(a, (struct slice){small, (size_t)n});
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
