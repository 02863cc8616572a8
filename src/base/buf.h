/* A growable buffer that never grows past max_size; its first failure sticks, so a writer checks once, at the
 * end. The bytes are always followed by a NUL that does not count. */
#pragma once

#include "base/slice.h"

struct buf {
	char *data;
	size_t size, capacity, max_size;
	bool failed;
};

void buf_init(struct buf *b, size_t max_size);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *data, size_t size);
void buf_add_text(struct buf *b, const char *text);
void buf_add_slice(struct buf *b, struct slice s);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *fmt, ...);

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->data ? b->data : "", b->size};
}

#define BUF_SCOPED __attribute__((cleanup(buf_release))) struct buf
