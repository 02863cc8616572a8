#include "identity/login/risk.h"
#include "account/watch.h"
#include <stdio.h>

enum {
	TICKET_LIFE_MS = 10 * 60 * 1000,
	RAISED_POINTS = 60, /* unless risk.raised says otherwise */
	MISSES = 3,	    /* wrong passwords in a row that count */
	WINDOW_MS = 10 * 60 * 1000,
	TRIES_PER_ADDRESS = 600,
};

/* ---- what is unusual ---- */

static void add(struct ctx *c, struct risk *r, const char *reason)
{
	r->reasons[r->reason_count++] = reason;
	r->points += city_int(c->release, arena_printf(c->arena, "risk.points.%s", reason), 0);
}

static bool uses(const struct ctx *c, const char *source)
{
	return city_list_has(c->release, "risk.sources", source);
}

/* Whether there is anything at all that these items could be compared with. */
static err comparable(struct ctx *c, bool *ret)
{
	bool phones = false, devices = false;

	TRY(risk_flags_any(c, "phone", &phones));
	TRY(risk_flags_any(c, "device", &devices));
	*ret = phones || devices;
	return OK;
}

/* The number of the account and the identifiers of its device are put beside what partners warn of: one entry
 * under the purpose "safety" names them (TJ-1.2.1.4.a). Nothing of them leaves. */
static err join(struct ctx *c, int64_t subject_id, bool *ret)
{
	const struct service *s = release_service(c->release, "account_safety");
	RELEASED_SCOPED values = {0};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!s || itemset_empty(&s->reads))
		return OK;
	TRY(facts_load(c, subject_id, &f, &h));
	err e = typed_permit(c, &f, GATE_READ, s, NULL, s->reads, &permit);
	if (e.code == ERR_REFUSED) { /* then it is judged without */
		failure_clear(c);
		return OK;
	}
	TRY(e);
	TRY(vault_release(c, permit, &h, c->installation_id, "登录时判断账号风险", &values));
	for (size_t i = 0; i < values.count && !*ret; i++) {
		bool phone = strcmp(values.values[i].item->key, "mobile_phone") == 0;
		TRY(risk_flagged(c, phone ? "phone" : "device", values.values[i].value, ret));
	}
	return OK;
}

static err weigh(struct ctx *c, const struct login *l, const char *address, struct risk *r)
{
	int64_t misses = 0;
	bool flagged = false, something = false;

	if (uses(c, "account") && r->device.any && !r->device.known)
		add(c, r, "new_device");
	if (uses(c, "log")) {
		if (r->device.any && !r->device.place_known)
			add(c, r, "new_place");
		TRY(guard_misses(c, arena_printf(c->arena, "account|%lld", (long long)l->subject_id),
				 &misses));
		if (misses - l->guarded >= MISSES)
			add(c, r, "failures");
	}
	if (!uses(c, "partner"))
		return OK;
	TRY(risk_flagged(c, "network", slice_of(address), &flagged));
	TRY(comparable(c, &something));
	if (!flagged && something)
		TRY(join(c, l->subject_id, &flagged));
	if (flagged)
		add(c, r, "flagged");
	return OK;
}

/* ---- the ticket: that the first proof was right, on this installation, for ten minutes ---- */

enum { STAMP_BYTES = 17, MAC_BYTES = 24, TICKET_BYTES = STAMP_BYTES + MAC_BYTES };

static void put_number(uint8_t *at, int64_t n)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
}

static int64_t get_number(const uint8_t *at)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | at[i];
	return (int64_t)n;
}

static void ticket_mac(struct ctx *c, const uint8_t *stamp, uint8_t ret[static HASH_SIZE])
{
	uint8_t text[STAMP_BYTES + 8];

	memcpy(text, stamp, STAMP_BYTES);
	put_number(text + STAMP_BYTES, c->installation_id);
	keys_hash(c->keys, "login_ticket", slice_bytes(text, sizeof text), ret);
}

static const char *ticket_make(struct ctx *c, const struct login *l)
{
	uint8_t bytes[TICKET_BYTES], mac[HASH_SIZE];
	char *text = arena_alloc(c->arena, 2 * TICKET_BYTES);

	put_number(bytes, c->now_ms);
	put_number(bytes + 8, l->subject_id);
	bytes[16] = (uint8_t)l->way[0];
	ticket_mac(c, bytes, mac);
	memcpy(bytes + STAMP_BYTES, mac, MAC_BYTES);
	base64url_encode(bytes, sizeof bytes, text);
	return text;
}

static err ticket_read(struct ctx *c, struct slice text, struct login *ret)
{
	uint8_t bytes[2 * TICKET_BYTES], mac[HASH_SIZE];
	size_t n = 0;

	if (text.n > 2 * TICKET_BYTES || !base64url_decode(text, bytes, &n) || n != TICKET_BYTES)
		FAIL(c, ERR_LOGIN, "请重新登录");
	ticket_mac(c, bytes, mac);
	int64_t age_ms = c->now_ms - get_number(bytes);
	if (!crypto_equal(mac, bytes + STAMP_BYTES, MAC_BYTES) || age_ms < 0 || age_ms > TICKET_LIFE_MS)
		FAIL(c, ERR_LOGIN, "验证已超过时限，请重新登录");
	*ret = (struct login){.subject_id = get_number(bytes + 8),
			      .way = bytes[16] == 's' ? "sms" : "password"};
	return OK;
}

/* ---- the second proof ---- */

struct ways {
	bool sms, password, id_number;
};

/* Another kind than the first; a document's number only for those who have neither. */
static err find_ways(struct ctx *c, const struct login *l, struct ways *ret)
{
	struct password_state password;
	struct ways w = {0};
	struct facts f;
	struct head h;
	bool same = false;

	TRY(facts_load(c, l->subject_id, &f, &h));
	TRY(password_state_get(c, l->subject_id, &password));
	w.sms = strcmp(l->way, "password") == 0 && f.phone_bound;
	w.password = strcmp(l->way, "sms") == 0 && password.set;
	if (!w.sms && !w.password) {
		err e = vault_profile_is(c, l->subject_id, "resident_id_number", SLICE("-"), &same);
		w.id_number = !failed(e);
		if (failed(e) && e.code != ERR_NOT_FOUND)
			return e;
		failure_clear(c);
	}
	*ret = w;
	return OK;
}

static err note_refusal(struct ctx *c, int64_t subject_id, const char *note)
{
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = "account_safety",
			      .purpose = "safety",
			      .basis = "own_request",
			      .decision = "second_check_required",
			      .clause = city_text(c->release, "risk.clause.proof"),
			      .note = note};
	struct head head;

	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

static err ask_proof(struct ctx *c, const struct login *l, const char *text)
{
	struct ways w;

	TRY(find_ways(c, l, &w));
	const char *way = w.sms ? "sms" : w.password ? "password" : w.id_number ? "id_number" : NULL;
	err e = refuse(c, "second_check_required", city_text(c->release, "risk.clause.proof"), "%s",
		       way ? text : "本次登录的风险较高，且没有可以再次验证的方式，请拨打服务热线");
	if (way)
		refuse_next(
			c, "confirm_login",
			arena_printf(c->arena, "\"way\":\"%s\",\"ticket\":\"%s\"", way, ticket_make(c, l)));
	return e;
}

static err prove(struct ctx *c, const struct login *l, const struct second_proof *p, bool *ret_right)
{
	struct slice number, digits;
	struct ways w;
	int64_t holder = 0;

	*ret_right = false;
	TRY(find_ways(c, l, &w));
	if (w.sms && p->sms_code.n) {
		TRY(item_read(c, "mobile_phone", p->phone, &number));
		TRY(item_read(c, "sms_code", p->sms_code, &digits));
		TRY(account_lookup(c, "phone", number, &holder));
		*ret_right = !failed(sms_code_take(c, number, "login", digits)) && holder == l->subject_id;
		failure_clear(c);
		return OK;
	}
	if (w.password && p->password.n)
		return password_check(c, l->subject_id, p->password, ret_right);
	if (w.id_number && p->id_number.n) {
		TRY(item_read(c, "resident_id_number", p->id_number, &number));
		return vault_profile_is(c, l->subject_id, "resident_id_number", number, ret_right);
	}
	return OK;
}

err login_confirm(struct ctx *c, struct slice ticket, const struct second_proof *p, const char *address,
		  struct login *ret)
{
	struct login l;
	bool right = false;

	TRY(installation_agreed(c));
	TRY(ticket_read(c, ticket, &l));
	/* counted apart: who missed the password a few times still has the tries of the second proof */
	const char *who = arena_printf(c->arena, "confirm|%lld", (long long)l.subject_id);
	TRY(guard_admit(c, who, address, city_int(c->release, "login.per_address_10min", TRIES_PER_ADDRESS),
			WINDOW_MS));
	TRY(prove(c, &l, p, &right));
	if (!right) {
		TRY(note_refusal(c, l.subject_id, "登录时的再次验证未通过"));
		return ask_proof(c, &l, "验证未通过，请重新验证");
	}
	l.guarded = l.confirmed = true;
	TRY(guard_clear(c, who));
	guard_key(c, arena_printf(c->arena, "account|%lld", (long long)l.subject_id), l.guard);
	*ret = l;
	return OK;
}

/* ---- what follows ---- */

static err stop(struct ctx *c, const struct login *l, const char *platform, const char *address,
		const struct risk *r)
{
	bool proof = city_flag(c->release, "risk.second_proof");

	TRY(alert_raise(c, l->subject_id, platform, address, r));
	watch_note(c, &(struct watch_event){"abnormal_login", "login_risk", proof ? "second_proof" : "told",
					    address});
	if (!proof)
		return OK;
	TRY(note_refusal(c, l->subject_id, "登录风险较高，要求再次验证"));
	return ask_proof(c, l, "本次登录与平常不同，为保护账号安全，请再次验证本人身份");
}

err login_judge(struct ctx *c, struct login *l, const char *address, const char *platform)
{
	struct risk r = {0};

	own_place(c, address, r.place);
	TRY(own_device_get(c, l->subject_id, r.place, &r.device));
	if (r.device.blocked)
		return refuse(c, "locked", city_text(c->release, "risk.clause.alert"),
			      "账号本人已阻止这台设备登录；如有疑问，请拨打服务热线");
	l->use = (struct device_use){.subject_id = l->subject_id,
				     .way = l->way,
				     /* who used the account before devices were noted goes on */
				     .bound = l->confirmed || !r.device.any};
	memcpy(l->use.place, r.place, HASH_SIZE);
	if (l->confirmed)
		return OK;
	TRY(weigh(c, l, address, &r));
	if (r.points < city_int(c->release, "risk.raised", RAISED_POINTS))
		return OK;
	return stop(c, l, platform, address, &r);
}

/* The right password forgets the wrong ones, in the transaction that starts the session; device and network
 * are the person's own from then on. */
err login_rows(struct ctx *c, struct tx *tx, void *login)
{
	struct login *l = login;

	if (l->guarded)
		TRY(guard_clear_rows(c, tx, l->guard));
	TRY(alert_pass_rows(c, tx, l->subject_id));
	return own_device_rows(c, tx, &l->use);
}
