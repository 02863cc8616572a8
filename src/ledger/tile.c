#include "ledger/tile.h"

#include <stdio.h>

/* Reads decimal digits without leading zeros; moves *p on. False when there are none, or the number exceeds
 * max. */
static bool read_number(const char **p, unsigned max, unsigned *ret)
{
	const char *s = *p;
	unsigned v = 0;

	if (*s < '0' || *s > '9' || (s[0] == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (unsigned)(*s - '0');
		if (v > max)
			return false;
	}
	*p = s;
	*ret = v;
	return true;
}

static bool read_three_digits(const char **p, uint64_t *n)
{
	const char *s = *p;

	for (int i = 0; i < 3; i++, s++) {
		if (*s < '0' || *s > '9')
			return false;
		*n = *n * 10 + (uint64_t)(*s - '0');
	}
	*p = s;
	return true;
}

/* x001/x234/067; the first group of a longer number is never x000. */
static bool read_index(const char **p, uint64_t *ret)
{
	uint64_t n = 0;

	for (int groups = 0; groups < 6; groups++) {
		bool more = **p == 'x';
		if (more)
			(*p)++;
		if (!read_three_digits(p, &n))
			return false;
		if (!more) {
			*ret = n;
			return true;
		}
		if (n == 0 || **p != '/')
			return false;
		(*p)++;
	}
	return false;
}

bool tile_parse(const char *path, struct tile_id *ret)
{
	struct tile_id t = {.width = TILE_WIDTH};

	if (strncmp(path, "entries/", 8) == 0) {
		t.level = TILE_ENTRIES;
		path += 8;
	} else {
		unsigned level;
		if (!read_number(&path, 63, &level) || *path++ != '/')
			return false;
		t.level = (int)level;
	}
	if (!read_index(&path, &t.index))
		return false;
	if (strncmp(path, ".p/", 3) == 0) {
		path += 3;
		if (!read_number(&path, TILE_WIDTH - 1, &t.width) || t.width == 0)
			return false;
	}
	if (*path != '\0')
		return false;
	*ret = t;
	return true;
}

void tile_path(const struct tile_id *t, char ret[static TILE_PATH_SIZE])
{
	unsigned group[7];
	int count = 0, size;

	for (uint64_t n = t->index; count == 0 || n > 0; n /= 1000)
		group[count++] = (unsigned)(n % 1000);
	if (t->level == TILE_ENTRIES)
		size = snprintf(ret, TILE_PATH_SIZE, "entries");
	else
		size = snprintf(ret, TILE_PATH_SIZE, "%d", t->level);
	while (count-- > 0)
		size += snprintf(ret + size, TILE_PATH_SIZE - (size_t)size, count ? "/x%03u" : "/%03u",
				 group[count]);
	if (t->width < TILE_WIDTH)
		snprintf(ret + size, TILE_PATH_SIZE - (size_t)size, ".p/%u", t->width);
}

unsigned tile_width_at(int level, uint64_t index, uint64_t tree_size)
{
	unsigned shift = level > 0 ? (unsigned)level * TILE_HEIGHT : 0;

	if (shift >= 64 || index >> 56)
		return 0;
	uint64_t nodes = tree_size >> shift, start = index * TILE_WIDTH;
	if (nodes <= start)
		return 0;
	return nodes - start > TILE_WIDTH ? TILE_WIDTH : (unsigned)(nodes - start);
}
