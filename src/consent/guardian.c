/* Codes, what is sealed about a child, and the day on which a child is none any more. */
#include "consent/guardian.h"
#include "consent/guardian_store.h"
#include "vault/keys.h"

enum { CODE_CHARS = GUARDIAN_CODE_SIZE - 1, DETAILS_MAX = 4096, PARTS = 7 };

/* ---- ages */

/* Who is born on 29 February is of age on 1 March where the year has no such day (Civil Code, art. 203). */
static int64_t birthday_ms(struct date birth, int64_t age)
{
	struct date day = {birth.year + (int)age, birth.month, birth.day};
	bool leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;

	if (day.month == 2 && day.day == 29 && !leap)
		day = (struct date){day.year, 3, 1};
	return date_start_ms(day);
}

int64_t of_age_at_ms(const struct ctx *c, struct date birth)
{
	return birthday_ms(birth, city_int(c->release, "minor.age", 18));
}

int64_t minor_delete_at_ms(const struct ctx *c)
{
	return c->now_ms + city_int(c->release, "minor.delete_days", 15) * INT64_C(24) * 3600 * 1000;
}

err refuse_minor(struct ctx *c)
{
	err e = refuse(c, "guardian_required", city_text(c->release, "gate.clause.guardian"),
		       "未满%lld周岁的未成年人须由监护人阅读隐私政策并同意后使用",
		       (long long)city_int(c->release, "minor.age", 18));

	refuse_next(c, "ask_guardian", NULL);
	return e;
}

/* ---- sealing */

static struct slice aad(struct ctx *c, const char *what, int64_t subject_id, int64_t id)
{
	return slice_of(arena_printf(c->arena, "%s|%lld|%lld", what, (long long)subject_id, (long long)id));
}

static err open_text(struct ctx *c, int64_t subject_id, struct slice bound, struct slice sealed,
		     char *ret_text)
{
	uint8_t key[KEY_SIZE];
	size_t n = 0;

	TRY(keys_get(c, c->keys, subject_id, "account", key));
	err e = unseal(c, key, bound, sealed, (uint8_t *)ret_text, &n);
	crypto_wipe(key, sizeof(key));
	TRY(e);
	ret_text[n] = '\0';
	return OK;
}

err guardian_seal_birth(struct ctx *c, int64_t subject_id, struct date birth, struct slice *ret)
{
	const char *text = arena_printf(c->arena, "%04d-%02d-%02d", birth.year, birth.month, birth.day);

	return keys_seal(c, c->keys, subject_id, "account", aad(c, "minor_birth", subject_id, 0),
			 slice_of(text), ret);
}

/* Called by facts_load for an account that began as a minor's. One whose date is not known stays a minor:
 * without a guardian's agreement nothing opens, so that is the safe side. */
err guardian_facts(struct ctx *c, struct slice sealed_birth, struct facts *f, int64_t *ret_of_age_ms)
{
	char text[64];
	struct date birth;

	*ret_of_age_ms = 0;
	if (sealed_birth.n == 0 || sealed_birth.n > 128)
		return OK;
	TRY(open_text(c, f->subject_id, aad(c, "minor_birth", f->subject_id, 0), sealed_birth, text));
	if (!date_parse(slice_of(text), &birth))
		FAIL(c, ERR_CRYPTO, "the date of birth is no date");
	int64_t of_age = of_age_at_ms(c, birth);
	if (c->now_ms >= of_age) {
		*ret_of_age_ms = of_age;
		f->minor = f->guardian_agreed = false;
		return OK;
	}
	f->child = c->now_ms < birthday_ms(birth, city_int(c->release, "minor.strict_age", 14));
	return OK;
}

/* ---- codes */

static void code_hash(struct ctx *c, struct slice code, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "guardian_code", code, ret);
}

void guardian_code_make(struct ctx *c, struct child owner, char ret_code[static GUARDIAN_CODE_SIZE],
			struct guardian_code *ret)
{
	static const char digits[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ34"; /* nothing to mistake */
	uint8_t bytes[CODE_CHARS];

	crypto_random(bytes, sizeof(bytes));
	for (int i = 0; i < CODE_CHARS; i++)
		ret_code[i] = digits[bytes[i] % 30];
	ret_code[CODE_CHARS] = '\0';
	*ret = (struct guardian_code){.owner = owner, .expires_at_ms = c->now_ms + GUARDIAN_CODE_LIFE_MS};
	code_hash(c, slice_of(ret_code), ret->hash);
}

/* As people type it: with spaces, in small letters. */
static struct slice code_normal(struct ctx *c, struct slice typed)
{
	char *text = arena_alloc(c->arena, typed.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char x = typed.p[i];
		if (x == ' ' || x == '-')
			continue;
		text[n++] = x >= 'a' && x <= 'z' ? (char)(x - 'a' + 'A') : x;
	}
	text[n] = '\0';
	return (struct slice){text, n};
}

err guardian_code_find(struct ctx *c, struct slice code, struct child *ret)
{
	uint8_t hash[HASH_SIZE];
	struct child found = {0};

	code_hash(c, code_normal(c, code), hash);
	TRY(guardian_db_code_get(c, hash, &found));
	if (!found.id)
		return fail_field(c, "code", "监护码不正确或者已经失效，请在孩子的设备上重新获取");
	*ret = found;
	return OK;
}

/* ---- details of a ward */

err ward_seal(struct ctx *c, int64_t guardian_id, int64_t ward_id, const struct ward_details *d,
	      struct slice *ret)
{
	const char *const parts[PARTS] = {
		d->name, d->masked, d->number, d->relation, d->reason, d->phone, d->related ? "1" : ""};
	BUF_SCOPED text = {0};

	buf_init(&text, DETAILS_MAX);
	for (int i = 0; i < PARTS; i++)
		buf_printf(&text, "%s\x1f", parts[i] ? parts[i] : "");
	if (text.failed)
		FAIL(c, ERR_TOO_LARGE, "填写的内容过长");
	err e = keys_seal(c, c->keys, guardian_id, "account", aad(c, "ward", guardian_id, ward_id),
			  buf_slice(&text), ret);
	crypto_wipe(text.data, text.size);
	return e;
}

static const char *next_part(char **at)
{
	char *part = *at, *end = strchr(part, '\x1f');

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return *part ? part : NULL;
}

err guardian_open_details(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice sealed,
			  struct ward_details *ret)
{
	char *text = arena_alloc(c->arena, sealed.n + 1), *at = text;
	struct ward_details d;

	TRY(open_text(c, guardian_id, aad(c, "ward", guardian_id, ward_id), sealed, text));
	d.name = next_part(&at);
	d.masked = next_part(&at);
	d.number = next_part(&at);
	d.relation = next_part(&at);
	d.reason = next_part(&at);
	d.phone = next_part(&at);
	d.related = next_part(&at) != NULL;
	*ret = d;
	return OK;
}

err guardian_agreed_for(struct ctx *c, struct child child, struct slice number, bool *ret)
{
	struct ward w;

	*ret = false;
	err e = ward_of_child(c, child, &w);
	if (e.code == ERR_NOT_FOUND || e.code == ERR_GONE) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	if (strcmp(w.state, "agreed") != 0 || !w.details.number)
		return OK;
	*ret = number.n == strlen(w.details.number) && crypto_equal(number.p, w.details.number, number.n);
	return OK;
}

err ward_seal_new(struct ctx *c, const struct ward *w, struct ward_new *n, bool point, struct slice code)
{
	*n = (struct ward_new){.ward = w,
			       .point = point,
			       .about = w->child.id,
			       .code = code.p ? code_normal(c, code) : code};
	if (n->code.p) {
		uint8_t *hash = arena_alloc(c->arena, HASH_SIZE);
		code_hash(c, n->code, hash);
		n->code = slice_bytes(hash, HASH_SIZE);
	}
	return ward_seal(c, w->guardian_id, w->id, &w->details, &n->sealed);
}
