/* Migrations: each file of sql/migrations/<set> runs once, and is never changed after it ran. All that are
 * missing run in one transaction.
 *
 * On PostgreSQL the URL's user owns the tables and serves in another role, which can neither change the
 * structure nor the rows of an append-only table. A user that owns nothing may serve as well, once the owner
 * has migrated. */
#include "store/driver.h"

static const char create_table[] = "CREATE TABLE IF NOT EXISTS store_migration ("
				   "set_name TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, "
				   "applied_at BIGINT NOT NULL, PRIMARY KEY (set_name, name))";
static const char select_hash[] = "SELECT hash FROM store_migration WHERE set_name = $1 AND name = $2";
static const char insert_row[] = "INSERT INTO store_migration (set_name, name, hash, applied_at) "
				 "VALUES ($1, $2, $3, $4) ON CONFLICT (set_name, name) "
				 "DO UPDATE SET hash = excluded.hash, applied_at = excluded.applied_at";
static const char lock[] = "SELECT pg_advisory_xact_lock(7406420261121)";
static const char table_exists[] = "SELECT 1 FROM pg_tables WHERE tablename = 'store_migration' "
				   "AND schemaname = current_schema()";
static const char role_exists[] = "SELECT 1 FROM pg_roles WHERE rolname = '" SERVING_ROLE "'";
static const char may_create_role[] = "SELECT 1 FROM pg_roles WHERE rolname = current_user "
				      "AND (rolcreaterole OR rolsuper)";
/* Roles belong to the whole cluster: two stores of one cluster may make it at once. */
static const char create_role[] = "DO $$ BEGIN CREATE ROLE " SERVING_ROLE " NOLOGIN; "
				  "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
static const char is_member[] = "SELECT 1 WHERE pg_has_role(current_user, '" SERVING_ROLE "', 'MEMBER')";
static const char join_role[] = "GRANT " SERVING_ROLE " TO CURRENT_USER";

struct applied {
	bool found, same;
	const char *hash;
};

static err read_hash(struct ctx *, const struct row *row, void *arg)
{
	struct applied *a = arg;

	a->found = true;
	a->same = a->hash && slice_is(row_text(row, 0), a->hash);
	return OK;
}

static err read_found(struct ctx *, const struct row *, void *arg)
{
	*(bool *)arg = true;
	return OK;
}

static err is_there(struct ctx *c, struct store *s, const char *sql, bool *ret)
{
	bool found = false;

	TRY(s->driver->raw(c, s, sql, NO_PARAMS, read_found, &found));
	*ret = found;
	return OK;
}

static err record(struct ctx *c, struct store *s, const char *name, const char *hash)
{
	return s->driver->raw(c, s, insert_row,
			      PARAMS(P_STR(s->set), P_STR(name), P_STR(hash), P_INT(c->now_ms)), NULL, NULL);
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
	return record(c, s, m->name, m->hash);
}

static err make_role(struct ctx *c, struct store *s)
{
	bool there = false, may = false, member = false;

	TRY(is_there(c, s, role_exists, &there));
	TRY(is_there(c, s, may_create_role, &may));
	if (!there && !may)
		FAIL(c, ERR_STORE,
		     "请由数据库管理员执行：CREATE ROLE " SERVING_ROLE " NOLOGIN; GRANT " SERVING_ROLE
		     " TO <本用户>;");
	if (!there)
		TRY(s->driver->script(c, s, create_role));
	TRY(is_there(c, s, is_member, &member));
	return member ? OK : s->driver->script(c, s, join_role);
}

/* Grants again whenever their text is another one than what was granted last. */
static err grant(struct ctx *c, struct store *s)
{
	for (const struct grant_text *g = grant_texts; g->set; g++) {
		struct applied applied = {.hash = g->hash};
		if (strcmp(g->set, s->set) != 0)
			continue;
		TRY(s->driver->raw(c, s, select_hash, PARAMS(P_STR(s->set), P_STR("grants")), read_hash,
				   &applied));
		if (applied.same)
			continue;
		TRY(make_role(c, s));
		TRY(s->driver->script(c, s, g->sql));
		TRY(record(c, s, "grants", g->hash));
	}
	return OK;
}

/* CREATE TABLE IF NOT EXISTS asks for the right to create even when the table exists. */
static err create_migration_table(struct ctx *c, struct store *s)
{
	bool there = false;

	if (!store_is_sqlite(s))
		TRY(is_there(c, s, table_exists, &there));
	return there ? OK : s->driver->script(c, s, create_table);
}

static err migrate_all(struct ctx *c, struct store *s)
{
	/* Servers that start at once wait for each other: BEGIN IMMEDIATE on SQLite, a lock here. */
	if (!store_is_sqlite(s))
		TRY(s->driver->script(c, s, lock));
	TRY(create_migration_table(c, s));
	for (const struct migration_text *m = migration_texts; m->name; m++) {
		if (strcmp(m->set, s->set) == 0)
			TRY(migrate_one(c, s, m));
	}
	return store_is_sqlite(s) ? OK : grant(c, s);
}

err store_migrate(struct ctx *c, struct store *s)
{
	TRY(s->driver->script(c, s, store_is_sqlite(s) ? "BEGIN IMMEDIATE" : "BEGIN"));
	err e = migrate_all(c, s);
	if (!failed(e))
		return s->driver->script(c, s, "COMMIT");
	/* The first failure is the one to tell. */
	struct failure kept = c->failure;
	(void)s->driver->script(c, s, "ROLLBACK").code;
	c->failure = kept;
	return e;
}
