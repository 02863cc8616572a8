/* What of a recipient's papers stands now: agreements, undertakings and assessments (policy/gate.h:
 * paper_kind). Officers keep them in partners/papers.h; every decision about sharing reads them from the
 * store, so that an ended one ends the shares at once, on all servers. */
#pragma once

#include "policy/gate.h"
#include "store/store.h"

/* Whose paper of which kind stands at c->now_ms. An assessment counts only while it covers all that the
 * release in force shares with the recipient (TJ-1.1.22.c). */
err papers_load(struct ctx *c, uint64_t ret[static PAPER_KINDS]);
/* The same within a transaction. */
err papers_read(struct ctx *c, struct tx *tx, uint64_t ret[static PAPER_KINDS]);
/* ERR_REFUSED, with the clause, for a recipient without its papers: asked once more right before the call. */
err papers_must_stand(struct ctx *c, const struct recipient *to);
/* Why the failure that stands in c refuses, for the ledger, when it is for want of a paper; else NULL. */
const char *papers_note(struct ctx *c);
/* A third party's service is shown only once the party has its papers and has named its own texts
 * (TJ-1.1.22.c, TJ-1.1.22.d, TJ-2.1.5.c). */
bool service_is_open(const struct ctx *c, const struct service *s, const uint64_t papers[static PAPER_KINDS]);
