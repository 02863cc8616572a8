/* Queries: a person's declared items go to one authority, its answer is cut to the declared result items and
 * returned; nothing else of it is kept (DESIGN §4). */
#pragma once

#include "services/form.h"
#include <jansson.h>

struct query_result {
	int64_t query_id;
	const struct service *service;
	json_t *items;	 /* item key → string or {columns, rows}; only declared ones; the caller drops the
			    reference */
	int64_t usage_n; /* the entry that records the sharing */
};

/* Errors: ERR_NOT_FOUND, ERR_LOGIN, ERR_INVALID, ERR_REFUSED (not_declared, consent_required, …),
 * ERR_CONFLICT (the authority says that items do not fit together: field errors name them), ERR_AUTHORITY. */
err query_run(struct ctx *c, int64_t subject_id, struct slice service_key, const struct form_field *fields,
	      size_t count, struct query_result *ret);
