/* The inside of a release: shared by the files of this module only. Everything lives in the release's own
 * arena and never changes after model_freeze, but for the reference count. */
#pragma once

#include "policy/gate.h"
#include "policy/policy.h"
#include <assert.h>
#include <stdatomic.h>

enum {
	PURPOSES_MAX = 64,
	RECIPIENTS_MAX = 64,
	PERMISSIONS_MAX = 32,
	CATEGORIES_MAX = 256,
	SERVICES_MAX = 4096,
	REGISTER_MAX = 256,
	RELEASE_ARENA_MAX = 256 * 1024 * 1024,
	CACHE_LINE = 64,
};

/* The rules of the gate, in the order in which they are asked. */
enum gate_rule {
	RULE_ALLOWED,
	RULE_DECLARED,
	RULE_PARTNER, /* a cooperating provider gets the items of the city's list and of its own */
	RULE_PAPER,   /* … RULE_PAPER + PAPER_KINDS - 1, by paper_kind */
	RULE_PAPER_LAST = RULE_PAPER + PAPER_KINDS - 1,
	RULE_BLOCKED,
	RULE_CANCELLED,
	RULE_GUARDIAN,
	RULE_LOGIN,
	RULE_PHONE,
	RULE_REALNAME,
	RULE_ACCEPT,
	RULE_WEAK,
	RULE_PERMISSION,
	RULE_SENSITIVE,
	RULE_SHARE,
	RULE_SECOND_CHECK,
	RULE_GROUND,   /* the city's list has no such ground there */
	RULE_EVIDENCE, /* the ground needs more than was given */
	RULE_BORDER,
	RULE_MINOR,	     /* a minor's item without one of the city's bases */
	RULE_CHILD,	     /* nothing of a child below minor.strict_age is published */
	RULE_ENDED,	     /* a commercial purpose, after the end */
	RULE_MINOR_EVIDENCE, /* the basis needs more than was given */
	RULE_COUNT,
};

struct paragraph_list {
	const char **texts;
	size_t count;
};

enum policy_table {
	TABLE_NONE,
	TABLE_SERVICES,
	TABLE_RECIPIENTS,
	TABLE_PERMISSIONS,
	TABLE_ITEMS,
	TABLE_RETENTION,
	TABLE_SDKS,
	TABLE_EXCEPTIONS,
	TABLE_COOKIES,
	TABLE_DEFINITIONS,
	TABLE_DUTIES,
	TABLE_OFFERS,
};

struct section {
	const char *title; /* or NULL */
	struct paragraph_list paragraphs;
	enum policy_table table;
	unsigned contexts;    /* TABLE_EXCEPTIONS: which grounds, bit per exception_context */
	const char **clauses; /* that the text states */
	size_t clause_count;
};

struct chapter {
	const char *key, *title;
	struct section *sections;
	size_t section_count;
};

/* What people agree to, in chapters. */
struct chapters {
	struct chapter *rows;
	size_t count;
};

/* A value of city.yaml under its dotted key; a list has text NULL. */
struct setting {
	const char *key, *text;
	const char **list;
	size_t count;
};

/* What one action of one service may do at most, decided when the release is frozen. It fills a cache line,
 * so that a decision about a service touches one. */
struct gate_bounds {
	struct itemset may;
	uint64_t purposes, recipients; /* recipients: for sharing only */
	const char *clause; /* that declares it; the service's own where the category says nothing */
	uint32_t permissions;
	uint8_t level; /* enum service_level */
	bool rights;   /* reading carries out a right of the person: setting gate.rights */
	bool present;  /* false in an older release that did not have the service */
};

struct service_bounds {
	struct gate_bounds by[GATE_ACTIONS];
};
static_assert(sizeof(struct gate_bounds) == CACHE_LINE);

struct key_entry {
	const char *key;
	unsigned number;
};

/* Keys of one kind, sorted, for look-up. */
struct key_index {
	struct key_entry *entries;
	unsigned count;
};

/* One kind of thing: an array, and the index over its keys. The element starts with its number, then its key.
 */
struct table {
	void **rows;
	unsigned count;
	struct key_index index;
};

/* An older release whose acceptance still counts: processing is allowed only where it allowed the same. */
struct earlier {
	unsigned number;
	const struct release *release; /* held: for what is the better of both (better.h) */
	struct service_bounds
		*bounds; /* by service number of the newer release, in its item, purpose, recipient numbers */
};

struct release {
	atomic_uint holders;
	struct arena *arena;
	unsigned number;
	const char *city, *version, *updated, *effective;
	int64_t effective_ms;
	char hash[65];
	struct slice document;

	struct table items, purposes, recipients, permissions, categories, services, retentions;
	struct table sdk_reasons, sdks, exceptions, cookies, definitions, duties, voids;
	struct chapter *chapters;
	size_t chapter_count;
	struct chapters agreement; /* the user agreement; none in releases from before there was one */
	struct chapters agreement_written; /* before the facts of the city were filled in */
	struct setting *settings;	   /* sorted by key */
	size_t setting_count;

	/* for the gate */
	struct itemset sensitive;
	/* by gate_action: items that only a permission opens, for no other source gives them; only taking
	 * asks */
	struct itemset guarded[GATE_ACTIONS];
	struct service_bounds *bounds;	     /* by service number */
	uint64_t entrusted;		     /* recipients of kind supplier */
	uint64_t abroad;		     /* recipients outside the country, as border.inside draws it */
	uint64_t papers_needed[PAPER_KINDS]; /* recipients of which the city demands the paper */
	uint64_t limited;		     /* recipients that get no more than partner_may */
	struct itemset *partner_may;	     /* by recipient number */
	struct itemset *asked;		     /* by recipient number: what its services share with it */
	bool volunteered;		     /* setting share.volunteered is "allowed" */
	const struct purpose *show_masked;   /* or NULL */
	bool weak_counts;		     /* setting consent.continue */
	bool never_abroad;		     /* setting border.mode is not consent */
	bool purpose_express;		     /* setting purpose.change is "express" */
	struct earlier *earlier;
	size_t earlier_count;
	uint32_t item_permissions[ITEMS_MAX];
	const char *rule_clauses[RULE_COUNT];
	const char *collect_ground_clause; /* or NULL */
	bool minor_bases; /* the city lists bases for using a minor's items; a void one still asks for one */
};

struct release *model_new(void);
/* Appends a row (which starts with its number and key) to a table; the table must have room for it. */
void model_rows(struct release *r, struct table *t, size_t capacity);
void model_add(struct table *t, void *row, unsigned *row_number);
/* NULL when the key is taken or not there yet: used while loading, before the index is made. */
void *model_find(const struct table *t, const char *key);
/* Room for the bounds of each service, at the start of a cache line. */
struct service_bounds *model_bounds(struct release *r);
/* Makes the indexes and what the gate needs. */
void model_freeze(struct release *r);

/* Lets an acceptance of the older release count where both allow. Only before the newer one is shared. */
void model_earlier(struct release *newer, const struct release *older);

void setting_put(struct release *r, size_t *capacity, struct setting s);
const struct setting *setting_find(const struct release *r, const char *key);

/* voids.c: takes out of the bounds what void clauses allowed, and stops their grounds and SDKs. */
void void_bounds(const struct release *r, const struct service *s, enum gate_action action,
		 struct gate_bounds *b);
void void_registers(struct release *r);

/* The key of a row. */
const char *row_key(const void *row);
