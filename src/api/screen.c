/* What a request carries is looked at before anything else happens: patterns of attacks, and links that the
 * city's source of warnings knows as fraud. Such a request is refused, nothing of it is kept, and the console
 * shows it (TJ-1.2.1.4.c, TJ-1.2.1.4.d, TJ-1.2.1.4.h). */
#include "account/watch.h"
#include "api/server.h"
#include "identity/identity.h"

enum { LINKS_MAX = 16, DEPTH_MAX = 8 };

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* In lower case, blanks in a row as one, and %xx decoded where it comes from an address. */
static const char *plain(struct ctx *c, struct slice s, bool encoded)
{
	char *out = arena_alloc(c->arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char x = s.p[i];
		if (encoded && x == '%' && i + 2 < s.n && hex_value(s.p[i + 1]) >= 0 &&
		    hex_value(s.p[i + 2]) >= 0) {
			x = (char)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
			i += 2;
		} else if (encoded && x == '+') {
			x = ' ';
		}
		if (x >= 'A' && x <= 'Z')
			x = (char)(x | 32);
		if (x == '\t' || x == '\n' || x == '\r' || x == '\0')
			x = ' ';
		if (x != ' ' || n == 0 || out[n - 1] != ' ')
			out[n++] = x;
	}
	out[n] = '\0';
	return out;
}

static err refuse_attack(struct api_call *k)
{
	watch_note(k->c, &(struct watch_event){"attack", "injection", "refused", k->q->peer});
	return fail_field(k->c, "body", "内容含有攻击的特征，未予受理");
}

static err check_attack(struct api_call *k, const char *text)
{
	size_t count = 0;
	const char *const *patterns = city_list(k->c->release, "guard.injection", &count);

	for (size_t i = 0; i < count; i++)
		if (strstr(text, patterns[i]))
			return refuse_attack(k);
	return OK;
}

/* ---- links ---- */

/* The person reads of it in the own list; the breach stands in the console with what was done. */
static err refuse_link(struct api_call *k, const char *field)
{
	struct ctx *c = k->c;
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = "account_safety",
			      .purpose = "safety",
			      .basis = "own_request",
			      .decision = "not_declared",
			      .clause = city_text(c->release, "guard.clause"),
			      .note = "提交的内容有已知的诈骗链接，未予受理，未作保存"};
	struct head head;

	watch_note(c, &(struct watch_event){"phishing", "fraud_link", "not_stored", k->q->peer});
	if (k->subject_id) {
		watch_note(c, &(struct watch_event){"violation", "fraud_link", "not_stored", k->q->peer});
		TRY(ledger_head(c, c->store, k->subject_id, &head));
		TRY(ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	}
	return fail_field(c, field, "其中的链接是已知的诈骗链接，请勿点击或者转发；内容未予受理，未作保存");
}

static err check_links(struct api_call *k, const char *field, const char *text)
{
	static const char ends[] = " /:?#\"'<>()，。；、）》";

	for (int i = 0; i < LINKS_MAX && (text = strstr(text, "://")); i++) {
		bool known = false;
		text += 3;
		size_t n = strcspn(text, ends);
		TRY(risk_flagged(k->c, "host", (struct slice){text, n}, &known));
		if (known)
			return refuse_link(k, field);
		text += n;
	}
	return OK;
}

/* ---- the body ---- */

/* A password may be anything; it is hashed and shown nowhere. */
static bool is_secret(const char *key)
{
	return key && strstr(key, "password");
}

static err check_value(struct api_call *k, const char *key, const json_t *value, int depth)
{
	const char *name;
	json_t *member;
	size_t i;

	if (depth == DEPTH_MAX || is_secret(key))
		return OK;
	if (json_is_string(value)) {
		const char *text =
			plain(k->c, slice_bytes(json_string_value(value), json_string_length(value)), false);
		TRY(check_attack(k, text));
		return check_links(k, key ? key : "body", text);
	}
	json_object_foreach((json_t *)value, name, member) TRY(check_value(k, name, member, depth + 1));
	json_array_foreach(value, i, member) TRY(check_value(k, key, member, depth + 1));
	return OK;
}

err api_screen(struct api_call *k)
{
	if (k->route->auth == API_STAFF)
		return OK; /* officers write about attacks */
	if (k->q->query.n)
		TRY(check_attack(k, plain(k->c, k->q->query, true)));
	return k->body ? check_value(k, NULL, k->body, 0) : OK;
}
