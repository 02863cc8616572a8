/* Between the files of exceptions. */
#pragma once

#include "base/json.h"
#include "ops/exceptions.h"

/* Seals what is done; the row goes in by exception_put_rows. */
err exception_seal(struct ctx *c, const struct exception_use *u, struct slice *ret);
err exception_put_rows(struct ctx *c, struct tx *tx, const struct exception_use *u, struct slice sealed);
/* ERR_NOT_FOUND. The sealed part is left empty when the person was erased. */
err exception_read(struct ctx *c, int64_t use_id, struct exception_use *ret);
err exception_read_list(struct ctx *c, bool publications, int64_t before, int limit, exception_fn fn,
			void *arg);
err exception_read_about(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn,
			 void *arg);
void exception_put_evidence(struct json *j, const char *member,
			    const char *const evidence[static NEED_COUNT]);
err publication_read_public(struct ctx *c, int64_t before, int limit, exception_fn fn, void *arg);
err publication_read_own(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn,
			 void *arg);

/* exceptions.c: what a use that is "acting" comes to: asks whom it must ask, or is carried out. */
err exception_go_on(struct ctx *c, struct exception_use *u);

/* exception_steps.c: another state, sealed anew; `to_tell` gets the message of that kind, 0: nobody.
 * ERR_CONFLICT when it stands elsewhere meanwhile. */
struct exception_telling {
	int64_t to_tell;
	const char *kind;
};
err exception_step(struct ctx *c, struct exception_use *u, const char *to, struct exception_telling t);
/* The same, with an entry in the person's list, and their facts changed. */
err exception_step_entered(struct ctx *c, struct exception_use *u, const char *to, const struct entry *e);
/* ward_uses.c: whether the basis for the minor is the guardian's word, and who could give it. Fails for a
 * person who is no minor. */
err ward_use_check(struct ctx *c, struct exception_use *u);
bool ward_use_asks(const struct ctx *c, const struct exception_use *u);
/* After the officers: the guardian is asked. */
err ward_use_ask(struct ctx *c, struct exception_use *u);
/* What rests on a guardian's yes stands as long as that guardian agrees to the account. */
bool ward_use_stands(struct ctx *c, const struct exception_use *u);

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
bool publication_asks_person(const struct ctx *c, const struct exception_use *u);
err publication_check(struct ctx *c, const struct exception_use *u);
void publication_write(struct ctx *c, struct exception_use *u);
err publication_act(struct ctx *c, struct exception_use *u);
