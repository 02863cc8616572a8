/* The container: SQLite, and the files in it. For backup.c and restore.c. */
#pragma once

#include "vault/backup.h"
#include <sqlite3.h>

void backup_db_close(sqlite3 **db);
#define DB_SCOPED __attribute__((cleanup(backup_db_close))) sqlite3
void backup_stmt_free(sqlite3_stmt **statement);
#define STMT_SCOPED __attribute__((cleanup(backup_stmt_free))) sqlite3_stmt

err backup_db_open(struct ctx *c, const char *path, int flags, sqlite3 **ret);
err backup_sql(struct ctx *c, sqlite3 *db, const char *sql);
err backup_prepare(struct ctx *c, sqlite3 *db, const char *sql, sqlite3_stmt **ret);
/* ERR_STORE with SQLite's words about the file; they name no values. */
err backup_trouble(struct ctx *c, sqlite3 *db, const char *what);

/* Calls fn for each regular file of the blob directory with its name below it ("ab/….…"). */
typedef err (*blob_name_fn)(struct ctx *c, const char *name, void *arg);
err backup_each_blob(struct ctx *c, const char *blob_dir, blob_name_fn fn, void *arg);
/* True for names that blob_file_name makes: nothing else is ever written below a blob directory. */
bool backup_is_blob_name(const char *name);

err file_read(struct ctx *c, const char *path, struct secret *ret); /* ERR_NOT_FOUND */
err file_write(struct ctx *c, const char *path,
	       struct slice bytes);		  /* durable; 0600; refuses an existing file */
err file_sync(struct ctx *c, const char *path);	  /* a file or a directory */
err tree_remove(struct ctx *c, const char *path); /* a directory and what is in it, if it exists */
