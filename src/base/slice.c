#include "base/slice.h"

bool slice_int(struct slice a, int64_t *ret)
{
	bool negative = a.n > 0 && a.p[0] == '-';
	int64_t value = 0;

	if (a.n == (size_t)negative || a.n > 20)
		return false;
	for (size_t i = negative; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		int digit = a.p[i] - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

/* Length of the well-formed sequence at p, or 0 (RFC 3629: no surrogates, no overlong forms). */
static size_t sequence_size(const unsigned char *p, size_t left)
{
	if (p[0] == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	size_t n = p[0] >= 0xc2 && p[0] <= 0xdf	  ? 2
		   : (p[0] & 0xf0) == 0xe0	  ? 3
		   : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
						  : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool slice_is_utf8(struct slice a)
{
	for (size_t i = 0; i < a.n;) {
		size_t n = sequence_size((const unsigned char *)a.p + i, a.n - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

size_t slice_chars(struct slice a)
{
	size_t chars = 0;

	for (size_t i = 0; i < a.n; i++)
		chars += ((unsigned char)a.p[i] & 0xc0) != 0x80;
	return chars;
}
