#include "account/devices.h"
#include "account/account_store.h"
#include "vault/keys.h"
#include <arpa/inet.h>

enum { PLACE_LIFE_DAYS = 180, IPV4_PART = 3, IPV6_PART = 6 };

/* The part of an address that names the network; what is no address stands for itself. */
static struct slice network_of(struct ctx *c, const char *address)
{
	uint8_t *bytes = arena_alloc(c->arena, 16);

	if (inet_pton(AF_INET, address, bytes) == 1)
		return slice_bytes(bytes, IPV4_PART);
	if (inet_pton(AF_INET6, address, bytes) == 1)
		return slice_bytes(bytes, IPV6_PART);
	return slice_of(address);
}

void own_place(struct ctx *c, const char *address, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "own_place", network_of(c, address), ret);
}

struct looking {
	int64_t installation_id;
	struct own_device *ret;
};

static err device_row(struct ctx *c, const struct row *r, void *arg)
{
	struct looking *l = arg;

	l->ret->any = true;
	if (row_int(r, 0) != l->installation_id)
		return OK;
	l->ret->way = row_copy(c, r, 1);
	l->ret->bound = row_int(r, 2) > 0;
	l->ret->blocked = row_int(r, 3) > 0;
	l->ret->known = !l->ret->blocked;
	return OK;
}

static err place_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c, (void)r;
	((struct looking *)arg)->ret->place_known = true;
	return OK;
}

err own_device_get(struct ctx *c, int64_t subject_id, const uint8_t *place, struct own_device *ret)
{
	struct own_device found = {.way = ""};
	struct looking l = {c->installation_id, &found};

	TRY(store_rows(c, c->store, Q_OWN_DEVICE_GET, PARAMS(P_INT(subject_id)), device_row, &l));
	if (place)
		TRY(store_rows(c, c->store, Q_OWN_PLACE_GET,
			       PARAMS(P_INT(subject_id), P_BLOB(place, HASH_SIZE)), place_row, &l));
	*ret = found;
	return OK;
}

err own_device_rows(struct ctx *c, struct tx *tx, void *device_use)
{
	const struct device_use *u = device_use;
	int64_t old_ms = c->now_ms - (int64_t)PLACE_LIFE_DAYS * 24 * 3600 * 1000;

	TRY(tx_exec(c, tx, Q_OWN_DEVICE_PUT,
		    PARAMS(P_INT(u->subject_id), P_INT(c->installation_id), P_STR(u->way), P_INT(c->now_ms),
			   P_INT(u->bound ? c->now_ms : 0)),
		    NULL));
	TRY(tx_exec(c, tx, Q_OWN_PLACE_SWEEP, PARAMS(P_INT(u->subject_id), P_INT(old_ms)), NULL));
	return tx_exec(c, tx, Q_OWN_PLACE_PUT,
		       PARAMS(P_INT(u->subject_id), P_BLOB(u->place, HASH_SIZE), P_INT(c->now_ms)), NULL);
}

err own_device_bind_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_OWN_DEVICE_BIND,
		       PARAMS(P_INT(subject_id), P_INT(c->installation_id), P_INT(c->now_ms)), NULL);
}

err own_device_block_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t installation_id,
			  bool blocked)
{
	if (!blocked)
		return tx_exec(c, tx, Q_OWN_DEVICE_UNBLOCK, PARAMS(P_INT(subject_id), P_INT(installation_id)),
			       NULL);
	TRY(tx_exec(c, tx, Q_OWN_DEVICE_BLOCK,
		    PARAMS(P_INT(subject_id), P_INT(installation_id), P_INT(c->now_ms)), NULL));
	return account_db_sessions_end_on(c, tx, subject_id, installation_id);
}

err own_device_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	TRY(tx_exec(c, tx, Q_OWN_DEVICE_CLEAR, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_OWN_PLACE_CLEAR, PARAMS(P_INT(subject_id)), NULL);
}
