#include "crypto/internal.h"
#include <stdio.h>

enum { STEP_MS = 30000, CODE_SIZE = 6, SHA1_SIZE = 20 };

void totp_at(struct slice secret, uint64_t step, char ret[static 7])
{
	uint8_t counter[8], mac[DIGEST_MAX];
	struct slice part = slice_bytes(counter, sizeof counter);

	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)(step >> (56 - 8 * i));
	hmac_parts(algorithms()->sha1, secret, &part, 1, mac);
	unsigned at = mac[SHA1_SIZE - 1] & 0xf;
	uint32_t number = ((uint32_t)(mac[at] & 0x7f) << 24) | ((uint32_t)mac[at + 1] << 16) |
			  ((uint32_t)mac[at + 2] << 8) | mac[at + 3];
	snprintf(ret, 7, "%06u", number % 1000000);
	crypto_wipe(mac, sizeof mac);
}

void totp_code(struct slice secret, int64_t now_ms, char ret[static 7])
{
	totp_at(secret, (uint64_t)(now_ms / STEP_MS), ret);
}

/* All three steps are computed and compared whatever the outcome. */
bool totp_verify(struct slice secret, int64_t now_ms, struct slice code, int64_t *ret_step)
{
	int64_t now = now_ms / STEP_MS, found = -1;
	char expected[7];

	if (code.n != CODE_SIZE || now < 1)
		return false;
	for (int64_t step = now - 1; step <= now + 1; step++) {
		totp_at(secret, (uint64_t)step, expected);
		if (crypto_equal(expected, code.p, CODE_SIZE))
			found = step;
	}
	crypto_wipe(expected, sizeof expected);
	if (found < 0)
		return false;
	*ret_step = found;
	return true;
}
