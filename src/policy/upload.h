/* A release made in the console: of files that somebody uploads, or of another release with some texts and
 * parameters changed. Both pass the loader that reads the files of a city. */
#pragma once

#include "policy/policy.h"
#include <jansson.h>

struct city_file {
	const char
		*path; /* "policy/2026.2.yaml", "city.yaml", "services/driving.yaml", "common/items.yaml" */
	struct slice text;
};

/* What is not among the files comes from base; uploaded services replace all of base's. Complaints as
 * release_load but in Chinese, with ERR_INVALID. Sorts files.
 * cities: the folder whose common/clauses.txt lists the clauses, or NULL. */
err release_upload(struct ctx *c, const struct release *base, const char *cities, struct city_file *files,
		   size_t count, struct buf *ret_complaints, struct release **ret);

/* A release of a changed document. ERR_INVALID with a field error, in Chinese, for each place that is wrong:
 * "policy.recipients.3.items.0". */
err release_reparsed(struct ctx *c, json_t *root, struct release **ret);

/* One changed place of the document: "policy.updated", "policy.chapters.2.sections.0.paragraphs",
 * "policy.categories.3.retention.days", "city.contact.hotlines". */
struct release_edit {
	const char *at;
	const json_t *value;
};

/* The document of base with the places changed: texts, items, recipients, periods, registers, wording of
 * services, settings. What needs code (keys of rows, forms of services, rules of the gate) cannot be edited
 * here. ERR_INVALID with a field error, in Chinese, for each place. */
err release_edited(struct ctx *c, const struct release *base, const struct release_edit *edits, size_t count,
		   struct release **ret);
