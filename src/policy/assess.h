/* Assessments of the impact of new processings (NT-3.3.2.g; PIPL 55 and 56): one officer answers for
 * processings of one release what the law asks, another agrees. A release is published only when each
 * processing that is new in it is covered by an assessment of exactly its content. What was written stays as
 * it is, for good. The officer is c->actor; the caller checked the role. */
#pragma once

#include "policy/processing.h"

enum {
	ASSESSMENT_TEXT_MIN = 10,
	ASSESSMENT_TEXT_MAX = 2000,
	ASSESSED_TOLD = 24, /* of those that are missing */
	PROCESSINGS_SIZE_MAX = 4 * 1024 * 1024,
};

struct assessment {
	int64_t id;
	unsigned number; /* of the release */
	const char *version;
	int64_t count;	    /* processings */
	struct slice lines; /* their keys, one a line; empty in lists */
	/* PIPL 56: whether purpose and manner are lawful, fair and necessary; what it means for people and
	 * how safe it is; whether the protections are lawful, effective and fit the risk. */
	const char *lawful, *impact, *protection;
	const char *risk;     /* low, medium, high */
	bool allowed;	      /* what was found: they may be switched on */
	const char *document; /* its number, of those that came with the city's files; or NULL */
	const char *state;    /* waiting, agreed, rejected */
	const char *officer, *second, *note; /* note: of the second officer; NULL while waiting */
	int64_t officer_id, second_id, at_ms, decided_ms;
};

/* Newest first, below id `before` (0: from the newest). */
typedef err (*assessment_fn)(struct ctx *c, const struct assessment *a, void *arg);
err assessment_list(struct ctx *c, int64_t before, int limit, assessment_fn fn, void *arg);
/* ERR_NOT_FOUND. */
err assessment_get(struct ctx *c, int64_t id, struct assessment *ret);
/* Of one release, the first first. */
err assessment_of(struct ctx *c, const struct release *r, assessment_fn fn, void *arg);

/* The newest one of this draft or of the drafts that it was made of, whatever came of it: what it says is
 * offered to whoever assesses anew, and counts for nothing. ret->id 0: none. */
err assessment_former(struct ctx *c, unsigned number, struct assessment *ret);

/* How each of the new processings stands. The newest assessment that two officers agree on decides. */
enum assessed { ASSESSED_NOT, ASSESSED_WAITING, ASSESSED_REFUSED, ASSESSED_ALLOWED };
/* "missing", "waiting", "refused", "allowed" */
const char *assessed_word(enum assessed a);
/* Inside a transaction when tx is given. ret: one for each of the list. */
struct tx;
err assessment_states(struct ctx *c, struct tx *tx, const struct release *r,
		      const struct processing_list *fresh, enum assessed *ret);
/* OK when all are allowed; else ERR_CONFLICT with one field error for each that is not. */
err assessment_demand(struct ctx *c, const struct processing_list *fresh, const enum assessed *states);
/* What a list of keys, one a line, covers is set to `as`. */
void assessed_lines(struct arena *arena, const struct processing_list *fresh, struct slice lines,
		    enum assessed as, enum assessed *states);

/* Writes one about a release that is not published yet. keys: of its new processings, no other. ERR_INVALID
 * with field errors. */
struct assessment_form {
	const char *const *keys;
	size_t key_count;
	const char *lawful, *impact, *protection, *risk;
	bool allowed;
};
err assessment_write(struct ctx *c, unsigned number, const struct assessment_form *f, int64_t *ret_id);
/* The second officer; a note is needed who does not agree. ERR_NOT_YOURS for the one who wrote it,
 * ERR_CONFLICT when it was decided, or the release is published. */
err assessment_decide(struct ctx *c, int64_t id, bool agrees, const char *note);

/* ---- what came with the city's files ---- */

struct assessment_file {
	struct assessment *rows; /* officer, second and at_ms as they stand there */
	size_t count;
};
/* cities/<city>/assessments.yaml; a city without one has none. ERR_INVALID with complaints. */
err assessment_file_read(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
			 struct assessment_file *ret);
/* How each processing stands by the file alone; ret: zeroed. */
void assessment_file_states(struct arena *arena, const struct assessment_file *f,
			    const struct processing_list *fresh, enum assessed *ret);
/* Inside a transaction: takes up what the file says of the new processings of the release with that hash. */
err assessment_file_put(struct ctx *c, struct tx *tx, const struct assessment_file *f, const char *hash,
			int64_t number, const struct processing_list *fresh);
