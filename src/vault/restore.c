/* Restore: everything is made ready beside the present store, and takes its place when tombstones have been
 * applied. A restore that was broken off has changed nothing, unless it stopped between the two renames at
 * its end: then doing it again finishes it. */
#include "vault/backup_file.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct places {
	const char *store, *blobs;	       /* where they are to be */
	const char *ready_store, *ready_blobs; /* where they are made ready */
	const char *old_blobs;
};

static struct places places_of(struct ctx *c, const char *data_dir)
{
	return (struct places){
		.store = arena_printf(c->arena, "%s/tongban.db", data_dir),
		.blobs = arena_printf(c->arena, "%s/blobs", data_dir),
		.ready_store = arena_printf(c->arena, "%s/restoring.db", data_dir),
		.ready_blobs = arena_printf(c->arena, "%s/restoring.blobs", data_dir),
		.old_blobs = arena_printf(c->arena, "%s/replaced.blobs", data_dir),
	};
}

static err remove_file(struct ctx *c, const char *path, const char *tail)
{
	const char *file = arena_printf(c->arena, "%s%s", path, tail);

	if (unlink(file) != 0 && errno != ENOENT)
		FAIL(c, ERR_STORE, "无法删除 %s：%s", file, strerror(errno));
	return OK;
}

static err remove_logs(struct ctx *c, const char *store)
{
	TRY(remove_file(c, store, "-wal"));
	TRY(remove_file(c, store, "-shm"));
	return remove_file(c, store, "-journal");
}

static err remove_store(struct ctx *c, const char *store)
{
	TRY(remove_file(c, store, ""));
	return remove_logs(c, store);
}

/* SQLite in exclusive mode gets the file only when no other connection, of any process, has it open. */
static err refuse_running(struct ctx *c, const char *store)
{
	DB_SCOPED *db = NULL;

	if (access(store, F_OK) != 0)
		return OK;
	TRY(backup_db_open(c, store, SQLITE_OPEN_READWRITE, &db));
	sqlite3_busy_timeout(db, 500);
	if (sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT", NULL, NULL, NULL) !=
	    SQLITE_OK)
		FAIL(c, ERR_CONFLICT, "服务正在使用该数据目录，请先停止服务");
	return OK;
}

/* A server that was killed may have left deletions that are not in the list yet. A store that does not open
 * is put back all the same: that may be why. */
static void sweep_present(struct ctx *c, const struct places *p)
{
	struct store *before = c->store;

	if (access(p->store, F_OK) != 0)
		return;
	if (!failed(store_open(c, arena_printf(c->arena, "sqlite:%s", p->store), "city", &c->store))) {
		(void)vault_deletions_sweep(c).code;
		store_close(c->store);
	}
	c->store = before;
	failure_clear(c);
}

/* ---- unpacking ----------------------------------------------------------------------------------------- */

static err write_blob(struct ctx *c, const char *dir, const char *name, struct slice bytes)
{
	char folder[3] = {name[0], name[1], '\0'};

	mkdir(dir, 0700);
	mkdir(arena_printf(c->arena, "%s/%s", dir, folder), 0700);
	return file_write(c, arena_printf(c->arena, "%s/%s", dir, name), bytes);
}

static err unpack_row(struct ctx *c, sqlite3_stmt *row, const char *dir)
{
	const char *name = (const char *)sqlite3_column_text(row, 0);
	struct slice bytes = slice_bytes(sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1));

	if (!slice_starts(slice_of(name), "blobs/") || !backup_is_blob_name(name + 6))
		return OK; /* config.json and the like; a name that points elsewhere is none of ours */
	return write_blob(c, dir, name + 6, bytes);
}

static err unpack_blobs(struct ctx *c, sqlite3 *db, const char *dir)
{
	STMT_SCOPED *rows = NULL;
	int step;

	mkdir(dir, 0700);
	TRY(backup_prepare(c, db, "SELECT name, bytes FROM backup_file", &rows));
	while ((step = sqlite3_step(rows)) == SQLITE_ROW)
		TRY(unpack_row(c, rows, dir));
	return step == SQLITE_DONE ? OK : backup_trouble(c, db, "无法读取备份");
}

static err copy_database(struct ctx *c, sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");

	if (!copy)
		return backup_trouble(c, to, "无法写入数据库");
	sqlite3_backup_step(copy, -1);
	return sqlite3_backup_finish(copy) == SQLITE_OK ? OK : backup_trouble(c, to, "无法写入数据库");
}

static err unpack(struct ctx *c, const char *from, const struct places *p)
{
	DB_SCOPED *source = NULL, *ready = NULL;

	TRY(remove_store(c, p->ready_store));
	TRY(tree_remove(c, p->ready_blobs));
	TRY(file_write(c, p->ready_store, SLICE(""))); /* ours, mode 0600, before SQLite fills it */
	TRY(backup_db_open(c, from, SQLITE_OPEN_READONLY, &source));
	TRY(backup_db_open(c, p->ready_store, SQLITE_OPEN_READWRITE, &ready));
	TRY(copy_database(c, source, ready));
	TRY(unpack_blobs(c, source, p->ready_blobs));
	return backup_sql(c, ready, "DROP TABLE backup_file; DROP TABLE backup_info; VACUUM");
}

static err restore_config_row(struct ctx *c, sqlite3_stmt *row, const char *data_dir)
{
	const char *name = (const char *)sqlite3_column_text(row, 0);
	const char *path = arena_printf(c->arena, "%s/%s", data_dir, name);

	if (strchr(name, '/') || access(path, F_OK) == 0)
		return OK;
	return file_write(c, path,
			  slice_bytes(sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1)));
}

err backup_restore_config(struct ctx *c, const char *from, const char *data_dir)
{
	DB_SCOPED *db = NULL;
	STMT_SCOPED *rows = NULL;
	struct backup_info info;
	int step;

	TRY(backup_read(c, from, &info));
	TRY(backup_db_open(c, from, SQLITE_OPEN_READONLY, &db));
	TRY(backup_prepare(c, db,
			   "SELECT name, bytes FROM backup_file WHERE name IN "
			   "('config.json', 'connectors.json', 'connector.pub')",
			   &rows));
	while ((step = sqlite3_step(rows)) == SQLITE_ROW)
		TRY(restore_config_row(c, rows, data_dir));
	return step == SQLITE_DONE ? OK : backup_trouble(c, db, "无法读取备份");
}

/* ---- tombstones, then the exchange --------------------------------------------------------------------- */

static err apply_tombstones(struct ctx *c, const struct places *p, restore_fn fn, void *arg,
			    struct tombstones_applied *ret)
{
	const char *url = arena_printf(c->arena, "sqlite:%s", p->ready_store);
	struct store *before = c->store;

	TRY(store_open(c, url, "city", &c->store));
	vault_blob_dir(p->ready_blobs);
	err e = vault_apply_tombstones(c, fn, arg, ret);
	store_close(c->store);
	c->store = before;
	vault_blob_dir(p->blobs);
	return e;
}

static err move(struct ctx *c, const char *from, const char *to)
{
	if (rename(from, to) != 0 && errno != ENOENT)
		FAIL(c, ERR_STORE, "无法移动 %s：%s", from, strerror(errno));
	return OK;
}

/* The log of the present store, whose pages refuse_running has moved into it, must not be taken for one of
 * the new. */
static err exchange(struct ctx *c, const char *data_dir, const struct places *p)
{
	TRY(file_sync(c, p->ready_store));
	TRY(tree_remove(c, p->old_blobs));
	TRY(remove_logs(c, p->store));
	TRY(move(c, p->ready_store, p->store));
	TRY(move(c, p->blobs, p->old_blobs));
	TRY(move(c, p->ready_blobs, p->blobs));
	TRY(file_sync(c, data_dir));
	return tree_remove(c, p->old_blobs);
}

err backup_restore(struct ctx *c, const char *from, const char *data_dir, restore_fn fn, void *arg,
		   struct restore_result *ret)
{
	struct places p = places_of(c, data_dir);
	struct restore_result result = {0};

	TRY(backup_read(c, from, &result.backup));
	TRY(refuse_running(c, p.store));
	sweep_present(c, &p);
	TRY(unpack(c, from, &p));
	TRY(apply_tombstones(c, &p, fn, arg, &result.applied));
	TRY(exchange(c, data_dir, &p));
	*ret = result;
	return OK;
}
