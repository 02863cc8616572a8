/* The papers of those who receive data, as officers keep them: confidentiality agreements (NT-2.1.0.e),
 * undertakings (TJ-1.1.22.d) and assessments of each item for lawfulness, reasonableness and necessity
 * (TJ-1.1.22.c).
 *
 * One officer (c->actor) enters a paper, another approves it; it stands from its first to its last day, until
 * an officer ends it, which takes one. What stands is read by consent/papers.h. A paper names people of
 * neither side but the officers; the signed document stays in the archive, its hash is here. */
#pragma once

#include "consent/papers.h"

enum { PAPER_SOON_DAYS = 30, PAPER_TEXT_MAX = 200 };

struct paper_finding {
	const struct item *item;
	bool lawful, reasonable, necessary;
	const char *note;
};

struct paper {
	int64_t id;
	const char *recipient;		      /* key */
	const char *kind;		      /* paper_kind_word */
	const char *document;		      /* name or number */
	const char *document_hash;	      /* hex SHA-256 */
	const struct paper_finding *findings; /* of an admission */
	size_t finding_count;
	int64_t from_ms, until_ms; /* until: the midnight after its last day */
	const char *state; /* waiting, standing, rejected, ended; "expired" and "coming" by today's date */
	int64_t officer_id, second_id;
	const char *officer, *second;
	int64_t created_at_ms, decided_at_ms, ended_at_ms;
	const char *ended_by, *reason;
};

/* By c->actor, as waiting; id and state are set. ERR_INVALID with a field each: an unknown or unneeded
 * recipient, a missing document, hash or day; of an admission, "findings.<item>" for every item that its
 * services share and that lacks one of the three findings, or got a no. */
err paper_enter(struct ctx *c, struct paper *p);
/* ERR_CONFLICT: not waiting, or entered by the same officer. */
err paper_approve(struct ctx *c, int64_t id, struct paper *ret);
err paper_reject(struct ctx *c, int64_t id, struct paper *ret);
/* From now on nothing goes to that recipient, unless another paper of the kind stands. */
err paper_end(struct ctx *c, int64_t id, const char *reason, struct paper *ret);
typedef err (*paper_fn)(struct ctx *c, const struct paper *p, void *arg);
err paper_list(struct ctx *c, paper_fn fn, void *arg); /* newest first */

/* Of those that the city demands and that have stood: how many are missing now, and how many end within
 * PAPER_SOON_DAYS with no later one. */
struct paper_counts {
	int64_t missing, soon;
};
err paper_count(struct ctx *c, struct paper_counts *ret);

/* Into a store that never held a paper: those that cities/<city>/agreements.yaml names, signed before the
 * city went live. Without the file nothing. Complaints as release_load, with ERR_INVALID. */
err papers_import(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints);
/* Row function: one paper as it is, for the import. */
err paper_put(struct ctx *c, struct tx *tx, const struct paper *p);
