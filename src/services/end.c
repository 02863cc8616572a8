/* After a cancellation: the rows of cases and uploads go, as the keys that sealed them already have. */
#include "jobs/jobs.h"
#include "services/cases.h"

static err end_queued(struct ctx *c, const struct service_case *k, void *arg)
{
	(void)arg;
	if (!k->department)
		return OK;
	return store_exec(c, c->store, Q_CASE_QUEUE_DELETE, PARAMS(P_STR(k->department), P_INT(k->id)), NULL);
}

static err delete_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(const int64_t *)arg;

	TRY(tx_exec(c, tx, Q_CASE_EVENT_DELETE, PARAMS(P_INT(subject_id)), NULL));
	TRY(tx_exec(c, tx, Q_CASE_DELETE, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_ATTACHMENT_DELETE, PARAMS(P_INT(subject_id)), NULL);
}

/* The queue rows go first: a crash in between leaves cases that the next run finds again. */
err services_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t subject_id = j->subject_id;

	*ret_again_at_ms = 0;
	TRY(case_list(c, subject_id, 0, 100000, end_queued, NULL));
	return store_write(c, c->store, delete_rows, &subject_id);
}
