/* Settings of the city by dotted key. */
#include "policy/model.h"
#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct setting *)a)->key, ((const struct setting *)b)->key);
}

/* Inserts in order; the settings are few and loaded once. */
void setting_put(struct release *r, size_t *capacity, struct setting s)
{
	size_t at = r->setting_count;

	if (at == *capacity) {
		size_t more = *capacity ? *capacity * 2 : 64;
		struct setting *grown = ARENA_ARRAY(r->arena, struct setting, more);
		if (at)
			memcpy(grown, r->settings, at * sizeof *grown);
		r->settings = grown;
		*capacity = more;
	}
	for (; at > 0 && strcmp(r->settings[at - 1].key, s.key) > 0; at--)
		r->settings[at] = r->settings[at - 1];
	r->settings[at] = s;
	r->setting_count++;
}

const struct setting *setting_find(const struct release *r, const char *key)
{
	struct setting wanted = {.key = key};

	if (r->setting_count == 0)
		return NULL;
	return bsearch(&wanted, r->settings, r->setting_count, sizeof *r->settings, by_key);
}

const char *city_text(const struct release *r, const char *key)
{
	const struct setting *s = setting_find(r, key);

	return s ? s->text : NULL;
}

int64_t city_int(const struct release *r, const char *key, int64_t otherwise)
{
	const char *text = city_text(r, key);
	int64_t n;

	return text && slice_int(slice_of(text), &n) ? n : otherwise;
}

bool city_flag(const struct release *r, const char *key)
{
	const char *text = city_text(r, key);

	return text && strcmp(text, "true") == 0;
}

const char *const *city_list(const struct release *r, const char *key, size_t *ret_count)
{
	static const char *const none[] = {NULL};
	const struct setting *s = setting_find(r, key);

	if (!s || !s->list) {
		*ret_count = 0;
		return none;
	}
	*ret_count = s->count;
	return s->list;
}

bool city_list_has(const struct release *r, const char *key, const char *value)
{
	size_t count;
	const char *const *list = city_list(r, key, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], value) == 0)
			return true;
	return false;
}

bool city_inside(const struct release *r, const char *region)
{
	static const char *const beyond[] = {"HK", "MO", "TW"};
	const char *inside = city_text(r, "border.inside");

	if (strcmp(region, "CN") == 0)
		return true;
	for (size_t i = 0; inside && i < sizeof beyond / sizeof *beyond; i++)
		if (strcmp(region, beyond[i]) == 0)
			return strcmp(inside, "whole_country") == 0;
	return false;
}
