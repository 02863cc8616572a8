#include "policy/settings.h"
#include "policy/model.h"

enum setting_kind {
	VALUE_TEXT,
	VALUE_COUNT,
	VALUE_FLAG,
	VALUE_WORD,   /* one of words */
	VALUE_CLAUSE, /* the id of a clause */
	VALUE_LIST,   /* texts */
	VALUE_WORDS,  /* a list of some of words */
	VALUE_ROWS,   /* a list of maps with a key each */
};

struct known {
	const char *key; /* dotted; * stands for one part of any name */
	enum setting_kind kind;
	const char *const *words; /* ended by NULL; of a list of texts: what may stand instead of it */
};

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RECIPIENT_KINDS WORDS("organ", "authorised", "partner", "affiliate", "supplier")

/* A setting that is no longer read stays here as long as a published release may hold it. */
static const struct known all[] = {
	/* the city */
	{"key", VALUE_TEXT, NULL},
	{"name", VALUE_TEXT, NULL},
	{"city_name", VALUE_TEXT, NULL},
	{"controller", VALUE_TEXT, NULL},
	{"clauses.prefix", VALUE_TEXT, NULL},
	{"theme.primary", VALUE_TEXT, NULL},
	{"theme.accent", VALUE_TEXT, NULL},
	{"theme.background", VALUE_TEXT, NULL},
	{"contact.hotlines", VALUE_LIST, NULL},
	{"contact.complaints", VALUE_TEXT, NULL},
	{"contact.address", VALUE_TEXT, NULL},
	{"contact.unit", VALUE_TEXT, NULL},
	{"contact.data", VALUE_LIST, NULL},
	{"tabs", VALUE_ROWS, NULL},
	{"tabs.*.name", VALUE_TEXT, NULL},

	/* accounts */
	{"register.fields", VALUE_LIST, NULL},
	{"register.follow", VALUE_LIST, NULL},
	{"register.password", VALUE_FLAG, NULL},
	{"register.verify", VALUE_FLAG, NULL},
	{"register.authority", VALUE_TEXT, NULL},
	{"register.per_address_hour", VALUE_COUNT, NULL},
	{"login.methods", VALUE_LIST, NULL},
	{"login.per_address_10min", VALUE_COUNT, NULL},
	{"login.names", VALUE_LIST, NULL},
	{"session.idle_minutes", VALUE_COUNT, NULL},
	{"session.life_hours", VALUE_COUNT, NULL},
	{"sms.per_address_hour", VALUE_COUNT, NULL},
	{"sms.per_installation_hour", VALUE_COUNT, NULL},
	{"sms.per_phone_hour", VALUE_COUNT, NULL},
	{"account.org", VALUE_FLAG, NULL},
	{"realname.methods", VALUE_LIST, NULL},
	{"realname.fields", VALUE_LIST, NULL},
	{"realname.face", VALUE_TEXT, NULL},
	{"realname.level.*", VALUE_COUNT, NULL},
	{"realname.again", VALUE_FLAG, NULL},
	{"prefill.number", VALUE_LIST, NULL},
	{"prefill.account", VALUE_LIST, NULL},
	{"guest.browse", VALUE_WORD, WORDS("catalogue", "main")},
	{"minor.age", VALUE_COUNT, NULL},
	{"minor.strict_age", VALUE_COUNT, NULL},
	{"minor.delete_days", VALUE_COUNT, NULL},
	{"minor.delete_clause", VALUE_TEXT, NULL},
	{"minor.verify_clause", VALUE_TEXT, NULL},
	{"minor.proof", VALUE_WORD, WORDS("hotline_report", "material")},

	/* agreeing and withdrawing */
	{"policy.reading", VALUE_FLAG, NULL},
	{"policy.reading_min_seconds", VALUE_COUNT, NULL},
	{"policy.chapters", VALUE_LIST, NULL},
	{"policy.dates", VALUE_WORD, WORDS("none", "printed")},
	{"consent.continue", VALUE_FLAG, NULL},
	{"consent.reduce", VALUE_WORD, WORDS("express", "renewed")},
	{"update.channels", VALUE_WORDS, WORDS("popup", "push", "red_dot", "email", "sms")},
	{"update.major", VALUE_LIST, NULL},
	{"purpose.change", VALUE_WORD, WORDS("express", "renewed")},
	{"permission.timing", VALUE_WORD, WORDS("first_entry", "at_use")},
	{"permission.first_entry", VALUE_LIST, NULL},
	{"permission.album", VALUE_WORD, WORDS("library", "platform")},
	{"permission.source.*", VALUE_TEXT, NULL},
	{"permission.source.*.*", VALUE_TEXT, NULL},
	{"withdraw.ways", VALUE_WORDS,
	 WORDS("cancel", "delete_all", "uninstall", "system_settings", "contact", "sensor_switches")},
	{"withdraw.data", VALUE_WORD, WORDS("anonymise", "stop")},
	{"withdraw.clause", VALUE_CLAUSE, NULL},
	{"withdraw.kept", VALUE_TEXT, NULL},
	{"cancel.scopes", VALUE_LIST, NULL},
	{"cancel.names.*", VALUE_TEXT, NULL},
	{"cancel.texts.*", VALUE_TEXT, NULL},
	{"cancel.checks", VALUE_WORDS, WORDS("identity", "security_state", "device")},
	{"cancel.device_clause", VALUE_CLAUSE, NULL},
	{"cancel.quiet_minutes", VALUE_COUNT, NULL},
	{"cancel.path", VALUE_TEXT, NULL},

	/* rights and deadlines */
	{"reply.days", VALUE_COUNT, NULL},
	{"reply.calendar", VALUE_WORD, WORDS("working", "calendar")},
	{"delete.days", VALUE_COUNT, NULL},
	{"delete.calendar", VALUE_WORD, WORDS("working", "calendar")},
	{"delete.clause", VALUE_CLAUSE, NULL},
	{"delete.channel", VALUE_WORDS, WORDS("my_info", "cancel", "delete_all", "feedback")},
	{"feedback.ways", VALUE_WORDS, WORDS("online", "phone", "letter")},
	{"feedback.clause.*", VALUE_CLAUSE, NULL},
	{"refusal.statutory", VALUE_WORDS,
	 WORDS("national_security", "public_interest", "criminal_justice", "abuse", "grave_harm",
	       "business_secret", "money_laundering")},
	{"refusal.discretion", VALUE_WORDS,
	 WORDS("needless_repetition", "excessive_effort", "risk_to_others", "impracticable")},
	{"refusal.limits", VALUE_WORDS, WORDS("technical", "legal")},
	{"refusal.clause", VALUE_CLAUSE, NULL},
	{"calendar.holidays", VALUE_LIST, NULL}, /* days off besides Saturday and Sunday: 2026-10-01 */
	{"calendar.workdays", VALUE_LIST, NULL}, /* Saturdays and Sundays that are worked */
	{"refusal.effort", VALUE_WORD, WORDS("own_ground", "example_of_abuse")},
	{"proof.mode", VALUE_WORD, WORDS("on_request", "required")},
	{"dispute.way", VALUE_WORD, WORDS("law", "arbitration")},
	{"dispute.body", VALUE_TEXT, NULL},
	{"interpretation.right", VALUE_WORD, WORDS("kept", "none")},
	{"interpretation.rights", VALUE_LIST, NULL}, /* beginnings of the clauses that give rights */
	{"interpretation.limits", VALUE_LIST, NULL}, /* words that no note to those may hold */
	{"definition.set", VALUE_WORD, WORDS("none", "ten")},
	{"assessment.clause", VALUE_CLAUSE, NULL},
	{"assessment.demand", VALUE_WORD, WORDS("law", "all")},

	/* what may be taken, shared, sent */
	{"exception.collect", VALUE_LIST, NULL},
	{"exception.deferral_max_days", VALUE_COUNT, NULL},
	{"exception.service", VALUE_TEXT, NULL},
	{"exception.kept.ground", VALUE_TEXT, NULL},
	{"exception.lock.ground", VALUE_TEXT, NULL},
	{"exception.lock.acts", VALUE_WORDS, WORDS("view", "change", "delete")},
	{"exception.share.grounds", VALUE_LIST, NULL},
	{"exception.share.link", VALUE_WORD, WORDS("related", "directly_related")},
	{"exception.share.deidentified", VALUE_WORD, WORDS("free")},
	{"share.model", VALUE_WORD, WORDS("closed", "listed")},
	{"share.cases", VALUE_LIST, NULL},
	{"share.partner_items", VALUE_LIST, NULL},
	{"share.papers.agreement", VALUE_WORDS, RECIPIENT_KINDS},
	{"share.papers.undertaking", VALUE_WORDS, RECIPIENT_KINDS},
	{"share.papers.admission", VALUE_WORDS, RECIPIENT_KINDS},
	{"share.volunteered", VALUE_WORD, WORDS("allowed", "agreement_and_consent")},
	{"transfer.affiliates", VALUE_LIST, WORDS("banned", "allowed")}, /* earlier releases say a word */
	{"transfer.clause", VALUE_CLAUSE, NULL},
	{"deidentify.k", VALUE_COUNT, NULL},
	{"deidentify.reversible", VALUE_FLAG, NULL},
	{"transfer.merger", VALUE_WORD, WORDS("notice_before", "bound_or_asks_anew")},
	{"disclosure.model", VALUE_WORD, WORDS("consent_or_breach", "consent_after_notice")},
	{"border.mode", VALUE_WORD, WORDS("never", "consent")},
	{"border.inside", VALUE_WORD, WORDS("whole_country", "mainland")},
	{"device.ids", VALUE_LIST, NULL},
	{"device.platform.*", VALUE_LIST, NULL},
	{"device.link", VALUE_WORD, WORDS("risk_only", "same_service")},
	{"device.mac", VALUE_WORD, WORDS("third_party_counting", "none")},
	{"location.methods", VALUE_WORDS, WORDS("gps", "wifi")},
	{"location.method_services", VALUE_LIST, NULL},
	{"case.removable", VALUE_LIST, NULL},
	{"voice.use", VALUE_LIST, NULL},
	{"sdk.list", VALUE_WORD, WORDS("by_trigger", "with_data", "none")},
	{"sdk.clause", VALUE_CLAUSE, NULL},
	{"use.clause", VALUE_CLAUSE, NULL},
	{"wishes.languages", VALUE_WORDS, WORDS("zh-CN", "en")},
	{"wishes.help", VALUE_WORDS, WORDS("brief", "standard", "detailed")},
	{"use_log.unknown", VALUE_WORD, WORDS("drop", "refuse")},
	{"cookie.policy", VALUE_WORD, WORDS("identity_and_analysis", "session_only")},
	{"history.enabled", VALUE_FLAG, NULL},
	{"personal.enabled", VALUE_FLAG, NULL},
	{"indirect.enabled", VALUE_WORD, WORDS("risk_only", "partners_with_consent")},
	{"indirect.service", VALUE_TEXT, NULL}, /* the service under which deliveries are taken */
	{"indirect.cooperation", VALUE_ROWS, NULL},
	{"indirect.cooperation.*.name", VALUE_TEXT, NULL},
	{"indirect.cooperation.*.partner", VALUE_TEXT, NULL},
	{"indirect.cooperation.*.acts", VALUE_WORDS, WORDS("receive", "use", "combine", "analyse")},
	{"indirect.cooperation.*.with", VALUE_LIST, NULL}, /* fields of the analysis that it may stand with */
	{"campaign.enabled", VALUE_FLAG, NULL},
	{"campaign.service", VALUE_TEXT, NULL}, /* the service under which promotions are held */
	{"campaign.kinds", VALUE_ROWS, NULL},
	{"campaign.kinds.*.name", VALUE_TEXT, NULL},
	{"campaign.data", VALUE_ROWS, NULL}, /* what of campaign_data a promotion may name */
	{"campaign.data.*.name", VALUE_TEXT, NULL},
	{"hotline.service", VALUE_TEXT, NULL},
	{"service.catalogue", VALUE_WORD, WORDS("as_collected", "as_shared")},

	/* keeping, protecting, ending */
	{"storage.region", VALUE_TEXT, NULL},
	{"storage.backup_region", VALUE_TEXT, NULL},
	{"retention.after", VALUE_WORD, WORDS("anonymise_or_delete", "anonymise")},
	{"retention.clause", VALUE_CLAUSE, NULL},
	{"retention.backup", VALUE_WORD, WORDS("cycle", "until_next_run")},
	{"retention.backup_days", VALUE_COUNT, NULL},
	{"termination.days", VALUE_COUNT, NULL},
	{"termination.clause", VALUE_CLAUSE, NULL},
	{"incident.channels", VALUE_WORDS,
	 WORDS("message", "sms", "email", "phone", "push", "public_notice")},
	{"incident.parts", VALUE_WORDS, WORDS("facts", "effect", "measures", "self_protection", "remedies")},
	{"security.level", VALUE_COUNT, NULL},
	{"guard.injection", VALUE_LIST, NULL}, /* in lower case */
	{"guard.clause", VALUE_CLAUSE, NULL},
	{"password.remind_days", VALUE_COUNT, NULL},
	{"warning.categories", VALUE_LIST, NULL},
	{"risk.sources", VALUE_WORDS, WORDS("account", "device", "log", "partner")},
	{"risk.points.*", VALUE_COUNT, NULL},
	{"risk.raised", VALUE_COUNT, NULL},
	{"risk.second_proof", VALUE_FLAG, NULL},
	{"risk.feed", VALUE_TEXT, NULL},
	{"risk.clause.alert", VALUE_CLAUSE, NULL},
	{"risk.clause.proof", VALUE_CLAUSE, NULL},
	{"security.unit", VALUE_TEXT, NULL},
	{"security.rules", VALUE_LIST, NULL},
	{"security.backup_days", VALUE_COUNT, NULL},
	{"security.workflow", VALUE_ROWS, NULL},
	{"security.workflow.*.name", VALUE_TEXT, NULL},
	{"security.workflow.*.owner", VALUE_TEXT, NULL},
	{"security.controls", VALUE_ROWS, NULL},
	{"security.controls.*.name", VALUE_TEXT, NULL},
	{"security.controls.*.standard", VALUE_TEXT, NULL},
	{"security.controls.*.phase", VALUE_WORD, WORDS("collect", "use", "store", "send", "manage")},
	{"staff.per_address_10min", VALUE_COUNT, NULL},
	{"staff.clause", VALUE_CLAUSE, NULL},
	{"staff.rules", VALUE_WORDS,
	 WORDS("limited_circle", "least_rights", "audit", "background_check", "training", "confidentiality",
	       "liability")},
	{"message.unsubscribe", VALUE_WORD, WORDS("optional_only", "all")},
	{"contact.channels", VALUE_WORDS, WORDS("push", "email", "sms")},
	{"message.channels", VALUE_WORDS, WORDS("push", "email", "sms")},
	{"screens.my_info", VALUE_TEXT, NULL},
	{"screens.cancel", VALUE_TEXT, NULL},
	{"screens.policy", VALUE_TEXT, NULL},
	{"screens.password", VALUE_TEXT, NULL},
	{"screens.feedback", VALUE_TEXT, NULL},
	{"screens.paths", VALUE_LIST, NULL},

	/* the gate */
	{"gate.rights", VALUE_LIST, NULL},
	{"gate.clause.accept", VALUE_CLAUSE, NULL},
	{"gate.clause.weak", VALUE_CLAUSE, NULL},
	{"gate.clause.status", VALUE_CLAUSE, NULL},
	{"gate.clause.login", VALUE_CLAUSE, NULL},
	{"gate.clause.phone", VALUE_CLAUSE, NULL},
	{"gate.clause.realname", VALUE_CLAUSE, NULL},
	{"gate.clause.guardian", VALUE_CLAUSE, NULL},
	{"gate.clause.permission", VALUE_CLAUSE, NULL},
	{"gate.clause.sensitive", VALUE_CLAUSE, NULL},
	{"gate.clause.share", VALUE_CLAUSE, NULL},
	{"gate.clause.second_check", VALUE_CLAUSE, NULL},
	{"gate.clause.renew", VALUE_CLAUSE, NULL},
	{"gate.clause.reduce", VALUE_CLAUSE, NULL},
	{"gate.clause.message", VALUE_CLAUSE, NULL},
	{"gate.clause.ground", VALUE_CLAUSE, NULL},
	{"gate.clause.ground_collect", VALUE_CLAUSE, NULL},
	{"gate.clause.border", VALUE_CLAUSE, NULL},
	{"gate.clause.declared", VALUE_CLAUSE, NULL},
	{"gate.clause.partner", VALUE_CLAUSE, NULL},
	{"gate.clause.agreement", VALUE_CLAUSE, NULL},
	{"gate.clause.undertaking", VALUE_CLAUSE, NULL},
	{"gate.clause.admission", VALUE_CLAUSE, NULL},
};

enum { KNOWN = sizeof all / sizeof *all };

/* Part by part; * matches one part. */
static bool matches(const char *pattern, const char *key)
{
	while (*pattern && *key) {
		size_t p = strcspn(pattern, "."), k = strcspn(key, ".");
		bool any = p == 1 && *pattern == '*';
		if (!any && (p != k || memcmp(pattern, key, p) != 0))
			return false;
		pattern += p + (pattern[p] == '.');
		key += k + (key[k] == '.');
	}
	return !*pattern && !*key;
}

static const struct known *find(const char *key)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (matches(all[i].key, key))
			return &all[i];
	return NULL;
}

bool setting_known(const char *key)
{
	return find(key) != NULL;
}

static void complain_unknown(struct node name, const char *key)
{
	const char *keys[KNOWN];

	for (size_t i = 0; i < KNOWN; i++)
		keys[i] = all[i].key;
	const char *near = node_complained_enough(name) ? NULL : schema_nearest(slice_of(key), keys, KNOWN);
	if (near)
		node_complain(name, "unknown setting '%s'; did you mean '%s'?", key, near);
	else
		node_complain(name,
			      "unknown setting '%s'; write one of those in cities/README.md, or leave it out",
			      key);
}

/* One value by the reader that maps use, so that all complaints read alike. */
static void check_value(const struct schema_reader *in, struct node at, const struct known *k,
			const char *key, enum schema_kind kind)
{
	union {
		const char *text;
		bool flag;
		int count;
	} value = {0};
	struct schema_field field = {key, kind, true, 0, k->words, NULL};

	(void)!schema_value(in, at, &field, &value);
}

static void check_list(const struct schema_reader *in, struct node at, const struct known *k, const char *key)
{
	if (!node_is_list(at)) {
		node_complain(at, "'%s' must be a list; write %s: [a, b], or []", key, key);
		return;
	}
	for (size_t i = 0; i < node_size(at); i++) {
		bool row = node_is_map(node_at(at, i));
		if (row != (k->kind == VALUE_ROWS))
			node_complain(node_at(at, i),
				      row ? "'%s' lists texts; write [a, b]"
					  : "'%s' lists maps; write - key: …",
				      key);
		else if (k->kind == VALUE_WORDS)
			check_value(in, node_at(at, i), k, key, SCHEMA_WORD);
	}
}

void setting_check(const struct schema_reader *in, struct node name, struct node at, const char *key)
{
	static const enum schema_kind kinds[] = {
		[VALUE_TEXT] = SCHEMA_TEXT, [VALUE_COUNT] = SCHEMA_COUNT,   [VALUE_FLAG] = SCHEMA_FLAG,
		[VALUE_WORD] = SCHEMA_WORD, [VALUE_CLAUSE] = SCHEMA_CLAUSE,
	};
	const struct known *k = find(key);

	if (!k)
		complain_unknown(name, key);
	else if (!node_there(at))
		return;
	else if (k->kind == VALUE_LIST && k->words && node_is_scalar(at))
		check_value(in, at, k, key, SCHEMA_WORD);
	else if (k->kind >= VALUE_LIST)
		check_list(in, at, k, key);
	else
		check_value(in, at, k, key, kinds[k->kind]);
}
