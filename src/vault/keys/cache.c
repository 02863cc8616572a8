#include "base/clock.h"
#include "vault/keys/internal.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { WAYS = 4, SETS = 1024 };
/* Also how long another server may still open what this one has ended; the person's epoch stops it before
 * that. */
static const uint64_t LIFE_NS = UINT64_C(20) * 1000 * 1000 * 1000;
static const uint64_t SWEEP_NS = UINT64_C(5) * 1000 * 1000 * 1000;

struct entry {
	uint8_t slot[SLOT_SIZE];
	uint8_t key[KEY_SIZE];
	uint64_t until_ns; /* 0: free */
};

struct key_cache {
	pthread_mutex_t mutex;
	uint64_t endings, swept_ns;
	struct entry (*sets)[WAYS]; /* sodium_malloc: locked, guarded, left out of core dumps */
};

struct key_cache *key_cache_new(void)
{
	struct key_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		return NULL;
	cache->sets = sodium_allocarray(SETS, sizeof *cache->sets);
	if (!cache->sets) {
		free(cache);
		return NULL;
	}
	sodium_memzero(cache->sets, SETS * sizeof *cache->sets);
	pthread_mutex_init(&cache->mutex, NULL);
	return cache;
}

void key_cache_free(struct key_cache *cache)
{
	if (!cache)
		return;
	sodium_free(cache->sets); /* wipes */
	pthread_mutex_destroy(&cache->mutex);
	free(cache);
}

/* A slot is a keyed hash: any two of its bytes are as good as a hash of it. */
static struct entry *set_of(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE])
{
	return cache->sets[(slot[0] | slot[1] << 8) % SETS];
}

static struct entry *find(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE])
{
	struct entry *set = set_of(cache, slot);

	for (int i = 0; i < WAYS; i++)
		if (set[i].until_ns != 0 && memcmp(set[i].slot, slot, SLOT_SIZE) == 0)
			return &set[i];
	return NULL;
}

bool key_cache_get(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE],
		   uint8_t ret[static KEY_SIZE])
{
	uint64_t now_ns = clock_monotonic_ns();
	bool hit = false;

	pthread_mutex_lock(&cache->mutex);
	struct entry *e = find(cache, slot);
	if (e && e->until_ns <= now_ns) {
		sodium_memzero(e, sizeof *e);
	} else if (e) {
		memcpy(ret, e->key, KEY_SIZE);
		hit = true;
	}
	pthread_mutex_unlock(&cache->mutex);
	return hit;
}

uint64_t key_cache_mark(struct key_cache *cache)
{
	pthread_mutex_lock(&cache->mutex);
	uint64_t mark = cache->endings;
	pthread_mutex_unlock(&cache->mutex);
	return mark;
}

/* The place of this slot, or the one that ends first; a free one has ended already. */
static struct entry *place_for(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE])
{
	struct entry *held = find(cache, slot), *set = set_of(cache, slot), *first = &set[0];

	if (held)
		return held;
	for (int i = 1; i < WAYS; i++)
		if (set[i].until_ns < first->until_ns)
			first = &set[i];
	return first;
}

/* Keys that nobody asks for any more must not stay until somebody does. */
static void sweep(struct key_cache *cache, uint64_t now_ns)
{
	struct entry *e = cache->sets[0];

	if (now_ns - cache->swept_ns < SWEEP_NS)
		return;
	cache->swept_ns = now_ns;
	for (size_t i = 0; i < (size_t)SETS * WAYS; i++)
		if (e[i].until_ns != 0 && e[i].until_ns <= now_ns)
			sodium_memzero(&e[i], sizeof e[i]);
}

void key_cache_put(struct key_cache *cache, uint64_t mark, const uint8_t slot[static SLOT_SIZE],
		   const uint8_t key[static KEY_SIZE])
{
	uint64_t now_ns = clock_monotonic_ns();

	pthread_mutex_lock(&cache->mutex);
	sweep(cache, now_ns);
	if (cache->endings == mark) {
		struct entry *e = place_for(cache, slot);
		memcpy(e->slot, slot, SLOT_SIZE);
		memcpy(e->key, key, KEY_SIZE);
		e->until_ns = now_ns + LIFE_NS;
	}
	pthread_mutex_unlock(&cache->mutex);
}

void key_cache_drop(struct key_cache *cache, const uint8_t slot[static SLOT_SIZE])
{
	pthread_mutex_lock(&cache->mutex);
	cache->endings++;
	struct entry *e = find(cache, slot);
	if (e)
		sodium_memzero(e, sizeof *e);
	pthread_mutex_unlock(&cache->mutex);
}
