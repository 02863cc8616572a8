/* De-identified sets: numbers about groups of people, made from what is known without opening anything
 * sealed.
 *
 * A set names at most ANALYSIS_FIELDS_MAX things that people have in common; whoever is counted is written
 * nowhere. Before it may be seen it is checked: no field identifies anyone, no value of it is found in the
 * account table, and no group is smaller than deidentify.k. For our own use small groups are left out
 * (TJ-1.2.2.b); a set for somebody outside needs the city's ground for de-identified data, and is refused as
 * a whole when it fails (NT-2.4.a). It has neither notice nor consent (NT-2.4.b), and stays when the people
 * in it are gone (NT-3.1.c). Children below minor.strict_age are not counted.
 *
 * A set consists of groups, or besides of rows (analysis_rows.h): one for each person of the groups that
 * stayed, with what they have in common, under a random code. Where the city allows it
 * (deidentify.reversible) a way back from code to person is kept, apart from the set (reversals.h; NT-A.8).
 */
#pragma once

#include "jobs/jobs.h"
#include "ops/staff.h"

enum { ANALYSIS_FIELDS_MAX = 4, ANALYSIS_K = 10 };

struct analysis {
	int64_t id, made_at_ms, walk_after, least, people, suppressed, checked_at_ms;
	const char *state;  /* making ready refused */
	const char *fields; /* keys, between spaces */
	const char *purpose, *receiver, *made_by, *reason;
	/* What it serves: a part of a purpose of the policy and a product, "app" or the key of a service; or
	 * "" (NT-1.4.a, NT-1.4.b). */
	const char *part, *product;
	const char *form;      /* groups rows */
	const char *key_state; /* of the way back: none kept ended */
};

bool analysis_has_rows(const struct analysis *a);
bool analysis_reversible(const struct ctx *c); /* whether the city allows a way back at all */

/* The fields there are: "registered_year", "registered_month", "age", "realname", "category:<key>",
 * and of what partners deliver "partner:<cooperation>", as far as the cooperation needs it (NT-1.2.3.b). */
typedef err (*analysis_field_fn)(struct ctx *c, const char *key, const char *name, void *arg);
err analysis_fields(struct ctx *c, analysis_field_fn fn, void *arg);
const char *analysis_field_name(struct ctx *c, const char *key); /* NULL: there is none */

const char *analysis_product_name(struct ctx *c, const char *key); /* NULL: there is none */

/* Where the policy parts a purpose, a set for our own use names the part and the product. ERR_REFUSED with
 * the reason: a part that the policy does not list, a field that identifies people, or somebody outside where
 * the city has no ground. */
err analysis_make(struct ctx *c, const struct staff *s, struct analysis *a);
err analysis_get(struct ctx *c, int64_t id, struct analysis *ret);
typedef err (*analysis_fn)(struct ctx *c, const struct analysis *a, void *arg);
/* Newest first, below `before` (0: from the newest), at most limit. */
err analysis_list(struct ctx *c, int64_t before, int limit, analysis_fn fn, void *arg);
/* What was made for ourselves since then and passed; those that count the same for the same are one. The
 * newest first. */
struct analysis_sum {
	const char *fields, *part, *product; /* as in struct analysis */
	int64_t times, last_at_ms;
};
typedef err (*analysis_sum_fn)(struct ctx *c, const struct analysis_sum *s, void *arg);
err analysis_own(struct ctx *c, int64_t since_ms, analysis_sum_fn fn, void *arg);
/* The groups of a set that passed; ERR_REFUSED of one that did not. common: values between tabs. */
typedef err (*analysis_group_fn)(struct ctx *c, const char *common, int64_t people, void *arg);
err analysis_groups(struct ctx *c, const struct analysis *a, analysis_group_fn fn, void *arg);

/* ERR_REFUSED when the set failed, or a cooperation does not allow its use any more; ERR_CONFLICT: it is
 * being made. */
err analysis_must_be_ready(struct ctx *c, const struct analysis *a);
/* The clause that refuses what the city's policy has no ground for. */
const char *analysis_clause(const struct ctx *c);
/* What the person has of the set's fields today, between tabs; NULL: the person is in no set. */
err analysis_common(struct ctx *c, const struct analysis *a, int64_t subject_id, const char **ret);

/* Job "analysis_make": ref_id is the set. */
err analysis_make_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
