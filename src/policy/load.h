/* From YAML trees to a release. Each part is read by its own file; what they share is here. */
#pragma once

#include "policy/model.h"
#include "policy/schema.h"

enum { SERVICE_FILES_MAX = 64 };

/* Where the parts of a release stand: in files of a city, or in one stored document. */
struct source {
	struct node items, city, policy, agreement; /* agreement: its chapters, or not there */
	struct node services[SERVICE_FILES_MAX];    /* each a list of services */
	size_t service_lists;
	bool stored; /* it passed the loader of its day: what became a rule later is not asked of it */
};

/* A row that was refused: naming it elsewhere is no further fault. */
struct refused {
	const struct table *table;
	struct slice key;
	struct refused *next;
};

struct loader {
	struct release *r;
	struct schema_reader in;
	struct buf *complaints;
	struct refused *refused;
};

/* Reads all parts of a source, freezes and hashes them; NULL when anything was complained about since
 * `before`. */
struct release *load_release(const struct source *from, struct schema_reader in, struct buf *complaints,
			     size_t before);

/* release_parse with complaints for whom they are meant. */
err release_parse_for(struct ctx *c, struct slice document, struct complaints to, struct release **ret);

void load_items(struct loader *l, struct node list);
void load_policy(struct loader *l, struct node map); /* after items */
/* What a city counts as sensitive beyond items.yaml; `map` is the policy's, after items. */
void load_sensitivity(struct loader *l, struct node map);
void load_chapters(struct loader *l, struct node list, const char *noun, struct chapters *ret);
/* The user agreement, with the facts of the city filled in; after the settings. */
void load_agreement(struct loader *l, struct node list);
/* A table whose rows are linked to stands once in a text. */
void check_tables(const struct chapters *all, struct node list);
void load_registers(struct loader *l, struct node policy); /* SDKs, exceptions …; after the services */
void load_voids(struct loader *l, struct node policy);	   /* after the settings */
void load_services(struct loader *l, const struct source *from); /* after the policy */
void load_city(struct loader *l, struct node map);		 /* after the services */
void check_chapters(struct loader *l, struct node policy);	 /* after the settings */
void check_agreements(struct loader *l, struct node root); /* after all rows; root: of the city's settings */
/* Its part about lists (load_lists.c). */
void compare_lists(struct loader *l, struct node root);
void check_overlaps(struct loader *l, struct node policy); /* after all rows */
void check_parties(struct loader *l, struct node policy);  /* after the settings */

/* The list under the only key of a file; complains about anything else. */
struct node load_list_of(struct yaml_tree *t, const char *key);

/* The ids of common/clauses.txt, sorted, in the arena; without that file none is known. */
void load_known_clauses(struct ctx *c, const char *dir, struct schema_reader *ret);

/* The whole of a file; false when it cannot be read. */
bool file_text(const char *path, struct buf *ret);

/* The canonical document of a source: JSON, map keys sorted, null members left out. */
void canonical_document(const struct source *from, struct buf *ret);

/* ---- helpers of the parts ---- */
/* Reads the map of a row of table t; remembers it as refused when that fails. */
bool load_row(struct loader *l, const struct table *t, struct node map, const struct schema *s, void *form);
/* A new row for table t under key; false with a complaint when the key stands there already. */
bool load_add(struct loader *l, struct table *t, struct node map, const char *noun, const char *key,
	      void *row, unsigned *row_number);
/* The row that a key names, or NULL with a complaint that offers the nearest. `where` says where to declare
 * it. */
void *load_reference(struct loader *l, const struct table *t, struct node at, const char *noun,
		     const char *where);
/* The node of a dotted key among the city's settings, or of what stands nearest above it: for complaints. */
struct node setting_place(struct node map, const char *dotted);
/* Calls fn for every element of a list. */
typedef void (*element_fn)(struct loader *l, struct node at, void *arg);
void load_each(struct loader *l, struct node list, element_fn fn, void *arg);
/* True when something was complained about since then: what was read is not whole, so nothing is concluded
 * from it. */
bool load_spoiled(const struct loader *l, size_t complaints_before);
/* The items that a list names. all_allowed: the word `all` may stand instead. Not there: the empty set. */
struct itemset load_itemset(struct loader *l, struct node at, const char *what, bool all_allowed);
/* A list of texts, for settings and platforms. */
const char **load_texts(struct loader *l, struct node list, const char *what, size_t *ret_count);
/* Bits of the words that a list names; `words` ends with NULL. */
uint32_t load_words(struct loader *l, struct node list, const char *what, const char *const *words);
/* "all", or a list of platforms as "android,ios". */
const char *load_platforms(struct loader *l, struct node at);
extern const char *const item_kinds[];		 /* words of items.yaml, ended by NULL */
extern const char *const exception_contexts[];	 /* by enum exception_context, ended by NULL */
extern const char *const exception_need_words[]; /* by enum exception_need, ended by NULL */
/* Bits of the rows that a list names. */
uint64_t load_bits(struct loader *l, const struct table *t, struct node at, const char *noun,
		   const char *where);
