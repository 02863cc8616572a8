/* Any bytes as a stored document, and any bytes as the value of an item: no crash, no release out of a
 * document that was complained about, a normal form that is normal again, and a mask that is text. */
#include "crypto/crypto.h"
#include "policy/policy.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const validators[] = {"phone",      "resident_id", "id_number", "name", "username",
					 "password",   "sms_code",    "email",	   "date", "id_type",
					 "gender",     "location",    "bank_card", "uscc", "text",
					 "short_text", "image",	      "none"};
static const char *const masks[] = {"phone", "id", "name", "email", "all", "tail4", "text", "none"};

static void require(bool what)
{
	if (!what)
		abort();
}

static void read_document(struct ctx *c, struct slice text)
{
	BUF_SCOPED complaints = {0};
	struct release *r = NULL;

	buf_init(&complaints, 1 << 20);
	err e = release_parse(c, text, 1, &complaints, &r);
	require(failed(e) == (r == NULL));
	require(failed(e) == (complaints.size > 0));
	release_drop(r);
}

static void check_value(struct ctx *c, unsigned choice, struct slice value)
{
	struct item it = {.key = "field",
			  .name = "内容",
			  .validator = validators[choice % 18],
			  .mask = masks[choice % 8]};
	struct slice normal, again;

	require(!slice_is_utf8(value) || slice_is_utf8(slice_of(item_masked(c, &it, value))));
	if (failed(item_normal(c, &it, value, &normal)))
		return;
	require(slice_is_utf8(normal));
	require(!failed(item_normal(c, &it, normal, &again)));
	require(slice_eq(normal, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;

	if (!ready)
		crypto_init();
	ready = true;
	if (size < 2)
		return 0;
	struct ctx c = {.arena = arena_new((size_t)64 << 20)};
	struct slice rest = slice_bytes(data + 1, size - 1);
	if (data[0] == '{')
		read_document(&c, slice_bytes(data, size));
	else
		check_value(&c, data[0], rest);
	arena_free(c.arena);
	return 0;
}
