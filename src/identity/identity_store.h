/* The rows of the identity module, and what its files share. */
#pragma once

#include "account/minors.h"
#include "identity/identity.h"

/* ---- counters
 * ----------------------------------------------------------------------------------------------------------
 */

/* One try at a password of `who` (an account, or a name that is none). ERR_LOCKED while locked. */
err guard_begin(struct ctx *c, const char *who);
err guard_clear(struct ctx *c, const char *who);
err guard_clear_rows(struct ctx *c, struct tx *tx, const uint8_t *guard);
/* Wrong tries in a row, the one under way included. */
err guard_misses(struct ctx *c, const char *who, int64_t *ret);
/* Both in one transaction: the limit of an address, and the try. */
err guard_admit(struct ctx *c, const char *who, const char *address, int64_t limit, int64_t window_ms);
void guard_key(struct ctx *c, const char *who, uint8_t ret[static HASH_SIZE]);

/* ---- codes
 * -------------------------------------------------------------------------------------------------------------
 */
struct sms_code_row {
	uint8_t phone_hash[HASH_SIZE], code_hash[HASH_SIZE];
	const char *purpose;
	int64_t expires_at_ms;
};
/* *ret_changed 0: too soon after the last one. */
err identity_db_code_put(struct ctx *c, struct tx *tx, const struct sms_code_row *row, int64_t *ret_changed);
/* *ret_right: the code was right, and is used up now. */
err identity_db_code_take(struct ctx *c, const struct sms_code_row *row, bool *ret_right);

/* ---- what was filled in from a source ---- */
struct prefill_row {
	uint8_t form_hash[HASH_SIZE], value_hash[HASH_SIZE];
	const char *source, *version; /* source NULL: nothing was */
	int64_t consent_id, expires_at_ms;
};
err identity_db_prefill_put(struct ctx *c, const struct prefill_row *row);
/* By its form_hash. */
err identity_db_prefill_get(struct ctx *c, struct prefill_row *row);
err identity_db_prefill_delete(struct ctx *c, struct tx *tx, const uint8_t form_hash[static HASH_SIZE]);

/* The entry that goes with handing a number to the gateway, decided by the gate; with the person's head. */
struct sms_draft;
err sms_share_entry(struct ctx *c, int64_t subject_id, struct entry *ret_entry, struct head *ret_head);
/* Row function: sms_rows. */
err sms_draft_rows(struct ctx *c, struct tx *tx, void *draft);

/* ---- forms
 * ---------------------------------------------------------------------------------------------------------------
 */
enum { FORM_ITEMS_MAX = 16 };
struct typed_values {
	struct vault_value values[FORM_ITEMS_MAX];
	size_t count;
	struct itemset items;
};
/* Exactly the items of keys, the first `required` of them all, each validated and in normal form; one field
 * error for each that is missing, wrong or not asked for. */
err typed_read(struct ctx *c, const char *const *keys, size_t key_count, size_t required,
	       const struct typed *typed, size_t count, struct typed_values *ret);
/* p NULL when missing. */
struct slice typed_get(const struct typed_values *f, const char *item);
/* Says where an item came from; nothing when it is not in the form. */
void typed_origin(struct typed_values *f, const char *item, const char *origin);
/* The values of the items that are held in the vault: without codes and passwords. identity: those that prove
 * who someone is. */
size_t typed_part(const struct typed_values *f, bool identity, struct vault_value *ret,
		  struct itemset *ret_items);

/* One item on its own. */
err item_read(struct ctx *c, const char *item, struct slice value, struct slice *ret);

/* The person's own number, read from the vault with an entry that says why; in the arena. */
err own_phone(struct ctx *c, int64_t subject_id, const char *why, struct slice *ret);

/* ---- comparing with a body allowed by law
 * -------------------------------------------------------------------------------------------- */
/* Sends exactly the permit's items of the form to the authority, and consumes the permit. ERR_CONFLICT with
 * the mismatching fields; ERR_AUTHORITY. ret_sent: "sent", "not_sent" or "unknown", on failure too. guarded:
 * a guardian agreed, so that the body's word that this is a minor refuses nothing. */
err compare_identity(struct ctx *c, struct permit *share, const struct typed_values *f, bool guarded,
		     const char **ret_sent);
/* The entry of such a share. */
struct entry share_entry(const struct permit *share);
/* The document number that a form gives; p NULL when it is no resident card's. */
struct slice typed_number(const struct typed_values *f);
/* ERR_REFUSED (guardian_required) for someone below minor.age by the document number, unless the guardian
 * agreed for exactly this number to the caller's installation or account (TJ-6.2.a, NT-5.1.a). */
err check_age(struct ctx *c, struct child caller, const struct typed_values *f, bool *ret_minor);

/* The gate's answer for the items of a form. */
err typed_permit(struct ctx *c, const struct facts *f, enum gate_action action, const struct service *s,
		 const struct recipient *to, struct itemset items, struct permit **ret);
