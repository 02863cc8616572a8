/* A competent organ queries what the law keeps of an ended account: the retained values, and the record of
 * what was done with them, while the period runs (TJ-4.2.1.f). */
#include "ops/exception_store.h"

enum { RECORD_PAGE = 100 };

bool kept_query_is(const struct exception_use *u)
{
	return strcmp(u->context, exception_context_word(EXCEPTION_KEEP)) == 0;
}

/* Other grounds of that context keep; the setting names the one that answers queries. */
err kept_query_check(struct ctx *c, const struct exception_use *u)
{
	const char *ground = city_text(c->release, "exception.kept.ground");

	if (ground && strcmp(ground, u->ground) == 0)
		return OK;
	return refuse(c, "not_declared", city_text(c->release, "gate.clause.ground"),
		      "隐私政策没有列出查询留存信息的这种情形");
}

struct record {
	const struct exception_use *use;
	usage_fn fn;
	void *arg;
	int64_t last_n;
	int count;
};

static bool about(const struct ctx *c, const struct usage *u, const struct itemset *items)
{
	for (size_t i = 0; i < u->item_count; i++) {
		const struct item *it = release_item(c->release, u->items[i]);
		if (it && itemset_has(items, it->number))
			return true;
	}
	return false;
}

/* The queries themselves belong to the record, of whatever items they found. */
static bool is_query(const struct usage *u, const struct exception_use *use)
{
	static const char prefix[] = "exception:";

	return u->basis && strncmp(u->basis, prefix, sizeof prefix - 1) == 0 &&
	       strcmp(u->basis + sizeof prefix - 1, use->ground) == 0;
}

static err record_row(struct ctx *c, const struct usage *u, void *arg)
{
	struct record *r = arg;

	r->last_n = u->n;
	r->count++;
	return about(c, u, &r->use->items) || is_query(u, r->use) ? r->fn(c, u, r->arg) : OK;
}

static err give_record(struct ctx *c, struct record *r)
{
	do {
		r->count = 0;
		TRY(ledger_usage(c, r->use->subject_id, r->last_n, RECORD_PAGE, record_row, r));
	} while (r->count == RECORD_PAGE);
	return OK;
}

err exception_answer(struct ctx *c, const struct staff *s, int64_t use_id, handed_fn value, usage_fn record,
		     void *arg)
{
	struct exception_use u;

	TRY(exception_find(c, s, use_id, &u));
	if (!u.ground || u.scope_until_ms <= c->now_ms)
		FAIL(c, ERR_GONE, "查询的期限已过，或者留存的信息已经到期删除");
	if (!kept_query_is(&u) || strcmp(u.state, "done") != 0)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核同意之后才能查询");
	struct record r = {.use = &u, .fn = record, .arg = arg};
	TRY(exception_hand_over(c, &u, value, arg));
	return give_record(c, &r);
}
