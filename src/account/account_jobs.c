/* What finishes an end: the rows after the keys, crashes, dates that the law sets, restores. */
#include "account/account.h"
#include "account/account_store.h"
#include "account/cancellation_plan.h"
#include "account/ending_identifiers.h"

enum { END_JOBS_MAX = 8 };

static const char *end_jobs[END_JOBS_MAX];
static size_t end_job_count;

void account_on_end(const char *job_kind)
{
	if (end_job_count < END_JOBS_MAX)
		end_jobs[end_job_count++] = job_kind;
}

static err finish_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg;
	struct identifier_row rows[IDENTIFIERS_MAX];
	size_t count = 0;

	TRY(account_db_identifiers(c, tx, subject_id, rows, &count));
	TRY(account_db_forget(c, tx, subject_id, rows, count));
	TRY(account_db_ending_forget(c, tx, subject_id));
	TRY(account_db_sessions_end(c, tx, subject_id, 0));
	for (size_t i = 0; i < end_job_count; i++)
		TRY(job_add(c, tx, end_jobs[i], subject_id, 0, c->now_ms, NULL));
	return account_db_end_finish(c, tx, subject_id);
}

err account_finish_end(struct ctx *c, int64_t subject_id)
{
	return store_write(c, c->store, finish_rows, &subject_id);
}

/* ---- after a restore: the account ended after the backup was made
 * ------------------------------------------------------------------ */

static err restored_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg, changed = 0;

	TRY(account_db_end_begin(c, tx, subject_id, false, &changed));
	if (changed == 0)
		TRY(account_db_end_begin(c, tx, subject_id, true, &changed));
	if (changed == 0)
		return OK;
	TRY(facts_end_rows(c, tx, subject_id));
	TRY(account_db_sessions_end(c, tx, subject_id, 0));
	if (audit_kept(c))
		TRY(job_add(c, tx, "audit_end", subject_id, 0, retention_until_ms(c, 0, audit_kept(c)),
			    NULL));
	return job_add(c, tx, "cancellation_finish", subject_id, 0, c->now_ms, NULL);
}

err account_restored_ended(struct ctx *c, int64_t subject_id)
{
	return store_write(c, c->store, restored_rows, &subject_id);
}

/* ---- jobs
 * ------------------------------------------------------------------------------------------------------------------------------
 */

/* Finishes what a crash interrupted; nothing is left to do when it was not. */
static err job_finish(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *state;
	struct plan p;

	(void)ret_again_at_ms;
	TRY(account_db_state(c, j->subject_id, &state));
	if (strcmp(state, "ending") != 0)
		return OK;
	TRY(ending_identifiers_end(c, j->subject_id));
	TRY(plan_make(c, j->subject_id, &p));
	TRY(plan_carry_out(c, j->subject_id, &p));
	return account_finish_end(c, j->subject_id);
}

static err job_audit_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *const scopes[] = {"audit"};

	(void)ret_again_at_ms;
	return vault_end(c, j->subject_id, scopes, 1);
}

static err job_retention_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t deleted = 0;

	TRY(vault_expire(c, j->subject_id, &deleted));
	return vault_next_end(c, j->subject_id, ret_again_at_ms);
}

/* A registration that never finished leaves nothing (DESIGN 6). */
static err job_registration_sweep(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return account_abandon(c, j->subject_id);
}

const struct job_kind account_job_kinds[4] = {
	{"registration_sweep", job_registration_sweep},
	{"cancellation_finish", job_finish},
	{"audit_end", job_audit_end},
	{"retention_end", job_retention_end},
};
