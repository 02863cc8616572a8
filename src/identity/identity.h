/* Who is it? Registration, login, SMS codes, passwords, second checks, proof of the real name.
 *
 * Answers about known and unknown people are alike in text, work and time. What is typed is validated against
 * the city's settings: the items that a city demands are data (register.fields, login.names,
 * realname.methods). */
#pragma once

#include "account/account.h"
#include "account/devices.h"

struct typed { /* one member of a flat body: an item and what was typed */
	const char *item;
	struct slice value;
};

/* ---- SMS codes
 * ------------------------------------------------------------------------------------------------------- */
enum { SMS_CODE_LIFE_MS = 5 * 60 * 1000, SMS_RESEND_MS = 60 * 1000, SMS_ATTEMPTS_MAX = 5 };
/* Sends a code for one purpose ("register", "login", "bind", "reset", "second_check") to the number, if there
 * is anyone to send it to; answers alike for any number. address: of the caller, for the limit. ERR_LIMIT. */
err sms_code_send(struct ctx *c, int64_t subject_id, struct slice phone, const char *purpose,
		  const char *address);
/* Takes the code: once, in time, for this number, purpose and installation (TJ-1.1.1.f). ERR_INVALID with a
 * field error. */
err sms_code_take(struct ctx *c, struct slice phone, const char *purpose, struct slice code);

/* ---- registration
 * ------------------------------------------------------------------------------------------------------ */
/* The items of register.fields and no others. ERR_CONFLICT: taken; ERR_REFUSED: not agreed, too young, not
 * verified. */
err register_person(struct ctx *c, const struct typed *typed, size_t count, const char *address,
		    int64_t *ret_subject_id);
/* The following step of a city whose registration takes no password. */
err credentials_set(struct ctx *c, int64_t subject_id, struct slice username, struct slice password);
/* The number given at registration becomes the person's by a code sent to it. */
err phone_bind(struct ctx *c, int64_t subject_id, struct slice code);
/* Another number: before it is bound, just that; afterwards with a second check and a code (purpose "bind")
 * to the new number. */
err phone_change(struct ctx *c, int64_t subject_id, struct slice number, struct slice code);
/* What registration left to do: "set_credentials", "bind_phone", or NULL. */
err register_next(struct ctx *c, int64_t subject_id, const char **ret_action);

/* ---- login
 * -----------------------------------------------------------------------------------------------------------------
 */
/* By any of login.names. ERR_LOGIN, one text for whatever is wrong; ERR_LOCKED after repeated failures
 * (failure.retry_after_s). Slow. */
struct login {
	int64_t subject_id;
	bool guarded;
	uint8_t guard[HASH_SIZE]; /* what login_rows clears */
	const char *way;	  /* of the first proof: "password", "sms" */
	bool confirmed;		  /* a second proof was given */
	struct device_use use;	  /* what login_rows notes */
	struct slice name;	  /* by which the account was found, in normal form */
};
err login_password(struct ctx *c, struct slice login, struct slice password, const char *address,
		   struct login *ret);
err login_sms(struct ctx *c, struct slice phone, struct slice code, const char *address, struct login *ret);
/* The risk of the login, before its session starts (TJ-1.2.1.4.a, TJ-1.2.1.4.b, NT-1.3.b). ERR_REFUSED:
 * locked, the person blocked this device; second_check_required with next confirm_login {way, ticket} where a
 * second proof is asked. */
err login_judge(struct ctx *c, struct login *l, const char *address, const char *platform);
/* The second proof that a ticket asks for: the code with the own number, the password, or the document's
 * number. */
struct second_proof {
	struct slice phone, sms_code, password, id_number;
};
err login_confirm(struct ctx *c, struct slice ticket, const struct second_proof *p, const char *address,
		  struct login *ret);
/* To be run with session_start. */
err login_rows(struct ctx *c, struct tx *tx, void *login);

/* ---- unusual logins, as the person sees them ---- */
struct login_alert {
	int64_t id, installation_id, at_ms;
	const char *platform, *state;	      /* "stopped", "passed", "blocked" */
	const char *place, *device, *reasons; /* only from login_alert_get; NULL: not kept */
};
typedef err (*login_alert_fn)(struct ctx *c, const struct login_alert *a, void *arg);
/* Newest first, below `before` (0: from the newest), at most limit. */
err login_alert_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, login_alert_fn fn,
		     void *arg);
/* With what is sealed, by an entry. ERR_NOT_FOUND. */
err login_alert_get(struct ctx *c, int64_t subject_id, int64_t id, struct login_alert *ret);
/* "Not me": the device opens no session of this account any more, and those that it has end. ERR_CONFLICT:
 * the device of this very session. Taking it back needs a second check. */
err login_alert_block(struct ctx *c, int64_t subject_id, int64_t id);
err login_alert_unblock(struct ctx *c, int64_t subject_id, int64_t id);

/* Whether the source warns of a value of a kind: "phone", "device", "network", "host". */
err risk_flagged(struct ctx *c, const char *kind, struct slice value, bool *ret);
/* Job "risk_feed", of which there is one: fetches the list of the city's source (risk.feed). */
err risk_feed_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* Job "logins_end": the account ended. */
err logins_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);

/* ---- passwords
 * ---------------------------------------------------------------------------------------------------------------
 */
/* With the present password, or a code of purpose "second_check" to the own number. Ends the other sessions.
 */
err password_change(struct ctx *c, int64_t subject_id, struct slice password, struct slice current,
		    struct slice sms_code);
/* User name, number and code must belong together (TJ-1.1.3.b). Ends every session. */
err password_reset(struct ctx *c, struct slice username, struct slice phone, struct slice sms_code,
		   struct slice password, const char *address);

/* ---- second check
 * ----------------------------------------------------------------------------------------------------------------
 */
enum { SECOND_CHECK_MS = 5 * 60 * 1000 };
/* Proves again who holds this session; valid for SECOND_CHECK_MS. */
err second_check_password(struct ctx *c, int64_t subject_id, struct slice password, int64_t *ret_until_ms);
err second_check_sms(struct ctx *c, int64_t subject_id, struct slice phone, struct slice code,
		     int64_t *ret_until_ms);

/* ---- the real name
 * ------------------------------------------------------------------------------------------------------------------
 */
/* method: one of realname.methods. The items of the internal service realname_<method> and no others. */
err realname_prove(struct ctx *c, int64_t subject_id, const char *method, const struct typed *typed,
		   size_t count, int *ret_level);

/* ---- limits
 * ----------------------------------------------------------------------------------------------------------
 */
/* Counts one event of `kind` for `value`; ERR_LIMIT with retry_after_s above `limit` within window_ms. */
err throttle(struct ctx *c, const char *kind, struct slice value, int64_t limit, int64_t window_ms);
