#include "ops/overview.h"
#include "consent/consent.h"

enum { PAGE = 200 };

static bool one_of(const char *word, const char *const *words)
{
	for (; word && *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

const char *use_product(const struct usage *u)
{
	static const char *const uses[] = {"collect", "read", "share", NULL};
	bool sdk = u->recipient && strncmp(u->recipient, "sdk:", 4) == 0;

	if (!u->purpose || !one_of(u->action, uses))
		return NULL;
	return sdk ? u->recipient : u->service;
}

struct summing {
	struct use_overview *o;
	int64_t last_n;
	size_t seen, page;
};

/* The line of a product and a purpose, made when it is the first; NULL: there are too many. */
static struct use_line *line_of(struct ctx *c, struct use_overview *o, const char *product,
				const char *purpose)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->lines[i].product, product) == 0 && strcmp(o->lines[i].purpose, purpose) == 0)
			return &o->lines[i];
	if (o->count == OVERVIEW_LINES_MAX)
		return NULL;
	struct use_line *line = &o->lines[o->count++];
	*line = (struct use_line){.product = arena_copy(c->arena, slice_of(product)),
				  .purpose = arena_copy(c->arena, slice_of(purpose))};
	return line;
}

static err sum(struct ctx *c, const struct usage *u, void *arg)
{
	struct summing *s = arg;
	const char *product = use_product(u);

	s->seen++, s->page++;
	s->last_n = u->n;
	s->o->since_ms = u->at_ms;
	if (!product)
		return OK;
	struct use_line *line = line_of(c, s->o, product, u->purpose);
	if (!line) {
		s->o->complete = false;
		return OK;
	}
	if (line->times++ == 0) {
		line->last_at_ms = u->at_ms;
		line->last_n = u->n;
	}
	for (size_t i = 0; i < u->item_count; i++) {
		const struct item *it = release_item(c->release, u->items[i]);
		if (it)
			itemset_add(&line->items, it->number);
	}
	return OK;
}

err use_overview_get(struct ctx *c, int64_t subject_id, struct use_overview *ret)
{
	struct use_overview o = {.lines = ARENA_ARRAY(c->arena, struct use_line, OVERVIEW_LINES_MAX),
				 .complete = true};
	struct summing s = {.o = &o};

	do {
		s.page = 0;
		TRY(ledger_usage(c, subject_id, s.last_n, PAGE, sum, &s));
	} while (s.page == PAGE && s.seen < OVERVIEW_ENTRIES_MAX);
	o.complete = o.complete && (s.page < PAGE || s.last_n == 1);
	*ret = o;
	return OK;
}

err use_overview_sets(struct ctx *c, int64_t subject_id, analysis_sum_fn fn, void *arg)
{
	struct person_counted p;

	TRY(facts_counted(c, subject_id, &p));
	return analysis_own(c, p.since_ms, fn, arg);
}
