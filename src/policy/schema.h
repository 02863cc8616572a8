/* Reads a YAML map into a struct by a table of its fields: what may stand there, what must, and what to write
 * else. */
#pragma once

#include "base/arena.h"
#include "policy/yaml_tree.h"

enum schema_kind {
	SCHEMA_KEY,    /* const char *: [a-z][a-z0-9_]* */
	SCHEMA_TEXT,   /* const char *: any text that is not empty */
	SCHEMA_WORD,   /* const char *: one of words */
	SCHEMA_CLAUSE, /* const char *: a clause id */
	SCHEMA_DATE,   /* const char *: YYYY-MM-DD */
	SCHEMA_FLAG,   /* bool */
	SCHEMA_COUNT,  /* int, not negative */
	SCHEMA_LIST,   /* struct node, a list */
	SCHEMA_MAP,    /* struct node, a map */
	SCHEMA_NODE,   /* struct node, anything: the caller reads it */
};

struct schema_field {
	const char *key;
	enum schema_kind kind;
	bool required;
	size_t offset;
	const char *const *words; /* of SCHEMA_WORD, ended by NULL */
	const char
		*write; /* what to write when it is missing, e.g. "retention: {rule: …, days: 30}", or NULL */
};

struct schema_reader {
	struct arena *arena;	    /* texts are copied here */
	const char *const *clauses; /* known clause ids, sorted; NULL: only their form is checked */
	size_t clause_count;
};

/* What one map is called in complaints, and its fields. */
struct schema {
	const char *noun;
	const struct schema_field *fields;
	size_t count;
};

/* Fills object field by field. False, with complaints written, when anything in the map itself is wrong. */
bool schema_read(const struct schema_reader *in, struct node map, const struct schema *s, void *object);

/* One value by its field; place has room for the kind. False with a complaint when it does not fit. */
bool schema_value(const struct schema_reader *in, struct node at, const struct schema_field *f, void *place);

/* One value on its own; NULL with a complaint when it does not fit. */
const char *schema_text(const struct schema_reader *in, struct node at, const char *what);
const char *schema_key(const struct schema_reader *in, struct node at, const char *what);
bool schema_count(struct node at, const char *what, int *ret);

/* The word of the list nearest to text, when it is near enough to be a slip of the pen; else NULL. */
const char *schema_nearest(struct slice text, const char *const *words, size_t count);
