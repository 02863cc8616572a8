/* Staff: accounts made by the operator (`tongban staff add`), opened by password and TOTP, ended after idle
 * time.
 *
 * Roles: hotline_agent works on the cases of one department; policy_officer writes, reviews and publishes the
 * policy; privacy_officer decides on exceptions, guardians' papers and organisational duties; auditor sees no
 * case; complaint_handler sees the data of a complaint or a dispute whose number they know (complaints.h).
 * What two officers must decide is decided by two different accounts. A staff member sees masked values;
 * showing one needs a reason, which the citizen sees with the name of the staff member (TJ-5.3.d,
 * NT-3.3.2.i). */
#pragma once

#include "services/cases.h"

enum { STAFF_IDLE_MS = 15 * 60 * 1000, STAFF_LIFE_MS = 10 * 3600 * 1000, STAFF_REASON_MIN = 4 };

#define STAFF_HOTLINE_AGENT "hotline_agent"
#define STAFF_AUDITOR "auditor"
#define STAFF_POLICY_OFFICER "policy_officer"
#define STAFF_PRIVACY_OFFICER "privacy_officer"
#define STAFF_COMPLAINT_HANDLER "complaint_handler"

struct staff {
	int64_t id;
	const char *login, *name, *role, *department; /* department: recipient key, or NULL */
};

/* secret_base32 is what an authenticator app takes. ERR_CONFLICT: the login is taken. */
err staff_add(struct ctx *c, const struct staff *s, struct slice password, char ret_secret_base32[static 64]);
typedef err (*staff_fn)(struct ctx *c, const struct staff *s, void *arg);
err staff_list(struct ctx *c, staff_fn fn, void *arg);

/* Hashes a password: slow pool. ERR_LOGIN for anything wrong, alike; ERR_LOCKED after repeated failures; a
 * TOTP code opens one session only. */
err staff_login(struct ctx *c, struct slice login, struct slice password, struct slice totp,
		struct staff *ret, char ret_token[static TOKEN_SIZE]);
/* The second factor once more, for an act that needs it, by a code that was not used before; ERR_INVALID. A
 * wrong code counts like a failed login. */
err staff_confirm(struct ctx *c, const struct staff *s, struct slice totp);
/* ERR_LOGIN when the session is unknown, idle too long or too old. */
err staff_session_find(struct ctx *c, struct slice token, struct staff *ret);
err staff_session_end(struct ctx *c, struct slice token);
/* All of one staff member, on all servers. */
err staff_sessions_end(struct ctx *c, int64_t staff_id);

/* ---- cases of the own department
 * ---------------------------------------------------------------------------------- */
/* The items of a case with masked values; one entry per view. ERR_REFUSED for roles that handle no cases,
 * ERR_NOT_FOUND for other departments'. */
err staff_case_open(struct ctx *c, const struct staff *s, int64_t case_id, int64_t *ret_subject_id,
		    struct service_case *ret, held_fn fn, void *arg);
/* One value in clear. reason: at least STAFF_REASON_MIN characters; the citizen reads it. Released values are
 * wiped by the caller. */
err staff_case_reveal(struct ctx *c, const struct staff *s, int64_t case_id, struct slice item,
		      struct slice reason, struct released *ret);
/* A reason that the citizen will read; ERR_INVALID. */
err staff_check_reason(struct ctx *c, struct slice reason);
err staff_may_handle(struct ctx *c, const struct staff *s);
/* OK when the staff member has one of the two roles (role2 may be NULL); else ERR_REFUSED. */
err staff_must_be(struct ctx *c, const struct staff *s, const char *role, const char *role2);
