/* A release: everything a city declared, loaded, checked and immutable.
 *
 * Keys are the stable names (items.yaml, policy, services); numbers (item number, service number, …) are
 * positions within one release. Pointers live as long as the release; a context holds one (c->release). */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"

enum { ITEMS_MAX = 256, KEY_TEXT_MAX = 64 };

struct itemset {
	uint64_t bit[ITEMS_MAX / 64];
};

static inline void itemset_add(struct itemset *s, unsigned item)
{
	s->bit[item / 64] |= UINT64_C(1) << (item % 64);
}
static inline bool itemset_has(const struct itemset *s, unsigned item)
{
	return s->bit[item / 64] >> (item % 64) & 1;
}
static inline bool itemset_within(const struct itemset *a, const struct itemset *b) /* a ⊆ b */
{
	return !((a->bit[0] & ~b->bit[0]) | (a->bit[1] & ~b->bit[1]) | (a->bit[2] & ~b->bit[2]) |
		 (a->bit[3] & ~b->bit[3]));
}
static inline struct itemset itemset_less(struct itemset a, struct itemset b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= ~b.bit[i];
	return a;
}
static inline bool itemset_empty(const struct itemset *a)
{
	return !(a->bit[0] | a->bit[1] | a->bit[2] | a->bit[3]);
}

struct item { /* cities/common/items.yaml */
	unsigned number;
	const char *key, *name, *kind; /* kind: basic, identity, biometric, … (NT-A.5) */
	bool sensitive;
	const char
		*validator; /* "phone", "resident_id", "name", "email", "password", "username", "text", … */
	const char *mask;   /* "phone", "id", "name", "all", "none", "email", "tail4", "text" */
	const char *format; /* what to type, for people, or NULL */
	uint32_t permissions; /* when it comes from a sensor, any one of these opens it; 0: no sensor gives it
			       */
};

struct recipient {
	unsigned number;
	const char *key, *name, *kind; /* kind: organ, authorised, partner, affiliate, supplier */
	const char *region;	       /* ISO country or region of the place: "CN" */
	const char *contact, *clause, *basis;
	const struct recipient
		*within; /* a consent that names this one holds for us too (a centre dispatches), or NULL */
	const char *agreement_url,
		*policy_url;  /* its own texts, of who offers services of its own; or NULL */
	bool limited;	      /* `items` stands there */
	struct itemset items; /* what a cooperating provider needs beyond share.partner_items (TJ-2.1.4.a) */
};

struct purpose {
	unsigned number;
	const char *key, *name, *clause;
	bool commercial;	      /* not after the account, the item or its period ended (NT-3.1.b) */
	const struct purpose *within; /* of what it is a part, or NULL (NT-1.4.b) */
	bool parted;		      /* it has parts: nothing is done for it, each use names one of them */
};

struct permission { /* perm_location, … */
	unsigned number;
	const char *key, *name, *why, *clause;
	const char *platforms; /* "all", or a list: "android" */
};

struct category { /* one block of collection and sharing in the policy */
	unsigned number;
	const char *key, *name;
	const char *kind; /* "service": in the catalogue; "internal": account, realname, … */
	struct itemset collect, share;
	struct itemset read; /* internal: may be shown although other categories took it */
	const char *collect_clause, *share_clause, *read_clause; /* NULL where nothing is declared */
	uint64_t purposes;					 /* bit per purpose */
	uint64_t recipients; /* bit per recipient that the category may share with */
	uint32_t permissions;
	const char *retention_rule; /* text; until when */
	int retention_days;	    /* after the end of use; 0: ends with the scope */
};

enum service_shape { SHAPE_INFO, SHAPE_QUERY, SHAPE_CASE, SHAPE_INTERNAL };
enum service_level { LEVEL_OPEN, LEVEL_LOGIN, LEVEL_PHONE, LEVEL_REALNAME };

struct service_field {
	const struct item *item;
	bool required, prefill; /* prefill: taken from the verified profile, not typed */
	bool sensed;		/* comes from a sensor: needs its permission, never required */
	const char *label, *hint;
};

struct service {
	unsigned number;
	const char *key, *name, *summary, *pinyin,
		*initials; /* pinyin of the name: "gong ji jin cha xun" → "gongjijinchaxun", "gjjcx" */
	const struct category *category;
	enum service_shape shape;
	enum service_level level;
	const char *provider, *provider_kind; /* "own" or "third_party" (TJ-1.1.22.f) */
	const struct service_field *fields;
	size_t field_count;
	struct itemset items;  /* of all fields */
	struct itemset shared; /* what is sent to the recipient */
	struct itemset result; /* declared result items; anything else of an answer is dropped */
	struct itemset reads;  /* further items that an internal service shows, within its category's read */
	const struct purpose *purpose;
	const struct recipient *recipient; /* NULL: nothing leaves */
	const char *connector;		   /* authority id, or NULL */
	const char *clause, *guide;	   /* guide: plain text for the page: steps, fee, time limit */
	const char *icon;
	int attachments_max;
	const char *keywords; /* further search words */
};

/* Of a third party: whether the party has named both of its own texts (TJ-2.1.5.c). */
bool service_texts_named(const struct service *s);

/* ---- settings of the city (city.yaml): text, number or list by dotted key, e.g. "reply.days",
 * "register.fields" ------- */
struct release;
const char *city_text(const struct release *r, const char *key); /* NULL when not set */
int64_t city_int(const struct release *r, const char *key, int64_t otherwise);
bool city_flag(const struct release *r, const char *key);
const char *const *city_list(const struct release *r, const char *key,
			     size_t *ret_count); /* empty list when not set */
bool city_list_has(const struct release *r, const char *key, const char *value);
/* Whether a region counts as inside the country: CN always; HK, MO and TW only where border.inside is not
 * "mainland" (TJ-3.1.a, NT-A.10). */
bool city_inside(const struct release *r, const char *region);

const char *release_city(const struct release *r);    /* "tianjin" */
const char *release_version(const struct release *r); /* "2026.1" */
unsigned release_number(const struct release *r);     /* counts up with each published release; never 0 */
const char *release_hash(const struct release *r);    /* hex SHA-256 of the canonical document */
int64_t release_effective_ms(const struct release *r);

/* All that the services of the release share with this recipient. */
const struct itemset *release_asked(const struct release *r, const struct recipient *to);

const struct item *release_item(const struct release *r, const char *key);
const struct item *release_item_at(const struct release *r, unsigned number);
unsigned release_item_count(const struct release *r);
const struct service *release_service(const struct release *r, const char *key);
const struct service *release_service_at(const struct release *r, unsigned number);
unsigned release_service_count(const struct release *r);
const struct category *release_category(const struct release *r, const char *key);
const struct category *release_category_at(const struct release *r, unsigned number);
unsigned release_category_count(const struct release *r);
const struct purpose *release_purpose(const struct release *r, const char *key);
const struct purpose *release_purpose_at(const struct release *r, unsigned number);
const struct recipient *release_recipient(const struct release *r, const char *key);
const struct recipient *release_recipient_at(const struct release *r, unsigned number);
unsigned release_recipient_count(const struct release *r);
const struct permission *release_permission(const struct release *r, const char *key);
const struct permission *release_permission_at(const struct release *r, unsigned number);
unsigned release_permission_count(const struct release *r);
unsigned release_purpose_count(const struct release *r);

/* What the law keeps after the end, with rule and period (policy, legal_retention). */
struct retention {
	unsigned number;
	const char *key, *name, *rule, *clause; /* key: the class */
	int days;				/* after the event that the rule names */
};
const struct retention *release_retention(const struct release *r, const char *key);
const struct retention *release_retention_at(const struct release *r, unsigned number);
unsigned release_retention_count(const struct release *r);

/* ---- registers: what the policy lists beside its rules ---- */
struct sdk_use { /* one occasion of being called: what it needs and gets then */
	const char *trigger;
	uint32_t permissions; /* all of them */
	struct itemset items;
};
/* Why a city lets foreign code into its clients at all (NT-1.5.0.a-d). A city whose policy gives no reasons
 * has none of them: there each entry is known by its triggers alone. */
struct sdk_reason {
	unsigned number;
	const char *key, *name;
	uint32_t triggers; /* what people do then, by sdk_trigger_bit */
	const char *clause;
};
const struct sdk_reason *release_sdk_reason(const struct release *r, const char *key);
const struct sdk_reason *release_sdk_reason_at(const struct release *r, unsigned number);
unsigned release_sdk_reason_count(const struct release *r);
uint32_t sdk_trigger_bit(const char *trigger); /* 0: there is no such trigger */

struct sdk { /* foreign code in a client, called only through its triggers */
	unsigned number;
	const char *key, *name, *vendor;
	const char *trigger;	       /* "map", "push", "share", …: its first */
	const char *function;	       /* what it does, as people read it */
	const struct service *service; /* the only service that calls it, or NULL */
	uint32_t permissions;
	struct itemset items;
	const char *platforms, *clause;
	const char *condition, *policy_url; /* or NULL */
	bool protocol_only;		    /* connected by protocol, no code of the vendor inside */
	bool consent;			    /* only after the person's own word for it */
	bool login;			    /* only for who is logged in */
	const char *refusing; /* what suffers when it is refused, or NULL: it runs only when it is picked */
	const char *state;    /* what must hold on the phone, or NULL */
	struct itemset state_items; /* only these depend on the state; empty: the whole call */
	const struct sdk_use *uses; /* at least one; together they make permissions and items */
	size_t use_count;
	const char *const *parts; /* "item.part": the parts of a state that may be handed over */
	size_t part_count;
	const struct sdk_reason *reason;   /* NULL exactly where the city declares none */
	const struct recipient *recipient; /* who brings messages to phones by it, or NULL */
	bool stopped;			   /* its clause, or that of its reason, is void: never called */
};
const struct sdk *release_sdk(const struct release *r, const char *key);
const struct sdk *release_sdk_at(const struct release *r, unsigned number);
unsigned release_sdk_count(const struct release *r);

/* Where a ground may take the place of consent, or of an answer. */
enum exception_context {
	EXCEPTION_COLLECT,
	EXCEPTION_SHARE,
	EXCEPTION_TRANSFER,
	EXCEPTION_PUBLISH,
	EXCEPTION_REFUSE_REQUEST,
	EXCEPTION_KEEP,	  /* kept though its time is over */
	EXCEPTION_ACCESS, /* not shown, changed or deleted by the person alone */
	EXCEPTION_ABROAD,
	EXCEPTION_MINOR,
	EXCEPTION_USE, /* looked at by officers for what law or supervision demands (TJ-1.2.3.b) */
};
enum { EXCEPTION_CONTEXTS = EXCEPTION_USE + 1 };
/* What must be given before a ground is used; each use records it. */
enum exception_need {
	NEED_DOCUMENT,
	NEED_OFFICER,
	NEED_SECOND_OFFICER,
	NEED_SCOPE,
	NEED_PUBLIC_SOURCE,
	NEED_OWN_PUBLICATION,
	NEED_APPLICATION,
	NEED_EVENT,
	NEED_REASON,
	NEED_CONSENT,
	NEED_NOTICE,
	NEED_UNDERTAKING,
	NEED_DEIDENTIFIED,
	NEED_COUNT,
};
const char *exception_context_word(enum exception_context where); /* "share" */
/* The member that carries it ("document"), and what to tell an officer who left it out. */
const char *exception_need_field(enum exception_need what);
const char *exception_need_text(enum exception_need what);
struct exception {
	unsigned number;
	const char *key, *ground, *clause;
	uint32_t contexts; /* bit per exception_context */
	uint32_t needs;	   /* bit per exception_need; never empty */
	bool stopped;	   /* its clause is void: it holds nowhere */
	bool secrecy;	   /* may carry a duty of secrecy: the person is told later, two officers decide */
};
static inline bool exception_holds(const struct exception *e, enum exception_context where)
{
	return !e->stopped && (e->contexts >> where & 1);
}
static inline bool exception_needs(const struct exception *e, enum exception_need what)
{
	return e->needs >> what & 1;
}
const struct exception *release_exception(const struct release *r, const char *key);
const struct exception *release_exception_at(const struct release *r, unsigned number);
unsigned release_exception_count(const struct release *r);

struct cookie {
	unsigned number;
	const char *key, *name, *use, *clause; /* use: "session", "identity" or "analysis"; clause or NULL */
	const char *effect;		       /* what suffers when it is refused; NULL: not refusable */
	bool refusable;
};
const struct cookie *release_cookie(const struct release *r, const char *key);
const struct cookie *release_cookie_at(const struct release *r, unsigned number);
unsigned release_cookie_count(const struct release *r);

struct definition {
	unsigned number;
	const char *key, *term, *meaning, *clause;
};
const struct definition *release_definition(const struct release *r, const char *key);
const struct definition *release_definition_at(const struct release *r, unsigned number);
unsigned release_definition_count(const struct release *r);

/* An organisational act: who must show what, and how often. */
struct duty {
	unsigned number;
	const char *key, *name, *evidence, *clause;
	const char *safeguard; /* the word of staff.rules that this act carries out, or NULL */
	int every_days;	       /* 0: at the event that the evidence names */
	bool each_staff;       /* every staff member whose work shows personal data has it on record */
};
const struct duty *release_duty(const struct release *r, const char *key);
const struct duty *release_duty_at(const struct release *r, unsigned number);
unsigned release_duty_count(const struct release *r);

/* A clause that officers marked void: what it allowed is refused (TJ-10.2). */
struct void_mark {
	unsigned number;
	const char *key; /* the clause */
	const char *reason, *since;
};
const struct void_mark *release_void(const struct release *r, const char *clause);
const struct void_mark *release_void_at(const struct release *r, unsigned number);
unsigned release_void_count(const struct release *r);

/* The canonical document that release_hash is over: JSON, keys sorted, nothing left out that was loaded. */
struct slice release_document(const struct release *r);
const char *release_updated(const struct release *r); /* date of the last change, as printed: "2026-01-01" */

/* Loads cities/<city> below dir, checks it (policy/check.h) and freezes it. Complaints are text lines
 * "file:line: what, and what to write" in ret_complaints; with any, ERR_INVALID and no release. Of several
 * policy files it takes the newest that is in force at c->now_ms (0: the newest). */
err release_load(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		 struct release **ret);
/* One version of the policy by its name, whatever its dates; and the names of all versions that the folder
 * holds. */
err release_load_version(struct ctx *c, const char *dir, const char *city, const char *version,
			 struct buf *ret_complaints, struct release **ret);
err release_versions(struct ctx *c, const char *dir, const char *city, const char *const **ret,
		     size_t *ret_count);
/* The same from a stored canonical document; its hash is the hash it was published under. */
err release_parse(struct ctx *c, struct slice document, unsigned number, struct buf *ret_complaints,
		  struct release **ret);
struct release *release_hold(const struct release *r); /* counts a reference */
void release_drop(const struct release *r);

/* ---- items ---- */
/* Checks a value and brings it to its normal form (in the arena). ERR_INVALID with a field error that says
 * what to do. */
err item_normal(struct ctx *c, const struct item *it, struct slice value, struct slice *ret);
/* The masked form of a normal value, e.g. 1****, 王*, 129901********0012 → 1299**********0012. In the arena.
 */
const char *item_masked(struct ctx *c, const struct item *it, struct slice value);
/* Item keys of a set as a JSON array. */
struct json;
void itemset_json(struct json *j, const struct release *r, const struct itemset *set);
/* [{key, name}] */
void itemset_json_named(struct json *j, const struct release *r, const struct itemset *set);
/* Birth date and check digit of an 18-digit resident identity number; false when it is not one. */
bool resident_id_parse(struct slice text, struct date *ret_birth, bool *ret_female);

/* ---- the policy as people read it ---- */
/* The whole policy page (HTML, no script, marked passages in <strong>, index of chapters, an element
 * id="policy-end" at its end). */
err policy_html(struct ctx *c, const struct release *r, struct buf *ret);
/* The user agreement of the same version, in the same form. On both pages what data are used for, and how
 * far, stands in rows that can be linked to: id "category-<key>", "service-<key>", "permission-<key>",
 * "recipient-<key>", "sdk-<key>" (NT-3.3.1.b). A release without one shows these rows alone. */
err agreement_html(struct ctx *c, const struct release *r, struct buf *ret);
bool release_has_agreement(const struct release *r);
/* What one consent for a service covers: all that it takes and shares; empty when nothing of it needs a
 * consent of its own. Its recipient is the service's. */
struct itemset consent_offer_items(const struct release *r, const struct service *s);
/* The text of one consent, as shown and as hashed: items, purpose, recipient, effect of refusing. ret_hash:
 * hex SHA-256. */
err consent_text(struct ctx *c, const struct release *r, const struct service *s, const struct itemset *items,
		 const struct recipient *recipient, struct buf *ret, char ret_hash[static 65]);
/* The terms under which a consent was given, but for its items, which it names itself: purpose, provider,
 * recipient and the bodies it hands to, how long. A consent holds only while they are the same
 * (TJ-1.1.27.a, TJ-2.1.4.c, NT-6.1.c). Hex SHA-256. */
void consent_terms(struct ctx *c, const struct release *r, const struct service *s,
		   const struct recipient *recipient, char ret_hash[static 65]);
/* A chapter's title, and its key; NULL past the last one. */
const char *release_chapter_title(const struct release *r, size_t number, const char **ret_key);
/* The paragraphs of one chapter of the policy as plain text, for texts that are agreed to. */
void release_chapter_text(const struct release *r, const char *key, struct buf *ret);
