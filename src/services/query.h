/* Queries: a person's declared items go to one authority, its answer is cut to the declared result items and
 * returned; nothing else of it is kept (DESIGN §4). */
#pragma once

#include "services/form.h"
#include <jansson.h>

struct query_result {
	int64_t query_id;
	const struct service *service;
	json_t *items;	 /* item key → string or {columns, rows}; only declared ones */
	int64_t usage_n; /* the entry that records the sharing */
};

/* What the caller adds to the end of a query that was answered: answer makes what is told (it may be called
 * again), then rows go into the query's last write, with the entry of the sending. */
struct query_end {
	err (*answer)(struct ctx *c, const struct query_result *r, void *arg);
	tx_fn rows;
	void *arg;
};

/* An answered query is counted without the person, and remembered for the person who wants that (kept.h).
 * Errors: ERR_NOT_FOUND, ERR_LOGIN, ERR_INVALID, ERR_REFUSED (not_declared, consent_required, …),
 * ERR_CONFLICT (the authority says that items do not fit together: field errors name them), ERR_AUTHORITY.
 * On success the rows of the end are durable. */
err query_run(struct ctx *c, int64_t subject_id, struct slice service_key, const struct form_field *fields,
	      size_t count, const struct query_end *end);
