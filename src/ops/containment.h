/* Containing an incident: an officer cuts a connector, a role of staff, or somebody's sessions in the
 * console, at once and on all servers (TJ-5.5.b). */
#pragma once

#include "connectors/outages.h"
#include "ops/staff.h"

/* kind: "connector" (key: authority), "role" (key: role; never the own one), "session" (key: login of staff,
 * whose sessions end). Needs a reason. */
err contain_cut(struct ctx *c, const struct staff *by, const char *kind, const char *key, const char *reason);
/* Of a connector or a role. */
err contain_lift(struct ctx *c, const struct staff *by, const char *kind, const char *key,
		 const char *reason);
