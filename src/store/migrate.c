/* Migrations: each file of sql/migrations/<set> runs once, and is never changed after it ran. */
#include "store/driver.h"

#include <stdlib.h>

static const char create_table[] = "CREATE TABLE IF NOT EXISTS store_migration ("
				   "set_name TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, "
				   "applied_at BIGINT NOT NULL, PRIMARY KEY (set_name, name))";
static const char select_hash[] = "SELECT hash FROM store_migration WHERE set_name = $1 AND name = $2";
static const char insert_row[] = "INSERT INTO store_migration (set_name, name, hash, applied_at) "
				 "VALUES ($1, $2, $3, $4)";

struct applied {
	bool found, same;
	const char *hash;
};

static err read_hash(struct ctx *, const struct row *row, void *arg)
{
	struct applied *a = arg;

	a->found = true;
	a->same = slice_is(row_text(row, 0), a->hash);
	return OK;
}

static err migrate_one(struct ctx *c, struct store *s, const struct migration_text *m)
{
	struct applied applied = {.hash = m->hash};

	TRY(s->driver->raw(c, s, select_hash, PARAMS(P_STR(m->set), P_STR(m->name)), read_hash, &applied));
	if (applied.found && applied.same)
		return OK;
	if (applied.found)
		FAIL(c, ERR_STORE, "迁移 %s/%s 在执行之后被改动；请恢复原文件，另写新的迁移", m->set,
		     m->name);
	TRY(s->driver->script(c, s, m->sql[s->driver->dialect]));
	return s->driver->raw(c, s, insert_row,
			      PARAMS(P_STR(m->set), P_STR(m->name), P_STR(m->hash), P_INT(c->now_ms)), NULL,
			      NULL);
}

static err migrate_all(struct ctx *c, struct store *s)
{
	/* Servers that start at once wait for each other: SQLite's BEGIN IMMEDIATE, a lock on PostgreSQL. */
	if (!store_is_sqlite(s))
		TRY(s->driver->script(c, s, "SELECT pg_advisory_xact_lock(7406420261121)"));
	TRY(s->driver->script(c, s, create_table));
	for (const struct migration_text *m = migration_texts; m->name; m++) {
		if (strcmp(m->set, s->set) == 0)
			TRY(migrate_one(c, s, m));
	}
	return OK;
}

err store_migrate(struct ctx *c, struct store *s)
{
	TRY(s->driver->script(c, s, store_is_sqlite(s) ? "BEGIN IMMEDIATE" : "BEGIN"));
	err e = migrate_all(c, s);
	if (!failed(e))
		return s->driver->script(c, s, "COMMIT");
	struct failure kept = c->failure;
	err rolled_back = s->driver->script(c, s, "ROLLBACK");
	(void)rolled_back.code; /* the first failure is the one to tell */
	c->failure = kept;
	return e;
}
