#include "store/sqlite.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 5000, CHECKPOINT_PAGES = 4000 };

/* Only schema words can stand in these messages, never values: SQLite tells column names of a broken
 * constraint and names of what it cannot find. Everything else is told by its code. */
err lite_fail(struct ctx *c, struct lite_conn *k, const char *what)
{
	int code = sqlite3_extended_errcode(k->db);

	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		FAIL(c, ERR_CONFLICT, "数据已存在（%s）", what);
	case SQLITE_BUSY:
	case SQLITE_BUSY_SNAPSHOT:
		FAIL(c, ERR_STORE, "存储正被另一个进程占用（%s）", what);
	default:
		break;
	}
	bool schema = (code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_ERROR;
	FAIL(c, ERR_STORE, "存储出错（%s：%s，%d）", what,
	     schema ? sqlite3_errmsg(k->db) : sqlite3_errstr(code), code);
}

static int authorize(void *user, int action, const char *table, const char *, const char *, const char *)
{
	const struct lite_conn *k = user;

	if (action != SQLITE_UPDATE && action != SQLITE_DELETE)
		return SQLITE_OK;
	for (const struct append_only_table *t = append_only_tables; t->table; t++) {
		if (strcmp(t->set, k->store->set) != 0 || sqlite3_stricmp(t->table, table) != 0)
			continue;
		if (action == SQLITE_UPDATE ? t->no_update : t->no_delete)
			return SQLITE_DENY;
	}
	return SQLITE_OK;
}

void lite_guard(struct lite_conn *k)
{
	sqlite3_set_authorizer(k->db, authorize, k);
}

static err pragma(struct ctx *c, struct lite_conn *k, const char *sql)
{
	return sqlite3_exec(k->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : lite_fail(c, k, sql);
}

static err set_up(struct ctx *c, struct lite_conn *k, bool reads)
{
	sqlite3_extended_result_codes(k->db, 1);
	sqlite3_busy_timeout(k->db, BUSY_TIMEOUT_MS);
	TRY(pragma(c, k, "PRAGMA temp_store = MEMORY"));
	TRY(pragma(c, k, "PRAGMA cache_size = -16000"));
	if (reads)
		return pragma(c, k, "PRAGMA query_only = 1");
	TRY(pragma(c, k, "PRAGMA journal_mode = WAL"));
	/* FULL: an acknowledged write survives a loss of power, not only of the process. */
	TRY(pragma(c, k, "PRAGMA synchronous = FULL"));
	TRY(pragma(c, k, "PRAGMA foreign_keys = ON"));
	/* Destroyed keys leave no bytes behind in free pages. */
	TRY(pragma(c, k,
		   strcmp(k->store->set, "keys") == 0 ? "PRAGMA secure_delete = ON"
						      : "PRAGMA secure_delete = FAST"));
	sqlite3_wal_autocheckpoint(k->db, CHECKPOINT_PAGES);
	return OK;
}

static err prepare_text(struct ctx *c, struct lite_conn *k, const char *what, const char *sql,
			sqlite3_stmt **ret)
{
	if (sqlite3_prepare_v3(k->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK)
		return lite_fail(c, k, what);
	return OK;
}

static err prepare_fixed(struct ctx *c, struct lite_conn *k, bool reads)
{
	TRY(prepare_text(c, k, "BEGIN", reads ? "BEGIN" : "BEGIN IMMEDIATE", &k->begin));
	TRY(prepare_text(c, k, "COMMIT", "COMMIT", &k->commit));
	TRY(prepare_text(c, k, "ROLLBACK", "ROLLBACK", &k->rollback));
	TRY(prepare_text(c, k, "SAVEPOINT", "SAVEPOINT w", &k->savepoint));
	TRY(prepare_text(c, k, "RELEASE", "RELEASE w", &k->release));
	return prepare_text(c, k, "ROLLBACK TO", "ROLLBACK TO w", &k->rollback_to);
}

/* The file is made for its owner only; SQLite gives its -wal and -shm the same mode. */
static void create_private(const char *path)
{
	int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

err lite_open(struct ctx *c, struct store *s, const char *path, int flags, struct lite_conn **ret)
{
	struct lite_conn *k = calloc(1, sizeof *k);
	bool reads = flags & SQLITE_OPEN_READONLY;
	err e;

	if (!k)
		FAIL(c, ERR_STORE, "内存不足");
	k->store = s;
	k->statements = calloc(Q_COUNT + 1, sizeof *k->statements);
	if (!reads)
		create_private(path);
	if (sqlite3_open_v2(path, &k->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		e = fail(c, ERR_STORE, "无法打开存储文件：%s", k->db ? sqlite3_errmsg(k->db) : "内存不足");
	else
		e = set_up(c, k, reads);
	if (!failed(e))
		e = prepare_fixed(c, k, reads);
	if (failed(e)) {
		lite_close(k);
		return e;
	}
	*ret = k;
	return OK;
}

void lite_close(struct lite_conn *k)
{
	if (!k)
		return;
	for (size_t q = 0; q < (size_t)Q_COUNT; q++)
		sqlite3_finalize(k->statements[q]);
	sqlite3_stmt *fixed[] = {k->begin, k->commit, k->rollback, k->savepoint, k->release, k->rollback_to};
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		sqlite3_finalize(fixed[i]);
	free(k->statements);
	sqlite3_close(k->db);
	free(k);
}

err lite_prepare(struct ctx *c, struct lite_conn *k, enum query q, sqlite3_stmt **ret)
{
	sqlite3_stmt *statement = NULL;

	TRY(prepare_text(c, k, query_texts[q].name, query_texts[q].sql[DIALECT_SQLITE], &statement));
	*ret = statement;
	return OK;
}

err lite_step(struct ctx *c, struct lite_conn *k, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	err e = code == SQLITE_DONE ? OK : lite_fail(c, k, sqlite3_sql(statement));

	sqlite3_reset(statement);
	return e;
}

static int bind_one(sqlite3_stmt *statement, int at, const struct param *p)
{
	/* The caller's bytes outlive the statement's run; an empty slice may point nowhere, but is not NULL.
	 */
	const char *bytes = p->s.p ? p->s.p : "";

	switch (p->kind) {
	case PARAM_INT:
		return sqlite3_bind_int64(statement, at, p->i);
	case PARAM_TEXT:
		return sqlite3_bind_text64(statement, at, bytes, p->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case PARAM_BLOB:
		return sqlite3_bind_blob64(statement, at, bytes, p->s.n, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(statement, at);
	}
}

static bool lite_is_null(const struct row *r, int column)
{
	return sqlite3_column_type(r->result, column) == SQLITE_NULL;
}

static int64_t lite_integer(const struct row *r, int column)
{
	return sqlite3_column_int64(r->result, column);
}

static struct slice lite_bytes(const struct row *r, int column)
{
	/* column_text also terminates blobs' neighbours properly; the order text, bytes is what SQLite asks
	 * for. */
	const void *p = sqlite3_column_type(r->result, column) == SQLITE_BLOB
				? sqlite3_column_blob(r->result, column)
				: (const void *)sqlite3_column_text(r->result, column);

	return slice_bytes(p ? p : "", (size_t)sqlite3_column_bytes(r->result, column));
}

static const struct row_access access_sqlite = {lite_is_null, lite_integer, lite_bytes};

static err step_all(struct ctx *c, struct lite_conn *k, sqlite3_stmt *statement, const char *what,
		    struct statement *st)
{
	struct row row = {.access = &access_sqlite, .result = statement};
	int code;

	for (st->changed = 0; (code = sqlite3_step(statement)) == SQLITE_ROW; st->changed++) {
		if (st->fn) {
			st->ended_by_fn = true;
			TRY(st->fn(c, &row, st->arg));
			st->ended_by_fn = false;
		}
		row.n++;
	}
	if (code != SQLITE_DONE)
		return lite_fail(c, k, what);
	if (!sqlite3_stmt_readonly(statement))
		st->changed = sqlite3_changes64(k->db);
	return OK;
}

static err bind_and_step(struct ctx *c, struct lite_conn *k, sqlite3_stmt *statement, const char *what,
			 struct statement *st)
{
	for (size_t i = 0; i < st->param_count; i++) {
		if (bind_one(statement, (int)i + 1, &st->params[i]) != SQLITE_OK)
			return lite_fail(c, k, what);
	}
	return step_all(c, k, statement, what, st);
}

err lite_run(struct ctx *c, struct lite_conn *k, struct statement *st)
{
	sqlite3_stmt **cached = &k->statements[st->q], *own = NULL;

	if (!*cached)
		TRY(lite_prepare(c, k, st->q, cached));
	/* A row function runs the query that it is called by: it needs a statement of its own. */
	bool nested = sqlite3_stmt_busy(*cached);
	if (nested)
		TRY(lite_prepare(c, k, st->q, &own));
	sqlite3_stmt *statement = nested ? own : *cached;
	err e = bind_and_step(c, k, statement, query_texts[st->q].name, st);
	sqlite3_reset(statement);
	sqlite3_finalize(own);
	return e;
}

err lite_raw(struct ctx *c, struct lite_conn *k, const char *sql, const struct param *params,
	     size_t param_count, row_fn fn, void *arg)
{
	struct statement st = {.params = params, .param_count = param_count, .fn = fn, .arg = arg};
	sqlite3_stmt *statement = NULL;

	TRY(prepare_text(c, k, "raw", sql, &statement));
	err e = bind_and_step(c, k, statement, "raw", &st);
	sqlite3_finalize(statement);
	return e;
}
