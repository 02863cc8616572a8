/* The gate: may this happen? A pure function of (release, facts about the person, request).
 *
 * It answers a permit — opaque, single use, only the gate makes one — or a refusal with reason, clause and
 * next steps in c->failure. There is no third answer: what is not declared is refused. It allocates nothing
 * but the permit (in the arena), reads no clock and no store. */
#pragma once

#include "policy/policy.h"

enum gate_action { GATE_COLLECT, GATE_READ, GATE_SHARE };
enum { GATE_ACTIONS = GATE_SHARE + 1 };

enum person_status { PERSON_ACTIVE, PERSON_BLOCKED, PERSON_CANCELLED };
/* What a recipient must have signed, or been found to be, before anything goes to it: a confidentiality
 * agreement (NT-2.1.0.e), an undertaking to protect the data (TJ-1.1.22.d), a positive assessment of each
 * item (TJ-1.1.22.c). */
enum paper_kind { PAPER_AGREEMENT, PAPER_UNDERTAKING, PAPER_ADMISSION, PAPER_KINDS };

enum acceptance_kind { ACCEPT_NONE, ACCEPT_BY_USE, ACCEPT_CONTINUED, ACCEPT_EXPRESS };

/* One live consent of the person. */
struct consent_fact {
	int64_t consent_id;
	const struct service *service;
	const struct recipient *recipient; /* NULL: for taking, not sharing */
	struct itemset items;
	int64_t until_ms; /* 0: until withdrawn */
};

/* A permission that was given for one function only (TJ-1.1.4.g). */
struct permission_fact {
	const struct permission *permission;
	const struct service *service;
};

/* What the gate knows about the person; loaded by consent/facts.c. What every decision reads stands first, in
 * one cache line. */
struct facts {
	int64_t subject_id; /* 0: no identified person (an installation that registers) */
	enum person_status status;
	enum acceptance_kind acceptance;
	unsigned accepted_release; /* release_number the person agreed to; 0 none */
	int realname_level;	   /* 0 none, 1 number and name, 2 with face or card */
	bool minor, guardian_agreed;
	bool child; /* a minor below minor.strict_age: each separate consent is the guardian's to give */
	bool phone_bound;
	uint32_t permissions; /* live grants of this installation, bit per permission number */
	const struct consent_fact *consents;
	size_t consent_count;
	int64_t second_check_until_ms;

	int64_t epoch;
	unsigned express_release;		   /* the newest one agreed to by an express act; 0 none */
	const struct permission_fact *granted_for; /* live grants for one function each */
	size_t granted_for_count;
	uint64_t papers[PAPER_KINDS]; /* whose paper stands now, bit per recipient number */
};

/* Whoever takes a city's data over is declared by no release beforehand: the ground of its case names it. */
static inline struct recipient recipient_successor(const char *name, const char *region)
{
	return (struct recipient){
		.number = UINT32_MAX, .key = name, .name = name, .kind = "partner", .region = region};
}

/* A ground of the city's own list that takes the place of the person's consent (policy, exceptions). Officers
 * open such a use (ops/exceptions.h); nothing else may. */
struct gate_ground {
	const struct exception
		*exception; /* NULL: the city's affiliates (transfer.affiliates), transfers only */
	enum exception_context where;
	uint32_t given;		    /* what is there as evidence, bit per exception_need */
	struct itemset scope_items; /* what the use was opened for: the only way beyond the service's items */
	const struct recipient
		*scope_recipient;      /* the only recipient beyond those of the category, or NULL */
	int64_t scope_until_ms;	       /* the use ends then; 0: no end */
	int64_t deferred_until_ms;     /* the person is told then; 0: at once. Only grounds with secrecy */
	int64_t use_id;		       /* entries refer to it */
	const char *note;	       /* for the entries: officers, evidence, scope */
	const struct exception *minor; /* of a minor, where the city lists bases (context minor): the one
					  that was named; NULL: none */
	uint32_t minor_given;	       /* what is there for it, bit per exception_need; NEED_CONSENT: a
					  recorded yes of the guardian to this very use */
};

/* The first cache line is what every decision reads. */
struct gate_request {
	enum gate_action action;
	bool masked; /* only masked forms leave: needs no second check; also so for the purpose "show_masked"
		      */
	bool staff;  /* a staff read: needs reason and role, checked by ops; sensitive items need no second
			check of the person */
	const struct service *service;
	const struct purpose *purpose;
	const struct recipient *recipient; /* for GATE_SHARE */
	struct itemset items;

	int64_t now_ms;
	const struct gate_ground *ground;    /* NULL: by consent, as always */
	const struct permission *permission; /* the one that this sensor is read by, which must be granted
						even when nothing is taken; NULL: any that guards the item */
	struct itemset
		sensed;	      /* those of items that come from a sensor: need their permission. Taking an item
				 that a permission guards always does, whatever a client says of its origin. */
	struct itemset taken; /* those of items that were taken before, under their permission then: a photo
				 that is now filed with its case */
	struct itemset volunteered; /* those of items that the person typed into a third party's form just
				       now: where share.volunteered is "allowed" they go to that party without
				       a further question, unless they are sensitive (TJ-2.1.5.b) */
	const char *note;	    /* for the entry, of a read by staff: what it is looked at for; or NULL */
};

struct permit;

/* "agreement", "undertaking", "admission" */
const char *paper_kind_word(enum paper_kind k);
/* Whether the city demands such a paper of this recipient (settings share.papers.*, by its kind). */
bool paper_needed(const struct release *r, const struct recipient *to, enum paper_kind k);
/* The first paper that is demanded and does not stand; false: nothing is missing. */
bool paper_missing(const struct release *r, const uint64_t papers[static PAPER_KINDS],
		   const struct recipient *to, enum paper_kind *ret);
/* The clause that refuses for want of it. */
const char *paper_clause(const struct release *r, enum paper_kind k);

/* ERR_REFUSED with c->failure, or OK and *ret. Rules, in this order, each with its clause:
 *  declared: service, purpose of the category, items ⊆ service's items ⊆ category's (collect or share),
 * recipient, items ⊆ what a cooperating provider may get → not_declared; papers of the recipient that the
 * city demands of its kind → not_declared person: blocked or cancelled → locked / gone; minor without
 * guardian → guardian_required level: login, phone, real name → login_required / (bind_phone)
 * permission_required / realname_required acceptance of a version → consent_required with next accept_policy;
 * weaker kinds never open sensitive items sensor permission → permission_required with next grant_permission
 * sensitive items (collect), any item (share): a live consent that covers them → consent_required with next
 * give_consent {scope, items, purpose, recipient, text_hash} reading sensitive items in clear →
 * second_check_required Where a consent is missing of a child below minor.strict_age: guardian_required,
 * because only the guardian can give it. Items of a minor are sensitive throughout. Services of the setting
 * gate.rights carry out the person's own rights: reading through them needs neither acceptance nor guardian.
 * A recipient of kind "supplier" works on our behalf: items that are not sensitive go to it under the
 * acceptance. A consent that names the recipient's `within` holds for it. A recipient outside the country
 * (border.inside) gets nothing where border.mode is never, and elsewhere only under the ground for sending
 * abroad together with the person's consent (TJ-5.2.b, NT-3.2.b, NT-A.10). A commercial purpose of a person
 * who cancelled, or on the ground of what the law keeps → gone (NT-3.1.b).
 *
 * With a ground: it must stand in the city's list for that context → not_declared; everything in its needs
 * must be given → ERR_INVALID with a field error for each need that is missing. It replaces acceptance,
 * consents and the guardian's consent, nothing else: items and recipient must be declared for the service, or
 * be named by the scope of a ground that needs one. A ground that rests on consent still needs that consent.
 * Where the city lists bases for minors, a minor's item is used or published only on one of them as well
 * (TJ-6.3.a): none → guardian_required; what it needs → ERR_INVALID with fields "minor.…". A guardian's yes
 * does not outlive the agreement for the account → guardian_required. Of a child below minor.strict_age
 * nothing is published → not_declared. */
err gate_decide(struct ctx *c, const struct release *r, const struct facts *f, const struct gate_request *q,
		struct permit **ret);

/* The bare decision, for benchmarks and explanations: NULL when allowed, else the reason. Allocates nothing;
 * tens of ns. */
const char *gate_check(const struct release *r, const struct facts *f, const struct gate_request *q,
		       const char **ret_clause);

/* The name of the version that a decision about this person rests on: the one agreed to, and the one in force
 * where nothing older is left (TJ-7.2.b, NT-6.1.c). */
const char *gate_version(const struct release *r, const struct facts *f, const struct gate_request *q);

/* What a permit says; permit_take marks it used and answers false when it was used before or belongs to
 * another request. */
bool permit_take(struct permit *p, const struct ctx *c);
/* ERR_REFUSED: the purpose is commercial, and nothing of the permit's items is in use any more. */
err permit_refuse_ended(struct ctx *c, const struct permit *p);
int64_t permit_subject(const struct permit *p);
int64_t permit_epoch(const struct permit *p);
enum gate_action permit_action(const struct permit *p);
const struct service *permit_service(const struct permit *p);
const struct purpose *permit_purpose(const struct permit *p);
const struct recipient *permit_recipient(const struct permit *p);
const struct itemset *permit_items(const struct permit *p);
const char *
permit_basis(const struct permit *p); /* "consent", "acceptance", "own_request", "exception:<key>" */
const char *permit_clause(const struct permit *p);
int64_t permit_consent_id(const struct permit *p);     /* 0: none */
int64_t permit_use_id(const struct permit *p);	       /* of the ground's use; 0: none */
int64_t permit_deferred_until(const struct permit *p); /* when the person is told; 0: at once */
const char *permit_note(const struct permit *p);       /* of the ground's use; or NULL */
const char *permit_version(const struct permit *p);    /* see gate_version */
bool permit_masked(const struct permit *p);	       /* only masked forms may leave */
uint32_t permit_permissions(const struct permit *p);   /* granted permissions that it used, bit per number */
