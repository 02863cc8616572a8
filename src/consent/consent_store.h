/* The rows of the consent module; inside the module only. */
#pragma once

#include "consent/consent.h"

/* One table of each kind for persons, one for installations: which one is a matter of `owner`. */
struct owner {
	int64_t subject_id; /* 0: the installation itself */
	int64_t installation_id;
};

struct acceptance_row {
	int64_t id, read_at_ms, at_ms, withdrawn_at_ms;
	int64_t release_number;
	const char *version, *release_hash, *kind;
	bool whole; /* all four operations stand (TJ-0.2.c) */
};

struct consent_row {
	int64_t id, given_at_ms, withdrawn_at_ms;
	int64_t about_id, until_ms; /* of a person's consent for one matter; else 0 */
	const char *service, *recipient, *items, *text_hash, *version, *terms; /* recipient "" when none */
};

struct list { /* a growing array in the arena */
	void *rows;
	size_t count, capacity;
};

/* Lists; rows live in the arena. tx NULL: a read of its own. */
err consent_db_acceptances(struct ctx *c, struct tx *tx, struct owner o, struct list *ret);
err consent_db_consents(struct ctx *c, struct tx *tx, struct owner o, bool live_only, struct list *ret);
err consent_db_permissions(struct ctx *c, struct tx *tx, int64_t installation_id, struct list *ret);
err consent_db_function_permissions(struct ctx *c, struct tx *tx, int64_t installation_id, struct list *ret);
err consent_db_person(struct ctx *c, struct tx *tx, int64_t subject_id, struct facts *ret);
err consent_db_second_check(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			    int64_t *ret_until_ms);

struct permission_row {
	const char *key, *service; /* service NULL: for every function */
	bool granted;
	int64_t changed_at_ms;
};

/* Inserts inside a transaction. */
err consent_db_acceptance_add(struct ctx *c, struct tx *tx, struct owner o, const struct acceptance_row *a);
err consent_db_consent_add(struct ctx *c, struct tx *tx, struct owner o, const struct consent_row *k);
err consent_db_consent_withdraw(struct ctx *c, struct tx *tx, struct owner o, int64_t consent_id,
				int64_t *ret_changed);
/* Every consent of the owner, every acceptance of the person, all of an installation. */
err consent_db_consents_withdraw(struct ctx *c, struct tx *tx, struct owner o);
err consent_db_acceptances_withdraw(struct ctx *c, struct tx *tx, struct owner o);
/* The person's acceptances that were given on the owner's installation. */
err consent_db_acceptances_of(struct ctx *c, struct tx *tx, struct owner o);
err consent_db_installation_end(struct ctx *c, struct tx *tx, int64_t installation_id);
err consent_db_anonymous_add(struct ctx *c, struct tx *tx, const struct anonymous_use *u);
err consent_db_consents_moved(struct ctx *c, struct tx *tx, int64_t installation_id);
err consent_db_permission_put(struct ctx *c, struct tx *tx, int64_t installation_id, const char *key,
			      bool granted);
/* For one function; the permission as a whole stays as it is. */
err consent_db_function_permission_put(struct ctx *c, struct tx *tx, int64_t installation_id, const char *key,
				       const char *service, bool granted);
/* What was given for single functions ends with the permission. */
err consent_db_function_permissions_off(struct ctx *c, struct tx *tx, int64_t installation_id,
					const char *key);
err consent_db_permissions_off(struct ctx *c, struct tx *tx, int64_t installation_id);
err consent_db_text_put(struct ctx *c, struct tx *tx, const char *hash, struct slice body);

err consent_db_installation_add(struct ctx *c, int64_t id, const uint8_t hash[static HASH_SIZE],
				const char *platform);
/* ret_hash is all zero when there is none. */
err consent_db_installation_get(struct ctx *c, int64_t id, uint8_t ret_hash[static HASH_SIZE],
				const char **ret_platform);
err consent_db_text_get(struct ctx *c, struct slice hash, struct buf *ret);

/* Whether the release in force still has the terms under which the consent was given. */
bool consent_terms_stand(struct ctx *c, const struct consent_row *k);
/* The items named in a stored list of keys; keys that the release does not know are left out. */
struct itemset itemset_of_keys(const struct release *r, const char *keys);
/* Item keys in order of their number, between spaces. */
const char *keys_of_itemset(struct ctx *c, const struct itemset *set);
