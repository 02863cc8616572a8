/* Cases: a matter that a person files and follows. States: submitted → assigned (the hotline chose a
 * department) → delivered (the department has it) → replied → followed_up.
 *
 * A case's items stand in the vault under record case_id and scope "case:<id>"; texts of its course (a
 * department's reply) are sealed in case_event. What goes outside goes by jobs (hotline.h). */
#pragma once

#include "services/attachments.h"
#include "services/form.h"

struct job;
struct service_case {
	int64_t id, created_at_ms, updated_at_ms;
	const char *number, *service, *state, *department; /* department: recipient key, or NULL */
};

/* The number that people quote: date of filing and ten characters. */
enum { CASE_NUMBER_SIZE = 24 };
void case_number(int64_t case_id, int64_t now_ms, char ret[static CASE_NUMBER_SIZE]);
/* The id that has this number, whether or not there is such a case; 0: it is no number. */
int64_t case_number_id(struct slice number);

/* Files a case: consents for taking and for sharing must both stand before anything is stored (NT-1.2.1.3.a,
 * .b). Items, case row, attachments and the first job are one transaction. Errors as query_run. */
err case_file(struct ctx *c, int64_t subject_id, struct slice service_key, const struct form_field *fields,
	      size_t count, const int64_t *attachments, size_t attachment_count, struct service_case *ret);

/* ERR_NOT_FOUND for another person's. */
err case_find(struct ctx *c, int64_t subject_id, int64_t case_id, struct service_case *ret);
typedef err (*case_fn)(struct ctx *c, const struct service_case *k, void *arg);
/* Newest first, below id `before` (0: from the newest). */
err case_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, case_fn fn, void *arg);
/* "已提交", … */
const char *case_state_name(const char *state);

struct case_event {
	int64_t id, at_ms;
	const char *kind; /* submitted, assigned, delivered, handling, replied, followed_up */
	const char *text; /* opened; NULL when there is none */
};
typedef err (*case_event_fn)(struct ctx *c, const struct case_event *e, void *arg);
err case_events(struct ctx *c, int64_t subject_id, int64_t case_id, case_event_fn fn, void *arg);

/* ---- for hotline.c and ops: changes of state, inside a transaction
 * ---------------------------------------------------- */
/* Seals text (may be empty) beforehand, outside the transaction. */
struct case_change {
	int64_t subject_id;
	const struct service_case *k;
	const char *from, *to;	/* NULL `to`: only an event */
	const char *department; /* with to = "assigned" */
	const char *event;
	struct slice sealed;
	const char *next_job; /* NULL: none */
	int64_t next_due_ms;
	bool changed; /* out: false when the case stood elsewhere */
};
err case_seal_text(struct ctx *c, int64_t subject_id, int64_t case_id, int64_t event_id, struct slice text,
		   struct slice *ret);
err case_change_apply(struct ctx *c, struct case_change *change, struct slice text);

/* What a department has to work on (ops). */
err case_queue_list(struct ctx *c, const char *department, const char *state, int64_t before, int limit,
		    err (*fn)(struct ctx *c, int64_t subject_id, const struct service_case *k, void *arg),
		    void *arg);
/* ERR_NOT_FOUND for another department's. */
err case_queue_find(struct ctx *c, const char *department, int64_t case_id, int64_t *ret_subject_id,
		    struct service_case *ret);
/* In the list of whichever department has it; ERR_NOT_FOUND. */
err case_queue_find_anywhere(struct ctx *c, int64_t case_id, int64_t *ret_subject_id,
			     struct service_case *ret);

/* Its person deletes a case, with its texts, place and pictures; what was passed on stays with the
 * department. ERR_CONFLICT where the city keeps the record of such cases (case.removable). */
err case_remove(struct ctx *c, int64_t subject_id, int64_t case_id);

/* Deletes rows of cases and uploads of a person whose scopes ended. A job: kind "services_end". */
err services_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* Ends a closed case whose retention is over: key, pictures and rows. A job: kind "case_end". */
err case_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
