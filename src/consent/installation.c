/* Installations: a token for a device that has agreed to nothing yet. */
#include "base/id.h"
#include "consent/consent_store.h"
#include "consent/preferences.h"
#include "vault/vault.h"

enum { SECRET_BYTES = 24, TOKEN_BYTES = 8 + SECRET_BYTES };

static void put_id(uint8_t *at, int64_t id)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
}

static int64_t get_id(const uint8_t *at)
{
	uint64_t id = 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | at[i];
	return (int64_t)id;
}

err installation_new(struct ctx *c, const char *platform, char ret_token[static TOKEN_SIZE], int64_t *ret_id)
{
	int64_t id = id_new(c->now_ms);
	uint8_t bytes[TOKEN_BYTES], hash[HASH_SIZE];
	char text[TOKEN_SIZE];

	put_id(bytes, id);
	crypto_random(bytes + 8, SECRET_BYTES);
	text[0] = 'i';
	base64url_encode(bytes, sizeof(bytes), text + 1);
	keys_hash(c->keys, "installation", slice_of(text), hash);
	TRY(consent_db_installation_add(c, id, hash, platform));
	memcpy(ret_token, text, sizeof(text));
	*ret_id = id;
	return OK;
}

err installation_find(struct ctx *c, struct slice token, int64_t *ret_id, const char **ret_platform)
{
	uint8_t bytes[TOKEN_SIZE], given[HASH_SIZE], stored[HASH_SIZE];
	size_t n = 0;
	const char *platform = NULL;

	if (token.n < 2 || token.n >= TOKEN_SIZE || token.p[0] != 'i' ||
	    !base64url_decode((struct slice){token.p + 1, token.n - 1}, bytes, &n) || n != TOKEN_BYTES)
		FAIL(c, ERR_LOGIN, "设备凭证无效，请重新打开应用");
	keys_hash(c->keys, "installation", token, given);
	TRY(consent_db_installation_get(c, get_id(bytes), stored, &platform));
	if (!platform || !crypto_equal(given, stored, HASH_SIZE))
		FAIL(c, ERR_LOGIN, "设备凭证无效，请重新打开应用");
	*ret_id = get_id(bytes);
	*ret_platform = platform;
	return OK;
}

err installation_platform(struct ctx *c, int64_t id, const char **ret_platform)
{
	uint8_t hash[HASH_SIZE];
	const char *platform = NULL;

	TRY(consent_db_installation_get(c, id, hash, &platform));
	if (!platform)
		FAIL(c, ERR_NOT_FOUND, "没有这台设备");
	*ret_platform = platform;
	return OK;
}

struct goodbye {
	struct owner owner;
	bool withdraws; /* uninstalling is a way of withdrawing here */
};

static err goodbye_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct goodbye *g = arg;
	struct owner installation = {0, g->owner.installation_id};

	TRY(consent_db_permissions_off(c, tx, installation.installation_id));
	TRY(consent_db_installation_end(c, tx, installation.installation_id));
	TRY(installation_choices_end_rows(c, tx, installation.installation_id, true));
	TRY(vault_sensor_end_rows(c, tx, installation.installation_id));
	if (!g->withdraws)
		return OK;
	TRY(consent_db_acceptances_withdraw(c, tx, installation));
	TRY(consent_db_consents_withdraw(c, tx, installation));
	return g->owner.subject_id ? consent_db_acceptances_of(c, tx, g->owner) : OK;
}

err installation_goodbye(struct ctx *c, int64_t subject_id)
{
	struct goodbye g = {{subject_id, c->installation_id},
			    city_list_has(c->release, "withdraw.ways", "uninstall")};
	struct entry entry = {.action = ENTRY_WITHDRAW,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = g.withdraws ? city_text(c->release, "withdraw.clause") : NULL,
			      .note = g.withdraws ? "卸载应用：撤回在本设备上作出的同意和授权"
						  : "卸载应用：关闭本设备的权限"};
	struct head head;

	if (!subject_id)
		return store_write(c, c->store, goodbye_rows, &g);
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, goodbye_rows, &g, NULL);
}
