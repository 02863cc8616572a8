#include "vault/keys/internal.h"
#include <sqlite3.h>

static void close_db(sqlite3 **db)
{
	sqlite3_close(*db);
}

/* A connection of its own: the store's connections may be inside a transaction. That the database itself
 * keeps no deleted bytes is SQLite's secure_delete. */
void keys_erase_log(const struct keys *k)
{
	__attribute__((cleanup(close_db))) sqlite3 *db = NULL;

	if (!k->sqlite_path)
		return;
	if (sqlite3_open_v2(k->sqlite_path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return;
	sqlite3_busy_timeout(db, 1000);
	/* A connection that has read nothing yet does not know of the log. */
	if (sqlite3_exec(db, "SELECT COUNT(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK)
		sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}
