/* Which processings a list of assessed ones covers, and what lacks. */
#include "policy/assess.h"
#include <stdlib.h>

const char *assessed_word(enum assessed a)
{
	static const char *const words[] = {"missing", "waiting", "refused", "allowed"};

	return words[a];
}

static int by_key(const void *a, const void *b)
{
	return strcmp((*(const struct processing *const *)a)->key,
		      (*(const struct processing *const *)b)->key);
}

/* The new processings by key, so that many lines are matched with many of them. */
static const struct processing **sorted(struct arena *a, const struct processing_list *l)
{
	const struct processing **all = ARENA_ARRAY(a, const struct processing *, l->count + 1);

	for (size_t i = 0; i < l->count; i++)
		all[i] = &l->rows[i];
	if (l->count)
		qsort(all, l->count, sizeof *all, by_key);
	return all;
}

/* The first whose key begins with what the line says before its period, and those after it. */
static size_t first_at(const struct processing **all, size_t count, struct slice line)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2, n = strlen(all[mid]->key);
		int order = memcmp(all[mid]->key, line.p, n < line.n ? n : line.n);
		if (order < 0 || (order == 0 && n < line.n))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void assessed_lines(struct arena *arena, const struct processing_list *fresh, struct slice lines,
		    enum assessed as, enum assessed *states)
{
	const struct processing **all = sorted(arena, fresh);
	const char *end = lines.p + lines.n;

	for (const char *at = lines.p; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct slice line = {at, (size_t)((stop ? stop : end) - at)};
		const char *sign = memchr(line.p, '=', line.n);
		struct slice base = {line.p, sign ? (size_t)(sign - line.p) : line.n};

		at += line.n + 1;
		for (size_t i = base.n ? first_at(all, fresh->count, base) : fresh->count;
		     i < fresh->count && strncmp(all[i]->key, base.p, base.n) == 0; i++)
			if (processing_covers(line, slice_of(all[i]->key)))
				states[all[i] - fresh->rows] = as;
	}
}

/* NT-3.3.2.g */
err assessment_demand(struct ctx *c, const struct processing_list *fresh, const enum assessed *states)
{
	static const char *const why[] = {"尚未评估", "评估还没有经第二位专员同意", "评估的结论是不得启用"};
	size_t open = 0;

	for (size_t i = 0; i < fresh->count; i++) {
		const struct processing *p = &fresh->rows[i];
		if (states[i] == ASSESSED_ALLOWED)
			continue;
		if (open++ < ASSESSED_TOLD)
			(void)fail_declared(c, p->key,
					    arena_printf(c->arena, "%s“%s”%s：%s", processing_name(p->kind),
							 p->where, p->what, why[states[i]]));
	}
	if (open == 0)
		return OK;
	FAIL(c, ERR_CONFLICT,
	     "尚有 %zu "
	     "项新的处理活动没有经过影响评估，不能启用；请先在工作台的“影响评估”中评估，或者写入城市数据的 "
	     "assessments.yaml",
	     open);
}
