/* Publication of personal information on the public page (setting disclosure.model; TJ-2.3.0, NT-2.3.a).
 *
 * A use of a ground with context "publish" (exceptions.h): two officers, purpose, items, and what the ground
 * needs. Where the ground is the person's consent, the officers' yes only asks: the person is told purpose
 * and kinds, sensitive ones marked from the list of items, and nothing is read before an express yes to
 * exactly that text. On another ground values stand masked. States: waiting, rejected, asked, declined,
 * acting, published, failed, withdrawn. Each step is an entry; the end of the scope ends the publication.
 * What a crash leaves between the yes and the page is put up by exception_finish_job. */
#pragma once

#include "ops/exceptions.h"

/* What stands now; only what is neither withdrawn, nor over, nor of a person who was erased. */
err publication_list(struct ctx *c, int64_t before, int limit, exception_fn fn, void *arg);

/* What one was asked, and what was published of one. */
err publication_own(struct ctx *c, int64_t subject_id, int64_t before, int limit, exception_fn fn, void *arg);
/* ERR_NOT_FOUND for another person's. */
err publication_own_get(struct ctx *c, int64_t subject_id, int64_t use_id, struct exception_use *ret);
/* ERR_INVALID for another text than what was asked; ERR_CONFLICT when nothing is asked. Publishes. */
err publication_agree(struct ctx *c, int64_t subject_id, int64_t use_id, struct slice text_hash,
		      struct exception_use *ret);
/* Agreed to, and not yet taken off. */
bool publication_may_withdraw(const struct exception_use *u);
/* Says no to what is asked, or takes off what was agreed to; ERR_CONFLICT for what rests on no consent. */
err publication_withdraw(struct ctx *c, int64_t subject_id, int64_t use_id, struct exception_use *ret);
/* An officer takes off what stands, whatever it rests on. */
err publication_take_off(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret);
