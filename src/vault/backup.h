/* Backup and restore of a city's data directory on SQLite. Keys are never part of a backup, and a restore
 * never touches them: what ended since the backup was made stays ended.
 *
 * A backup is one SQLite file: a consistent copy of the city store, taken while the server runs, with two
 * tables more: backup_info (city, time, version) and backup_file (sealed blobs, config.json, connectors.json,
 * connector.pub). A city on PostgreSQL uses pg_dump, without the key store's tables, and `tongban restore
 * --apply-tombstones`. */
#pragma once

#include "vault/vault.h"

enum { BACKUP_VERSION = 1 };

struct backup_info {
	int64_t version, made_at_ms;
	char city[64];
	int64_t files, size_bytes;
};

/* Writes the backup to `to`, which must not exist; mode 0600, durable when this returns, and nothing is left
 * behind on failure. ERR_CONFLICT: it exists. */
err backup_write(struct ctx *c, const char *data_dir, const char *city, const char *to,
		 struct backup_info *ret);
/* What a backup says of itself. ERR_INVALID when the file is no (whole) backup. */
err backup_read(struct ctx *c, const char *from, struct backup_info *ret);
/* Puts config.json, connectors.json and connector.pub into a data directory that lacks them: a new machine.
 */
err backup_restore_config(struct ctx *c, const char *from, const char *data_dir);

struct restore_result {
	struct backup_info backup;
	struct tombstones_applied applied; /* in the backup, but ended or deleted since: removed */
};
/* told about each person and scope that was removed, with c->store open on the restored store. */
typedef err (*restore_fn)(struct ctx *c, int64_t subject_id, const char *scope, void *arg);
/* Restores store and blobs into data_dir, whose key store c->keys is. Everything is made ready beside the
 * present store, tombstones included, and takes its place only then. ERR_CONFLICT when a server is running on
 * the directory. */
err backup_restore(struct ctx *c, const char *from, const char *data_dir, restore_fn fn, void *arg,
		   struct restore_result *ret);
