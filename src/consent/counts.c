#include "consent/counts.h"
#include "base/clock.h"

static const char *day_text(struct ctx *c, struct date d)
{
	return arena_printf(c->arena, "%04d-%02d-%02d", d.year, d.month, d.day);
}

err counts_rows(struct ctx *c, struct tx *tx, void *counted)
{
	const struct counted *one = counted;

	return tx_exec(c, tx, Q_DAILY_COUNT_ADD,
		       PARAMS(P_STR(day_text(c, date_of(c->now_ms))), P_STR(one->kind), P_STR(one->name)),
		       NULL);
}

err counts_add(struct ctx *c, const char *kind, const char *name)
{
	struct counted one = {kind, name};

	return store_write(c, c->store, counts_rows, &one);
}

struct summing {
	counts_fn fn;
	void *arg;
};

static err sum_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct summing *s = arg;

	return s->fn(c, row_copy(c, r, 0), row_copy(c, r, 1), row_int(r, 2), s->arg);
}

err counts_sum(struct ctx *c, int days, counts_fn fn, void *arg)
{
	struct summing s = {fn, arg};
	struct date today = date_of(c->now_ms);

	return store_rows(c, c->store, Q_DAILY_COUNT_SUM,
			  PARAMS(P_STR(day_text(c, date_add_days(today, 1 - days))),
				 P_STR(day_text(c, today)), P_INT(COUNTS_LEAST)),
			  sum_row, &s);
}
