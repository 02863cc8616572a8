#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max_size)
{
	*b = (struct buf){.max_size = max_size};
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.max_size = b->max_size};
}

void buf_clear(struct buf *b)
{
	b->size = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Makes room for size more bytes and the NUL. */
static bool reserve(struct buf *b, size_t size)
{
	if (b->failed || size > b->max_size - b->size) {
		b->failed = true;
		return false;
	}
	if (b->size + size + 1 <= b->capacity)
		return true;
	size_t capacity = (b->size + size + 1) * 2;
	if (capacity < 256)
		capacity = 256;
	if (capacity > b->max_size + 1)
		capacity = b->max_size + 1;
	char *p = realloc(b->data, capacity);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->data = p;
	b->capacity = capacity;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t size)
{
	if (!reserve(b, size))
		return;
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

void buf_add_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_add_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if ((size_t)n < sizeof small) {
		buf_add(b, small, (size_t)n);
		return;
	}
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->size, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->size += (size_t)n;
}
