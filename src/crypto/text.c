/* Text encodings, in constant time where libsodium offers it: keys and tokens pass through here. */
#include "crypto/crypto.h"
#include <sodium.h>

void hex_encode(const void *p, size_t n, char *ret)
{
	sodium_bin2hex(ret, 2 * n + 1, p, n);
}

bool hex_decode(struct slice text, uint8_t *ret)
{
	size_t n = 0;

	return text.n % 2 == 0 && sodium_hex2bin(ret, text.n / 2, text.p, text.n, NULL, &n, NULL) == 0 &&
	       n == text.n / 2;
}

static bool decode64(struct slice text, int variant, uint8_t *ret, size_t *ret_n)
{
	return sodium_base642bin(ret, text.n / 4 * 3 + 3, text.p, text.n, NULL, ret_n, NULL, variant) == 0;
}

void base64_encode(const void *p, size_t n, char *ret)
{
	const int variant = sodium_base64_VARIANT_ORIGINAL;

	sodium_bin2base64(ret, sodium_base64_encoded_len(n, variant), p, n, variant);
}

bool base64_decode(struct slice text, uint8_t *ret, size_t *ret_n)
{
	return decode64(text, sodium_base64_VARIANT_ORIGINAL, ret, ret_n);
}

void base64url_encode(const void *p, size_t n, char *ret)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

	sodium_bin2base64(ret, sodium_base64_encoded_len(n, variant), p, n, variant);
}

bool base64url_decode(struct slice text, uint8_t *ret, size_t *ret_n)
{
	return decode64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret, ret_n);
}

/* RFC 4648 section 6, for the secrets that people type into an authenticator. */
void base32_encode(const void *p, size_t n, char *ret)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const uint8_t *bytes = p;
	uint32_t held = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++) {
		held = (held << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			*ret++ = letters[held >> (bits - 5) & 31];
	}
	if (bits > 0)
		*ret++ = letters[held << (5 - bits) & 31];
	*ret = '\0';
}
