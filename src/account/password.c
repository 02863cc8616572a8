/* Passwords: Argon2id text, sealed under the account's key. */
#include "account/account.h"
#include "account/account_store.h"
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

/* Each hash takes 19 MiB and a whole processor: more at once than there are processors would only slow each
 * other down. */
static sem_t hashing;
static pthread_once_t hashing_once = PTHREAD_ONCE_INIT;

static void hashing_init(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	sem_init(&hashing, 0, processors > 1 ? (unsigned)processors : 1);
}

static void hashing_begin(void)
{
	pthread_once(&hashing_once, hashing_init);
	while (sem_wait(&hashing) != 0)
		;
}

static void hashing_end(void)
{
	sem_post(&hashing);
}

static const char *aad_of(struct ctx *c, int64_t subject_id)
{
	return arena_printf(c->arena, "credential|%lld", (long long)subject_id);
}

err password_seal(struct ctx *c, int64_t subject_id, struct slice password, struct sealed_password *ret)
{
	char hash[PASSWORD_HASH_SIZE];
	uint8_t key[KEY_SIZE];
	enum suite suite = keys_suite(c->keys);

	hashing_begin();
	err hashed = password_hash(c, password, hash);
	hashing_end();
	TRY(hashed);
	struct slice plain = slice_of(hash);
	ret->size = seal_size(suite, plain.n);
	if (ret->size > sizeof(ret->bytes))
		FAIL(c, ERR_INTERNAL, "password hash too long");
	TRY(keys_make(c, c->keys, subject_id, "account", key));
	err e = seal(c, suite, key, slice_of(aad_of(c, subject_id)), plain, ret->bytes);
	crypto_wipe(key, sizeof(key));
	crypto_wipe(hash, sizeof(hash));
	return e;
}

/* "" when it has none. */
static err stored_hash(struct ctx *c, int64_t subject_id, char ret[static PASSWORD_HASH_SIZE])
{
	struct sealed_password sealed;
	struct password_state state;
	uint8_t key[KEY_SIZE], plain[SEALED_PASSWORD_MAX];
	size_t n = 0;

	ret[0] = '\0';
	TRY(account_db_credential(c, subject_id, &sealed, &state));
	if (!state.set)
		return OK;
	TRY(keys_get(c, c->keys, subject_id, "account", key));
	err e = unseal(c, key, slice_of(aad_of(c, subject_id)), slice_bytes(sealed.bytes, sealed.size), plain,
		       &n);
	crypto_wipe(key, sizeof(key));
	TRY(e);
	if (n >= PASSWORD_HASH_SIZE)
		FAIL(c, ERR_CRYPTO, "credential too long");
	memcpy(ret, plain, n);
	ret[n] = '\0';
	return OK;
}

err password_check(struct ctx *c, int64_t subject_id, struct slice password, bool *ret_right)
{
	char hash[PASSWORD_HASH_SIZE] = "";

	if (subject_id) {
		err e = stored_hash(c, subject_id, hash);
		if (e.code == ERR_GONE || e.code == ERR_NOT_FOUND)
			failure_clear(c); /* ended: nobody */
		else if (failed(e))
			return e;
	}
	hashing_begin();
	*ret_right = password_verify(password, hash[0] ? hash : NULL);
	hashing_end();
	crypto_wipe(hash, sizeof(hash));
	return OK;
}

struct replacement {
	int64_t subject_id, keep_session_id;
	const struct sealed_password *password;
};

static err replace_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct replacement *r = arg;

	TRY(account_db_credential_put(c, tx, r->subject_id, r->password));
	return account_db_sessions_end(c, tx, r->subject_id, r->keep_session_id);
}

err password_replace(struct ctx *c, int64_t subject_id, const struct sealed_password *password,
		     const char *note)
{
	struct replacement r = {subject_id, c->session_id, password};
	struct head head;
	struct entry entry = {.action = ENTRY_CHANGE,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .note = note};
	const struct item *item = release_item(c->release, "password");

	if (item)
		itemset_add(&entry.items, item->number);
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, replace_rows, &r, NULL);
}

err password_state_get(struct ctx *c, int64_t subject_id, struct password_state *ret)
{
	struct sealed_password sealed;

	return account_db_credential(c, subject_id, &sealed, ret);
}
