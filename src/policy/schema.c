#include "policy/schema.h"
#include "base/clock.h"
#include "policy/policy.h"
#include <stdio.h>
#include <stdlib.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein distance of two short keys, by one row. */
static size_t distance(struct slice a, struct slice b)
{
	size_t row[KEY_TEXT_MAX + 1];

	if (b.n > KEY_TEXT_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t above = row[j];
			size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
			row[j] = least(change, least(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[b.n];
}

const char *schema_nearest(struct slice text, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t best_distance = text.n / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(text, slice_of(words[i]));
		if (d <= best_distance && (!best || d < best_distance)) {
			best = words[i];
			best_distance = d;
		}
	}
	return best;
}

static bool is_key(struct slice text)
{
	if (text.n == 0 || text.n >= KEY_TEXT_MAX || text.p[0] < 'a' || text.p[0] > 'z')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];
		if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_'))
			return false;
	}
	return true;
}

const char *schema_text(const struct schema_reader *in, struct node at, const char *what)
{
	if (!node_is_scalar(at)) {
		node_complain(at, "'%s' must be text; write %s: some text", what, what);
		return NULL;
	}
	if (node_text(at).n == 0 || !slice_is_utf8(node_text(at))) {
		node_complain(at, "'%s' is empty; write its text, or leave the line out if it may be", what);
		return NULL;
	}
	return arena_copy(in->arena, node_text(at));
}

const char *schema_key(const struct schema_reader *in, struct node at, const char *what)
{
	if (!node_is_scalar(at) || !is_key(node_text(at))) {
		node_complain(at, "'%s' must be a key; write small letters, digits and _, a letter first",
			      what);
		return NULL;
	}
	return arena_copy(in->arena, node_text(at));
}

bool schema_count(struct node at, const char *what, int *ret)
{
	int64_t n;

	if (!node_is_plain(at) || !slice_int(node_text(at), &n) || n < 0 || n > 1000000) {
		node_complain(at, "'%s' must be a whole number; write digits without unit or quotes", what);
		return false;
	}
	*ret = (int)n;
	return true;
}

static bool is_clause_form(struct slice t)
{
	if (t.n < 4 || t.p[0] < 'A' || t.p[0] > 'Z' || t.p[1] < 'A' || t.p[1] > 'Z' || t.p[2] != '-')
		return false;
	for (size_t i = 3; i < t.n; i++) {
		char ch = t.p[i];
		bool dot_within = ch == '.' && i > 3 && i + 1 < t.n && t.p[i - 1] != '.';
		if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch == 'A' && i == 3) ||
		      dot_within))
			return false;
	}
	return true;
}

static int by_text(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

static const char *read_clause(const struct schema_reader *in, struct node at, const char *what)
{
	if (!node_is_scalar(at) || !is_clause_form(node_text(at))) {
		node_complain(at, "'%s' must name one clause; write its id, such as TJ-1.1.6.a", what);
		return NULL;
	}
	const char *id = arena_copy(in->arena, node_text(at));
	if (in->clauses && !bsearch(id, in->clauses, in->clause_count, sizeof *in->clauses, by_text)) {
		node_complain(at, "unknown clause '%s'; write an id that stands in common/clauses.txt", id);
		return NULL;
	}
	return id;
}

static void words_text(const char *const *words, char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; words[i] && used < size; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

static const char *read_word(struct node at, const char *what, const char *const *words)
{
	char list[300];

	for (size_t i = 0; node_is_scalar(at) && words[i]; i++)
		if (slice_is(node_text(at), words[i]))
			return words[i];
	words_text(words, list, sizeof list);
	if (node_is_scalar(at))
		node_complain(at, "'%s' is '%.*s'; write one of: %s", what, (int)node_text(at).n,
			      node_text(at).p, list);
	else
		node_complain(at, "'%s' must be one word; write one of: %s", what, list);
	return NULL;
}

static bool read_flag(struct node at, const char *what, bool *ret)
{
	bool yes = node_is_plain(at) && slice_is(node_text(at), "true");

	if (!yes && !(node_is_plain(at) && slice_is(node_text(at), "false"))) {
		node_complain(at, "'%s' must be true or false; write one of them without quotes", what);
		return false;
	}
	*ret = yes;
	return true;
}

static const char *read_date(const struct schema_reader *in, struct node at, const char *what)
{
	struct date d;

	if (!node_is_scalar(at) || node_text(at).n != 10 || !date_parse(node_text(at), &d)) {
		node_complain(at, "'%s' must be a day that exists; write it as 2026-01-31", what);
		return NULL;
	}
	return arena_copy(in->arena, node_text(at));
}

static bool read_list_or_map(struct node at, const struct schema_field *f, struct node *ret)
{
	if (f->kind == SCHEMA_LIST && !node_is_list(at)) {
		node_complain(at, "'%s' must be a list; write %s: [a, b], or one '- ' line each", f->key,
			      f->key);
		return false;
	}
	if (f->kind == SCHEMA_MAP && !node_is_map(at)) {
		node_complain(at, "'%s' must hold keys of its own; write %s", f->key,
			      f->write ? f->write : "key: value");
		return false;
	}
	*ret = at;
	return true;
}

static bool put_text(void *place, const char *text)
{
	*(const char **)place = text;
	return text != NULL;
}

bool schema_value(const struct schema_reader *in, struct node at, const struct schema_field *f, void *place)
{
	switch (f->kind) {
	case SCHEMA_KEY:
		return put_text(place, schema_key(in, at, f->key));
	case SCHEMA_TEXT:
		return put_text(place, schema_text(in, at, f->key));
	case SCHEMA_WORD:
		return put_text(place, read_word(at, f->key, f->words));
	case SCHEMA_CLAUSE:
		return put_text(place, read_clause(in, at, f->key));
	case SCHEMA_DATE:
		return put_text(place, read_date(in, at, f->key));
	case SCHEMA_FLAG:
		return read_flag(at, f->key, place);
	case SCHEMA_COUNT:
		return schema_count(at, f->key, place);
	case SCHEMA_LIST:
	case SCHEMA_MAP:
	case SCHEMA_NODE:
		return read_list_or_map(at, f, place);
	}
	return false;
}

static const struct schema_field *field_named(const struct schema *s, struct slice key)
{
	for (size_t i = 0; i < s->count; i++)
		if (slice_is(key, s->fields[i].key))
			return &s->fields[i];
	return NULL;
}

static void complain_unknown_key(struct node at, const struct schema *s)
{
	const char *names[32];
	char list[300];
	size_t count = 0;

	for (; count < s->count && count < 31; count++)
		names[count] = s->fields[count].key;
	names[count] = NULL;
	words_text(names, list, sizeof list);
	struct slice key = node_text(at);
	const char *near = schema_nearest(key, names, count);
	if (near)
		node_complain(at, "unknown key '%.*s' in %s; did you mean '%s'?", (int)key.n, key.p, s->noun,
			      near);
	else
		node_complain(at, "unknown key '%.*s' in %s; write one of: %s", (int)key.n, key.p, s->noun,
			      list);
}

static bool known_keys_only(struct node map, const struct schema *s)
{
	size_t before = map.tree->complaints->size;

	if (!node_check_keys(map))
		return false;
	for (size_t i = 0; i < node_size(map) && !node_complained_enough(map); i++) {
		struct node k = node_key_at(map, i);
		if (node_is_scalar(k) && !field_named(s, node_text(k)))
			complain_unknown_key(k, s);
	}
	return map.tree->complaints->size == before && !map.tree->complaints->failed;
}

static void complain_missing(struct node map, const struct schema *s, const struct schema_field *f)
{
	if (f->write)
		node_complain(map, "%s has no '%s'; write %s", s->noun, f->key, f->write);
	else
		node_complain(map, "%s has no '%s'; write %s: …", s->noun, f->key, f->key);
}

bool schema_read(const struct schema_reader *in, struct node map, const struct schema *s, void *object)
{
	if (!node_is_map(map)) {
		node_complain(map, "%s must be a map; write its keys, %s first", s->noun, s->fields[0].key);
		return false;
	}
	bool known = known_keys_only(map, s), good = known;
	for (size_t i = 0; i < s->count; i++) {
		const struct schema_field *f = &s->fields[i];
		struct node at = node_get(map, f->key);
		if (node_there(at)) {
			good &= schema_value(in, at, f, (char *)object + f->offset);
		} else if (f->required) {
			if (known) /* else the unknown key is likely the missing one */
				complain_missing(map, s, f);
			good = false;
		}
	}
	return good;
}
