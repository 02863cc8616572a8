/* What a person or an installation chose beside consents: switches of the app, and uses of cookies. */
#pragma once

#include "consent/consent.h"

/* A switch by name: "history", "personal". On until the person turns it off; "personal" never for a child
 * below minor.strict_age. */
err preference_on(struct ctx *c, int64_t subject_id, const char *name, bool *ret);
/* The same, of a person whose facts are at hand. */
err preference_of(struct ctx *c, const struct facts *f, const char *name, bool *ret);
/* Row function of the change, for ledger_write. */
struct preference_change {
	int64_t subject_id;
	const char *name;
	bool on;
};
err preference_rows(struct ctx *c, struct tx *tx, void *preference_change);

/* The cookie of that use in the register that can be refused, or NULL: there is nothing to choose. */
const struct cookie *cookie_of_use(const struct release *r, const char *use);
/* Whether the installation lets cookies of that use ("identity", "analysis") be set. Only what the register
 * lists as refusable can be refused; analysis needs an accepted policy besides. */
err cookie_allowed(struct ctx *c, const char *use, bool *ret);
/* ERR_NOT_FOUND: no cookie of that use can be refused here. */
err cookie_choose(struct ctx *c, const char *use, bool allowed);

/* Inside a transaction: the choices of an installation (SDKs, cookies). gone: it left, all of them end; else
 * what was allowed is taken back, and what was refused stays refused. */
err installation_choices_end_rows(struct ctx *c, struct tx *tx, int64_t installation_id, bool gone);
