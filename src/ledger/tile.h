/* Tiles of a log, C2SP tlog-tiles: a tile holds up to 256 consecutive nodes of level 8·L, the entry bundle of
 * the same number the data of up to 256 leaves. Pure functions over paths and positions. */
#pragma once

#include "ledger/merkle.h"

enum { TILE_WIDTH = 256, TILE_HEIGHT = 8, TILE_LEVELS = 8, TILE_PATH_SIZE = 64, TILE_ENTRIES = -1 };

struct tile_id {
	int level; /* TILE_ENTRIES: an entry bundle */
	uint64_t index;
	unsigned width; /* 1 to 256; below 256 is a partial tile */
};

/* Reads a path below "tile/": "0/x001/x234/067", "0/000.p/5", "entries/000". False for anything else, leading
 * zeros and `.p/0` included. */
bool tile_parse(const char *path, struct tile_id *ret);
void tile_path(const struct tile_id *t, char ret[static TILE_PATH_SIZE]);
/* How wide tile (level, index) is in a tree of that size; 0 when it does not exist. */
unsigned tile_width_at(int level, uint64_t index, uint64_t tree_size);
