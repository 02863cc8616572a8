/* What finishes an end: the rows after the keys, crashes, dates that the law sets, restores. */
#include "account/account.h"
#include "account/account_store.h"
#include "account/cancellation_plan.h"
#include "account/ending_identifiers.h"
#include <assert.h>

enum { END_JOBS_MAX = 16 };

struct end_jobs {
	const char *kinds[END_JOBS_MAX];
	size_t count;
};
static struct end_jobs at_end, at_record_end;

static void add_kind(struct end_jobs *jobs, const char *job_kind)
{
	assert(jobs->count < END_JOBS_MAX);
	jobs->kinds[jobs->count++] = job_kind;
}

void account_on_end(const char *job_kind)
{
	add_kind(&at_end, job_kind);
}

void account_on_record_end(const char *job_kind)
{
	add_kind(&at_record_end, job_kind);
}

static err add_jobs(struct ctx *c, struct tx *tx, int64_t subject_id, const struct end_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		TRY(job_add(c, tx, jobs->kinds[i], subject_id, 0, c->now_ms, NULL));
	return OK;
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
	TRY(add_jobs(c, tx, subject_id, &at_end));
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
	TRY(job_add(c, tx, "audit_end", subject_id, 0,
		    audit_kept(c) ? retention_until_ms(c, 0, audit_kept(c)) : c->now_ms, NULL));
	return job_add(c, tx, "cancellation_finish", subject_id, 0, c->now_ms, NULL);
}

err account_restored_ended(struct ctx *c, int64_t subject_id)
{
	return store_write(c, c->store, restored_rows, &subject_id);
}

/* ---- kept to a day ---- */

struct keeping {
	int64_t subject_id, until_ms;
};

static err keeping_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct keeping *k = arg;

	return job_add(c, tx, "retention_end", k->subject_id, 0, k->until_ms, NULL);
}

err account_keeps_until(struct ctx *c, int64_t subject_id, int64_t until_ms)
{
	struct keeping k = {subject_id, until_ms};

	return until_ms ? store_write(c, c->store, keeping_rows, &k) : OK;
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

static err record_end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg;

	TRY(facts_record_end_rows(c, tx, subject_id));
	return add_jobs(c, tx, subject_id, &at_record_end);
}

/* The record of processing ends by its rule, and with it the rows that prove what was agreed to: first the
 * key, then the rows. */
static err job_audit_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *const scopes[] = {"audit"};
	int64_t subject_id = j->subject_id;

	(void)ret_again_at_ms;
	TRY(vault_end(c, subject_id, scopes, 1));
	return store_write(c, c->store, record_end_rows, &subject_id);
}

/* The log names the items whose period ran out, and nobody (TJ-3.1.c). */
static err job_retention_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct job_note note = {0};

	TRY(vault_expiring(c, j->subject_id, &note.what));
	TRY(vault_expire(c, j->subject_id, &note.count));
	if (j->note && note.count > 0)
		*j->note = note;
	return vault_next_end(c, j->subject_id, ret_again_at_ms);
}

/* A registration that never finished leaves nothing (DESIGN 6). */
static err job_registration_sweep(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return account_abandon(c, j->subject_id);
}

/* A number was replaced, and a crash left its key. */
static err job_identifier_ending(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return identifier_endings_run(c, j->subject_id);
}

/* Who never comes back logs in no more: the sessions that expired end all the same, and the pushes with them.
 */
static err job_sessions_sweep(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return sessions_sweep(c, j->subject_id);
}

const struct job_kind account_job_kinds[6] = {
	{"registration_sweep", job_registration_sweep},
	{"cancellation_finish", job_finish},
	{"audit_end", job_audit_end},
	{"retention_end", job_retention_end},
	{"identifier_ending", job_identifier_ending},
	{"sessions_sweep", job_sessions_sweep},
};
