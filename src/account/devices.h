/* The devices (installations) and networks that an account is used from. A device is bound to the account
 * when the account was made on it, or when whoever logged in there gave a second proof; only then may it end
 * the account (TJ-4.3.d). Networks are kept as keyed hashes. */
#pragma once

#include "crypto/crypto.h"
#include "store/store.h"

struct own_device {
	bool any;   /* some device is known: an account from before they were noted has none */
	bool known; /* c's installation was used before */
	bool bound, blocked;
	bool place_known;
	const char *way; /* of the last login on it: "password", "sms", "registration"; "" */
};
/* Of c->installation_id. place NULL: the network is not asked for. */
err own_device_get(struct ctx *c, int64_t subject_id, const uint8_t *place, struct own_device *ret);

/* The keyed hash of the network of an address: its first three bytes, of IPv6 the first six. */
void own_place(struct ctx *c, const char *address, uint8_t ret[static HASH_SIZE]);

/* Inside the transaction that starts a session. */
struct device_use {
	int64_t subject_id;
	const char *way;
	bool bound;
	uint8_t place[HASH_SIZE];
};
err own_device_rows(struct ctx *c, struct tx *tx, void *device_use);

/* Inside the transaction of a second check that binds the device of this session. */
err own_device_bind_rows(struct ctx *c, struct tx *tx, int64_t subject_id);

/* Inside a transaction: the device opens no session any more, and those that it has end; or it may again. */
err own_device_block_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t installation_id,
			  bool blocked);

/* Inside the transaction that ends the account. */
err own_device_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
