/* The certificate of a cancellation. Signed is the document without its last three members; the key is the
 * ledger's. */
#include "account/certificate.h"
#include "account/cancellation_plan.h"
#include "base/json.h"

static void write_endings(struct json *j, const char *member, const struct ending *list, size_t count)
{
	json_key(j, member);
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(j, '{');
		json_put_text(j, "scope", list[i].scope);
		json_put_text(j, "name", list[i].name);
		if (list[i].rule) {
			json_put_text(j, "rule", list[i].rule);
			json_put_time(j, "until", list[i].until_ms);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err sign_certificate(struct ctx *c, struct buf *ret)
{
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE], signature[SIGNATURE_SIZE],
		hash[HASH_SIZE];
	char text[128];

	TRY(keys_ledger_signer(c, c->keys, public_key, secret_key));
	sign(secret_key, buf_slice(ret), signature);
	crypto_wipe(secret_key, sizeof(secret_key));
	hash_sha256(buf_slice(ret), hash);
	ret->size--; /* the closing brace */
	hex_encode(hash, sizeof(hash), text);
	buf_printf(ret, ",\"hash\":\"%s\"", text);
	base64_encode(signature, sizeof(signature), text);
	buf_printf(ret, ",\"signature\":\"%s\"", text);
	base64_encode(public_key, sizeof(public_key), text);
	buf_printf(ret, ",\"public_key\":\"%s\"}", text);
	return OK;
}

err certificate_write(struct ctx *c, int64_t certificate_id, const char *scope, const struct plan *p,
		      struct buf *ret)
{
	struct json j = json_to(ret);

	json_open(&j, '{');
	json_put_id(&j, "certificate_id", certificate_id);
	json_put_text(&j, "scope", scope);
	json_put_time(&j, "ended_at", c->now_ms);
	write_endings(&j, "ended", p->ends, p->end_count);
	write_endings(&j, "kept", p->keeps, p->keep_count);
	json_put_time(&j, "backups_until",
		      c->now_ms + city_int(c->release, "retention.backup_days", 30) * 24 * 3600 * 1000);
	json_close(&j, '}');
	return sign_certificate(c, ret);
}
