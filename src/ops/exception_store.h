/* Between the files of exceptions. */
#pragma once

#include "ops/exceptions.h"

/* Seals what is done; the row goes in by exception_put_rows. */
err exception_seal(struct ctx *c, const struct exception_use *u, struct slice *ret);
err exception_put_rows(struct ctx *c, struct tx *tx, const struct exception_use *u, struct slice sealed);
/* ERR_NOT_FOUND. The sealed part is left empty when the person was erased. */
err exception_read(struct ctx *c, int64_t use_id, struct exception_use *ret);
err exception_read_list(struct ctx *c, bool publications, int64_t before, int limit, exception_fn fn,
			void *arg);
err publication_read_public(struct ctx *c, int64_t before, int limit, exception_fn fn, void *arg);
err publication_read_own(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn,
			 void *arg);

/* exception_act.c: the gate's answer, and what comes of it. */
err exception_check(struct ctx *c, const struct exception_use *u, bool agreed);
/* Does it and writes the entries; *ret_outcome is what the recipient's answer says. */
err exception_carry_out(struct ctx *c, const struct exception_use *u, const char **ret_outcome);
/* Releases what is to stand on the public page into the use: masked, unless the person agreed. */
err exception_release_public(struct ctx *c, struct exception_use *u);
/* What the person reads about a deferral. */
const char *exception_why_deferred(struct ctx *c, const struct exception_use *u);

/* exception_locks.c: items closed to the person (consent/locks.h). */
bool lock_is(const struct exception_use *u);
err lock_form_check(struct ctx *c, const struct exception_use *u);
/* The ground holds for closing here, with what it needs. */
err lock_ground_check(struct ctx *c, const struct exception_use *u);
err lock_carry_out(struct ctx *c, const struct exception_use *u);

/* exception_kept.c: a query of what the law keeps of an ended account. */
bool kept_query_is(const struct exception_use *u);
err kept_query_check(struct ctx *c, const struct exception_use *u);
/* exception_act.c */
err exception_hand_over(struct ctx *c, const struct exception_use *u, handed_fn fn, void *arg);

/* exception_act.c: what was decided, in the words that the person reads. */
const char *exception_note(struct ctx *c, const struct exception_use *u);

/* publications.c: after the second officer's yes, asks the person where the ground needs that, else
 * publishes. The text that the person is asked stands from the proposal on: the second officer agrees to it.
 */
bool publication_is(const struct exception_use *u);
err publication_check(struct ctx *c, const struct exception_use *u);
void publication_write(struct ctx *c, struct exception_use *u);
err publication_act(struct ctx *c, struct exception_use *u);
