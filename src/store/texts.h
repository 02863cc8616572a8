/* What tools/gen_queries.py makes of sql/: for src/store only. */
#pragma once

#include "store/queries.h"
#include <stdbool.h>
#include <stddef.h>

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRESQL };

struct query_text {
	const char *name;
	const char *set; /* "city" or "keys" */
	size_t param_count;
	bool reads;	    /* changes nothing, so a reading connection may run it */
	const char *sql[2]; /* by enum dialect */
};
/* Indexed by enum query. */
extern const struct query_text query_texts[];
extern const size_t query_text_count;

struct migration_text {
	const char *set;
	const char *name;
	const char *hash; /* SHA-256 of the file, hex */
	const char *sql[2];
};
/* In the order in which they run; ends with a name of NULL. */
extern const struct migration_text migration_texts[];

/* What the serving role of PostgreSQL may do with the tables of a set: everything but change the structure,
 * and with append-only tables only read and insert. */
struct grant_text {
	const char *set;
	const char *hash;
	const char *sql;
};
/* Ends with a set of NULL. */
extern const struct grant_text grant_texts[];

struct append_only_table {
	const char *set;
	const char *table;
	bool no_update, no_delete;
};
/* Ends with a table of NULL. */
extern const struct append_only_table append_only_tables[];
