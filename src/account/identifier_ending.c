/* A number that was replaced stops finding the person in the transaction that puts the new one in its place.
 * Its key ends after that, and only then is the number free: were it free before, a key made for the next
 * holder could be the one that is ended. What is to end is written down in the same transaction, so that a
 * crash in between is finished by the job. */
#include "account/account.h"
#include "account/account_store.h"
#include "base/id.h"

enum {
	PART = HASH_SIZE,
	SLOT_AND_BLIND = KEYS_SLOT_SIZE + HASH_SIZE,
	ENDINGS_MAX = 16,
	GRACE_MS = 60 * 1000
};
_Static_assert((int)PART == (int)KEYS_SLOT_SIZE, "slot and blind index have one size");

static struct slice bound(struct ctx *c, int64_t subject_id, int64_t ending_id)
{
	return slice_of(arena_printf(c->arena, "identifier_ending|%lld|%lld", (long long)subject_id,
				     (long long)ending_id));
}

err identifier_ending_seal(struct ctx *c, int64_t subject_id, const char *kind, struct slice normal,
			   struct identifier_ending *ret)
{
	struct identifier_ending e = {.id = id_new(c->now_ms), .kind = kind};
	uint8_t plain[SLOT_AND_BLIND];

	TRY(keys_blind_slot(c, c->keys, kind, normal, plain));
	TRY(keys_blind(c, c->keys, kind, normal, false, e.blind));
	memcpy(plain + PART, e.blind, HASH_SIZE);
	TRY(keys_seal(c, c->keys, subject_id, "account", bound(c, subject_id, e.id),
		      slice_bytes(plain, sizeof(plain)), &e.sealed));
	*ret = e;
	return OK;
}

err identifier_ending_rows(struct ctx *c, struct tx *tx, int64_t subject_id,
			   const struct identifier_ending *e)
{
	TRY(account_db_hold(c, tx, subject_id, e));
	TRY(account_db_identifier_ending_put(c, tx, subject_id, e));
	return job_add(c, tx, "identifier_ending", subject_id, e->id, c->now_ms + GRACE_MS, NULL);
}

struct freeing {
	int64_t subject_id;
	struct identifier_ending *e;
};

static err free_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct freeing *f = arg;

	return account_db_identifier_ending_done(c, tx, f->subject_id, f->e);
}

static err open_ending(struct ctx *c, int64_t subject_id, const struct identifier_ending *e,
		       uint8_t ret[static SLOT_AND_BLIND])
{
	uint8_t key[KEY_SIZE];
	size_t size = 0;

	if (e->sealed.n != seal_size(keys_suite(c->keys), SLOT_AND_BLIND))
		FAIL(c, ERR_CRYPTO, "an ending of another size");
	TRY(keys_get(c, c->keys, subject_id, "account", key));
	err failure = unseal(c, key, bound(c, subject_id, e->id), e->sealed, ret, &size);
	crypto_wipe(key, sizeof(key));
	return failure;
}

/* The account's key ends after these: where it is gone, they are. */
static err end_one(struct ctx *c, int64_t subject_id, struct identifier_ending *e)
{
	struct freeing f = {subject_id, e};
	uint8_t plain[SLOT_AND_BLIND];
	err failure = open_ending(c, subject_id, e, plain);

	if (failure.code == ERR_GONE) {
		failure_clear(c);
	} else {
		TRY(failure);
		TRY(keys_blind_slot_end(c, c->keys, plain));
		memcpy(e->blind, plain + PART, HASH_SIZE);
	}
	return store_write(c, c->store, free_rows, &f);
}

err identifier_endings_run(struct ctx *c, int64_t subject_id)
{
	struct identifier_ending list[ENDINGS_MAX];
	size_t count = 0;

	TRY(account_db_identifier_endings(c, subject_id, list, ENDINGS_MAX, &count));
	for (size_t i = 0; i < count; i++)
		TRY(end_one(c, subject_id, &list[i]));
	return OK;
}
