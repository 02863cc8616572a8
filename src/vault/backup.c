#include "vault/backup_file.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <unistd.h>

static const char make_tables[] =
	"PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
	"CREATE TABLE backup_info (version INTEGER NOT NULL, city TEXT NOT NULL, made_at INTEGER NOT NULL);"
	"CREATE TABLE backup_file (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);";

/* ---- the copy of the store ----------------------------------------------------------------------------- */

/* One statement, one snapshot: what commits meanwhile is not in it, and nobody waits. */
static err copy_store(struct ctx *c, const char *data_dir, const char *to)
{
	const char *path = arena_printf(c->arena, "%s/tongban.db", data_dir);
	DB_SCOPED *db = NULL;
	STMT_SCOPED *vacuum = NULL;

	TRY(backup_db_open(c, path, SQLITE_OPEN_READONLY, &db));
	TRY(backup_prepare(c, db, "VACUUM INTO ?1", &vacuum));
	sqlite3_bind_text(vacuum, 1, to, -1, SQLITE_STATIC);
	return sqlite3_step(vacuum) == SQLITE_DONE ? OK : backup_trouble(c, db, "无法复制数据库");
}

/* ---- the files ----------------------------------------------------------------------------------------- */

struct adding {
	sqlite3 *db;
	const char *dir;
	int64_t files;
};

static err insert_file(struct ctx *c, sqlite3 *db, const char *name, const struct secret *bytes)
{
	STMT_SCOPED *insert = NULL;

	TRY(backup_prepare(c, db, "INSERT INTO backup_file (name, bytes) VALUES (?1, ?2)", &insert));
	sqlite3_bind_text(insert, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_blob64(insert, 2, bytes->p, bytes->n, SQLITE_STATIC);
	return sqlite3_step(insert) == SQLITE_DONE ? OK : backup_trouble(c, db, "无法写入备份");
}

/* A blob that was listed and is gone now has ended in between: it does not belong into the backup either. */
static err add_file(struct ctx *c, struct adding *a, const char *path, const char *name)
{
	SECRET_SCOPED bytes = {0};
	err e = file_read(c, path, &bytes);

	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	TRY(insert_file(c, a->db, name, &bytes));
	a->files++;
	return OK;
}

static err add_blob(struct ctx *c, const char *name, void *arg)
{
	struct adding *a = arg;

	return add_file(c, a, arena_printf(c->arena, "%s/blobs/%s", a->dir, name),
			arena_printf(c->arena, "blobs/%s", name));
}

/* After the store's copy: a file is there before its row, so every row of the copy has its file. */
static err add_files(struct ctx *c, const char *data_dir, sqlite3 *db, int64_t *ret_files)
{
	static const char *const names[] = {"config.json", "connectors.json", "connector.pub"};
	struct adding a = {.db = db, .dir = data_dir};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		TRY(add_file(c, &a, arena_printf(c->arena, "%s/%s", data_dir, names[i]), names[i]));
	TRY(backup_each_blob(c, arena_printf(c->arena, "%s/blobs", data_dir), add_blob, &a));
	*ret_files = a.files;
	return OK;
}

static err add_info(struct ctx *c, sqlite3 *db, const char *city)
{
	STMT_SCOPED *insert = NULL;

	TRY(backup_prepare(c, db, "INSERT INTO backup_info (version, city, made_at) VALUES (?1, ?2, ?3)",
			   &insert));
	sqlite3_bind_int64(insert, 1, BACKUP_VERSION);
	sqlite3_bind_text(insert, 2, city, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 3, c->now_ms);
	return sqlite3_step(insert) == SQLITE_DONE ? OK : backup_trouble(c, db, "无法写入备份");
}

static err check_whole(struct ctx *c, sqlite3 *db)
{
	STMT_SCOPED *check = NULL;

	TRY(backup_prepare(c, db, "PRAGMA quick_check(1)", &check));
	bool ok = sqlite3_step(check) == SQLITE_ROW &&
		  strcmp((const char *)sqlite3_column_text(check, 0), "ok") == 0;
	if (!ok)
		FAIL(c, ERR_INVALID, "备份文件不完整");
	return OK;
}

static err add_rest(struct ctx *c, const char *data_dir, const char *city, const char *path,
		    int64_t *ret_files)
{
	DB_SCOPED *db = NULL;

	TRY(backup_db_open(c, path, SQLITE_OPEN_READWRITE, &db));
	TRY(backup_sql(c, db, make_tables));
	TRY(backup_sql(c, db, "BEGIN"));
	TRY(add_files(c, data_dir, db, ret_files));
	TRY(add_info(c, db, city));
	TRY(backup_sql(c, db, "COMMIT"));
	return check_whole(c, db);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* An empty file of our own first: VACUUM INTO would make one that others may read. */
static err make_empty(struct ctx *c, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		FAIL(c, ERR_STORE, "无法写入 %s：%s", path, strerror(errno));
	close(fd);
	return OK;
}

static err write_partial(struct ctx *c, const char *data_dir, const char *city, const char *partial)
{
	int64_t files = 0;

	TRY(make_empty(c, partial));
	TRY(copy_store(c, data_dir, partial));
	TRY(add_rest(c, data_dir, city, partial, &files));
	return file_sync(c, partial);
}

err backup_write(struct ctx *c, const char *data_dir, const char *city, const char *to,
		 struct backup_info *ret)
{
	const char *partial = arena_printf(c->arena, "%s.partial", to);

	if (access(to, F_OK) == 0)
		FAIL(c, ERR_CONFLICT, "%s 已存在，备份不会覆盖它", to);
	unlink(partial); /* of a backup that was broken off */
	err e = write_partial(c, data_dir, city, partial);
	if (!failed(e) && link(partial, to) != 0)
		e = fail(c, ERR_CONFLICT, "无法写入 %s：%s", to, strerror(errno));
	unlink(partial);
	TRY(e);
	TRY(file_sync(c, dirname(arena_copy(c->arena, slice_of(to)))));
	return backup_read(c, to, ret);
}

static err read_info(struct ctx *c, sqlite3 *db, struct backup_info *ret)
{
	STMT_SCOPED *info = NULL, *files = NULL;

	if (failed(backup_prepare(c, db, "SELECT version, city, made_at FROM backup_info", &info)) ||
	    failed(backup_prepare(c, db, "SELECT COUNT(*) FROM backup_file", &files)) ||
	    sqlite3_step(info) != SQLITE_ROW || sqlite3_step(files) != SQLITE_ROW)
		FAIL(c, ERR_INVALID, "该文件不是通办的备份");
	ret->version = sqlite3_column_int64(info, 0);
	ret->made_at_ms = sqlite3_column_int64(info, 2);
	ret->files = sqlite3_column_int64(files, 0);
	strncpy(ret->city, (const char *)sqlite3_column_text(info, 1), sizeof ret->city - 1);
	if (ret->version != BACKUP_VERSION)
		FAIL(c, ERR_INVALID, "备份的版本为 %lld，本程序只认识版本 %d", (long long)ret->version,
		     BACKUP_VERSION);
	return OK;
}

err backup_read(struct ctx *c, const char *from, struct backup_info *ret)
{
	DB_SCOPED *db = NULL;
	struct backup_info info = {0};

	if (access(from, R_OK) != 0)
		FAIL(c, ERR_NOT_FOUND, "没有文件 %s", from);
	TRY(backup_db_open(c, from, SQLITE_OPEN_READONLY, &db));
	TRY(read_info(c, db, &info));
	TRY(check_whole(c, db));
	STMT_SCOPED *size = NULL;
	TRY(backup_prepare(c, db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
			   &size));
	if (sqlite3_step(size) == SQLITE_ROW)
		info.size_bytes = sqlite3_column_int64(size, 0);
	*ret = info;
	return OK;
}
