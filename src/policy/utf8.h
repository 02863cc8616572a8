/* Walking well-formed UTF-8 by characters. */
#pragma once

#include "base/slice.h"

/* The character at *at, which moves behind it. The text is well-formed (slice_is_utf8). */
static inline uint32_t utf8_next(struct slice s, size_t *at)
{
	unsigned char lead = (unsigned char)s.p[(*at)++];
	int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
	uint32_t ch = more ? lead & (0x3Fu >> more) : lead;

	while (more-- > 0 && *at < s.n)
		ch = ch << 6 | ((unsigned char)s.p[(*at)++] & 0x3F);
	return ch;
}

/* Han characters, extensions and the iteration mark included. */
static inline bool utf8_is_cjk(uint32_t ch)
{
	return (ch >= 0x4E00 && ch <= 0x9FFF) || (ch >= 0x3400 && ch <= 0x4DBF) ||
	       (ch >= 0xF900 && ch <= 0xFAFF) || (ch >= 0x20000 && ch <= 0x3134F) || ch == 0x3005 ||
	       ch == 0x3007;
}
