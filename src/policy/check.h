/* What `tongban check` says about the files of one city. */
#pragma once

#include "policy/policy.h"

/* Loads the city and looks for what a loader need not refuse but a city should not leave: a rule of the gate
 * without its clause, something declared that nothing uses, a service that cannot be found by typing. Every
 * version of the policy is checked.
 *
 * Each finding is a line of text in ret, or with json an object a line: {"city", "file", "line", "text"}
 * (file and line null where a finding has no single place). *ret_findings counts them; OK whenever the check
 * itself could run. */
err policy_check(struct ctx *c, const char *dir, const char *city, bool json, struct buf *ret,
		 int64_t *ret_findings);

/* The same of one loaded release, in Chinese, for officers: a line each. */
void release_findings(const struct release *r, struct buf *ret);
