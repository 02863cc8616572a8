/* The context of one request, job or command: its arena and time, the ways to the layers, and what went
 * wrong.
 *
 * It is no god struct: the pointers are opaque, a module sees only what its layer may include. Functions take
 * what they decide about as arguments and use the context for the means. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum { DETAIL_SIZE = 400, FIELD_ERRORS_MAX = 32, NEXT_STEPS_MAX = 8, DELETED_OF_MAX = 4 };

struct field_error {
	const char *field;
	const char *message;
	bool declared; /* the name stands in the city's data, and cannot be something that a client sent */
};

/* What a client can offer after a refusal; `members` are further JSON members without braces
 * ("\"items\":[…]"), or NULL. Actions: give_consent, grant_permission, verify_name, ask_guardian,
 * confirm_again, log_in, accept_policy, bind_phone. */
struct next_step {
	const char *action;
	const char *members;
};

struct failure {
	enum err_code code;
	char detail[DETAIL_SIZE]; /* Chinese, for people; never a value of a person */
	const char *reason;	  /* overrides the reason that belongs to the code (API.md's closed list) */
	const char *clause;	  /* on every refusal by policy */
	struct field_error fields[FIELD_ERRORS_MAX];
	size_t field_count;
	struct next_step next[NEXT_STEPS_MAX];
	size_t next_count;
	int64_t retry_after_s;
};

/* Who acts: a person on the own behalf, staff, a job, or nobody known. */
enum actor_kind { ACTOR_NOBODY, ACTOR_PERSON, ACTOR_STAFF, ACTOR_SYSTEM };

struct actor {
	enum actor_kind kind;
	int64_t id;		/* subject_id or staff_id */
	const char *role;	/* of staff: "hotline_agent"; of persons "self" */
	const char *name;	/* for staff, the name that a citizen sees ("市民热线办 王某") */
	const char *department; /* of staff, or NULL */
};

struct ctx {
	struct arena *arena;
	int64_t now_ms;
	struct actor actor;
	struct failure failure;

	struct store *store; /* the city's store */
	struct keys *keys;   /* data keys, in their own store */
	struct ledger *ledger;
	const struct release *release; /* the policy in force, held for the life of this context */
	struct connectors *connectors;
	int64_t installation_id; /* 0: none */
	int64_t session_id;	 /* 0: none */

	/* Persons of whom single values were deleted: the vault lists them before the act is acknowledged. A
	 * count above the room stands for more. */
	int64_t deleted_of[DELETED_OF_MAX];
	unsigned deleted_count;
};

/* Sets code and detail; returns the error. Other parts of the failure are kept. */
__attribute__((format(printf, 3, 4))) err fail(struct ctx *c, enum err_code code, const char *fmt, ...);

#define FAIL(c, code, ...) return fail((c), (code), __VA_ARGS__)

/* Adds one field error and returns ERR_INVALID; the strings are copied into the arena. */
err fail_field(struct ctx *c, const char *field, const char *message);
/* For a name that is longer, or of other characters, than those of members: "send/recipient/hrss/real_name".
 */
err fail_declared(struct ctx *c, const char *field, const char *message);

/* A refusal by policy: reason is one of API.md's list, clause the clause that refuses, detail what to tell.
 */
__attribute__((format(printf, 4, 5))) err refuse(struct ctx *c, const char *reason, const char *clause,
						 const char *fmt, ...);
void refuse_next(struct ctx *c, const char *action, const char *members);

void failure_clear(struct ctx *c);
