#include "vault/backup_file.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_SIZE = 256 << 20 };

/* ---- SQLite -------------------------------------------------------------------------------------------- */

void backup_db_close(sqlite3 **db)
{
	sqlite3_close(*db);
}

void backup_stmt_free(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

err backup_trouble(struct ctx *c, sqlite3 *db, const char *what)
{
	FAIL(c, ERR_STORE, "%s：%s", what, sqlite3_errmsg(db));
}

err backup_db_open(struct ctx *c, const char *path, int flags, sqlite3 **ret)
{
	if (sqlite3_open_v2(path, ret, flags, NULL) != SQLITE_OK)
		return backup_trouble(c, *ret, "无法打开数据库文件");
	sqlite3_busy_timeout(*ret, 10000);
	return OK;
}

err backup_sql(struct ctx *c, sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK
								    : backup_trouble(c, db, "数据库操作失败");
}

err backup_prepare(struct ctx *c, sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	if (sqlite3_prepare_v2(db, sql, -1, ret, NULL) != SQLITE_OK)
		return backup_trouble(c, db, "数据库操作失败");
	return OK;
}

/* ---- files --------------------------------------------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static err trouble(struct ctx *c, const char *path, const char *what)
{
	FAIL(c, ERR_STORE, "%s %s：%s", what, path, strerror(errno));
}

err file_read(struct ctx *c, const char *path, struct secret *ret)
{
	FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	SECRET_SCOPED bytes = {0};
	struct stat st;
	size_t done = 0;

	if (fd < 0 && errno == ENOENT)
		FAIL(c, ERR_NOT_FOUND, "没有文件 %s", path);
	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > FILE_MAX_SIZE)
		return trouble(c, path, "无法读取");
	secret_init(&bytes, (size_t)st.st_size);
	while (done < bytes.n) {
		ssize_t n = read(fd, bytes.p + done, bytes.n - done);
		if (n <= 0)
			return trouble(c, path, "无法读取");
		done += (size_t)n;
	}
	*ret = bytes;
	bytes = (struct secret){0};
	return OK;
}

err file_write(struct ctx *c, const char *path, struct slice bytes)
{
	FD_SCOPED fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t done = 0;

	if (fd < 0)
		return trouble(c, path, "无法写入");
	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);
		if (n <= 0)
			return trouble(c, path, "无法写入");
		done += (size_t)n;
	}
	return fsync(fd) == 0 ? OK : trouble(c, path, "无法写入");
}

err file_sync(struct ctx *c, const char *path)
{
	FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? OK : trouble(c, path, "无法写入");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

err tree_remove(struct ctx *c, const char *path)
{
	if (access(path, F_OK) == 0 && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return trouble(c, path, "无法删除");
	return OK;
}

/* ---- blobs --------------------------------------------------------------------------------------------- */

bool backup_is_blob_name(const char *name)
{
	static const char shape[] = "hh/hhhhhhhhhhhhhhhh.hhhhhhhh"; /* h: a hexadecimal digit */

	if (strlen(name) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'h' ? !isxdigit((unsigned char)name[i]) : name[i] != shape[i])
			return false;
	return true;
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define DIR_SCOPED __attribute__((cleanup(close_dir))) DIR

static err each_in_folder(struct ctx *c, const char *blob_dir, const char *folder, blob_name_fn fn, void *arg)
{
	DIR_SCOPED *d = opendir(arena_printf(c->arena, "%s/%s", blob_dir, folder));
	struct dirent *entry;
	char name[300];

	while (d && (entry = readdir(d))) {
		snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
		if (backup_is_blob_name(name))
			TRY(fn(c, name, arg));
	}
	return OK;
}

err backup_each_blob(struct ctx *c, const char *blob_dir, blob_name_fn fn, void *arg)
{
	char folder[3];

	for (unsigned i = 0; i < 256; i++) {
		snprintf(folder, sizeof folder, "%02x", i);
		TRY(each_in_folder(c, blob_dir, folder, fn, arg));
	}
	return OK;
}
