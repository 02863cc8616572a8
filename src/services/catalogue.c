#include "services/catalogue.h"
#include "consent/papers.h"
#include <ctype.h>
#include <stdlib.h>

enum { QUERY_MAX = 120 };

/* Lower case without blanks: people type "GJJ", "gong ji jin", "公积 金". */
static struct slice folded(struct ctx *c, struct slice text)
{
	char *out = arena_alloc(c->arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (!isspace((unsigned char)text.p[i]))
			out[n++] = (char)tolower((unsigned char)text.p[i]);
	return (struct slice){out, n};
}

static bool has(const char *text, struct slice query)
{
	return text && query.n && memmem(text, strlen(text), query.p, query.n) != NULL;
}

static bool starts(const char *text, struct slice query)
{
	return text && strncmp(text, query.p, query.n) == 0;
}

int catalogue_score(const struct service *s, struct slice query)
{
	if (slice_is(query, s->name))
		return 100;
	if (starts(s->name, query))
		return 90;
	if (has(s->name, query))
		return 80;
	if (starts(s->initials, query))
		return 75;
	if (starts(s->pinyin, query))
		return 70;
	if (has(s->keywords, query))
		return 60;
	if (has(s->initials, query) || has(s->pinyin, query))
		return 50;
	if (has(s->category->name, query))
		return 40;
	return has(s->summary, query) ? 30 : 0;
}

struct found {
	const struct service *service;
	int score;
};

static int better_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->service->number < y->service->number ? -1 : 1;
}

err catalogue_search(struct ctx *c, struct slice query, struct slice category, int64_t cursor, int limit,
		     const struct service ***ret, size_t *ret_count, int64_t *ret_next)
{
	if (query.n > QUERY_MAX || !slice_is_utf8(query))
		return fail_field(c, "q", "搜索词过长或含有无法识别的字符，请缩短后重试");

	unsigned total = release_service_count(c->release);
	struct found *found = ARENA_ARRAY(c->arena, struct found, total + 1);
	struct slice word = folded(c, query);
	uint64_t papers[PAPER_KINDS];
	size_t n = 0;
	TRY(papers_load(c, papers));
	for (unsigned i = 0; i < total; i++) {
		const struct service *s = release_service_at(c->release, i);
		if (s->shape == SHAPE_INTERNAL || !service_is_open(c, s, papers) ||
		    (category.n && !slice_is(category, s->category->key)))
			continue;
		int score = word.n ? catalogue_score(s, word) : 1;
		if (score)
			found[n++] = (struct found){s, score};
	}
	qsort(found, n, sizeof *found, better_first);

	size_t from = cursor < 0 ? 0 : (size_t)cursor < n ? (size_t)cursor : n;
	size_t count = n - from < (size_t)limit ? n - from : (size_t)limit;
	const struct service **out = ARENA_ARRAY(c->arena, const struct service *, count + 1);
	for (size_t i = 0; i < count; i++)
		out[i] = found[from + i].service;
	*ret = out;
	*ret_count = count;
	*ret_next = from + count < n ? (int64_t)(from + count) : 0;
	return OK;
}
