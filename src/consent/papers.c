#include "consent/papers.h"
#include "consent/consent_store.h"

static err standing_row(struct ctx *c, const struct row *row, void *arg)
{
	uint64_t *papers = arg;
	const struct recipient *to = release_recipient(c->release, row_copy(c, row, 0));

	for (int k = 0; to && k < PAPER_KINDS; k++) {
		if (!slice_is(row_text(row, 1), paper_kind_word((enum paper_kind)k)))
			continue;
		if (k == PAPER_ADMISSION) {
			struct itemset found = itemset_of_keys(c->release, row_copy(c, row, 2));
			if (!itemset_within(release_asked(c->release, to), &found))
				continue;
		}
		papers[k] |= UINT64_C(1) << to->number % 64;
	}
	return OK;
}

err papers_read(struct ctx *c, struct tx *tx, uint64_t ret[static PAPER_KINDS])
{
	memset(ret, 0, PAPER_KINDS * sizeof *ret);
	return tx_rows(c, tx, Q_PAPER_STANDING, PARAMS(P_INT(c->now_ms)), standing_row, ret);
}

err papers_load(struct ctx *c, uint64_t ret[static PAPER_KINDS])
{
	memset(ret, 0, PAPER_KINDS * sizeof *ret);
	return store_rows(c, c->store, Q_PAPER_STANDING, PARAMS(P_INT(c->now_ms)), standing_row, ret);
}

static const char *const texts[PAPER_KINDS] = {
	[PAPER_AGREEMENT] = "没有在有效期内的保密协议",
	[PAPER_UNDERTAKING] = "没有在有效期内的个人信息保护承诺",
	[PAPER_ADMISSION] = "没有通过接入评估，或者评估没有覆盖全部信息",
};

err papers_must_stand(struct ctx *c, const struct recipient *to)
{
	uint64_t papers[PAPER_KINDS];
	enum paper_kind missing;

	TRY(papers_load(c, papers));
	if (!paper_missing(c->release, papers, to, &missing))
		return OK;
	return refuse(c, "not_declared", paper_clause(c->release, missing), "%s%s，不能向其提供个人信息。",
		      to->name, texts[missing]);
}

const char *papers_note(struct ctx *c)
{
	for (int k = 0; k < PAPER_KINDS && c->failure.clause; k++) {
		const char *clause = paper_clause(c->release, (enum paper_kind)k);
		if (clause && strcmp(clause, c->failure.clause) == 0)
			return arena_printf(c->arena, "接收方%s", texts[k]);
	}
	return NULL;
}

bool service_is_open(const struct ctx *c, const struct service *s, const uint64_t papers[static PAPER_KINDS])
{
	enum paper_kind missing;

	if (strcmp(s->provider_kind, "third_party") != 0)
		return true;
	return service_texts_named(s) &&
	       !(s->recipient && paper_missing(c->release, papers, s->recipient, &missing));
}
