/* The list of tombstones beside the key store: DIR/tombstones, one line for each key that was ended.
 *
 * A key store that is itself put back from a backup would bring ended keys back with it. This file is no part
 *of such a backup's age: when the key store opens and does not know the newest line, every line is applied
 *again. A line is durable before its key is destroyed, and an ending once asked for is carried out, at the
 *latest at the next opening.
 *
 *	s <slot> <zeros>              a scope ended
 *	r <slot> <time>               a row ended (row_ends.c)
 *	i <lookup> <hash of wrapped>  an identifier's key ended: this one, not one made later for the same
 *identifier
 */
#include "vault/keys/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX_SIZE = 2 * HASH_SIZE, LINE_SIZE = 2 + HEX_SIZE + 1 + HEX_SIZE + 1 };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static err trouble(struct ctx *c)
{
	FAIL(c, ERR_STORE, "无法读写终止清单 tombstones（%d）", errno);
}

static void line_write(const struct tombstone *t, char ret[static LINE_SIZE + 1])
{
	char name[HEX_SIZE + 1], wrapped[HEX_SIZE + 1];

	hex_encode(t->name, HASH_SIZE, name);
	hex_encode(t->wrapped, HASH_SIZE, wrapped);
	snprintf(ret, LINE_SIZE + 1, "%c %s %s\n", t->kind, name, wrapped);
}

static bool line_read(const char *line, struct tombstone *ret)
{
	ret->kind = line[0];
	return (ret->kind == 's' || ret->kind == 'i' || ret->kind == 'r') && line[LINE_SIZE - 1] == '\n' &&
	       hex_decode(slice_bytes(line + 2, HEX_SIZE), ret->name) &&
	       hex_decode(slice_bytes(line + 3 + HEX_SIZE, HEX_SIZE), ret->wrapped);
}

/* Opens the list and locks it: its file is replaced when lines are taken off. */
static err open_locked(struct ctx *c, const char *path, int flags, int *ret_fd)
{
	struct stat ours, named;

	for (;;) {
		FD_SCOPED fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 || flock(fd, LOCK_EX) != 0 || fstat(fd, &ours) != 0)
			return trouble(c);
		if (stat(path, &named) == 0 && named.st_ino == ours.st_ino && named.st_dev == ours.st_dev) {
			*ret_fd = fd;
			fd = -1;
			return OK;
		}
	}
}

static err write_line(struct ctx *c, int fd, const struct tombstone *t)
{
	char line[LINE_SIZE + 1];

	line_write(t, line);
	return write(fd, line, LINE_SIZE) == LINE_SIZE ? OK : trouble(c);
}

/* Lines have one length and are appended in one write each, so that servers that share the folder do not mix
 * them. */
err tombstones_add(struct ctx *c, const struct keys *k, const struct tombstone *list, size_t count)
{
	FD_SCOPED fd = -1;

	TRY(open_locked(c, k->tombstones, O_WRONLY | O_CREAT | O_APPEND, &fd));
	for (size_t i = 0; i < count; i++)
		TRY(write_line(c, fd, &list[i]));
	return fsync(fd) == 0 ? OK : trouble(c);
}

/* ---- when the key store opens -------------------------------------------------------------------------- */

static err known(struct ctx *c, struct keys *k, const struct tombstone *t, bool *ret)
{
	struct wrapped w = {0};
	uint8_t hash[HASH_SIZE];
	enum query q = t->kind == 's' ? Q_DATA_KEY_FIND : Q_IDENTIFIER_KEY_FIND;
	int64_t at_ms = 0;

	if (t->kind == 'r') {
		TRY(keys_row_ended(c, k, t->name, &at_ms));
		*ret = at_ms >= tombstone_time_ms(t);
		return OK;
	}
	TRY(store_rows(c, k->store, q, PARAMS(P_BLOB(t->name, HASH_SIZE)), wrapped_row, &w));
	hash_sha256(slice_bytes(w.room, w.size), hash);
	*ret = t->kind == 's' ? w.found && w.size == 0 : !w.found || memcmp(hash, t->wrapped, HASH_SIZE) != 0;
	return OK;
}

static err apply(struct ctx *c, struct keys *k, const struct tombstone *t)
{
	bool is_known = false;

	TRY(known(c, k, t, &is_known));
	if (is_known)
		return OK;
	if (t->kind == 'r')
		return store_exec(c, k->store, Q_ROW_END_PUT,
				  PARAMS(P_BLOB(t->name, HASH_SIZE), P_INT(tombstone_time_ms(t))), NULL);
	if (t->kind == 's')
		return store_exec(c, k->store, Q_DATA_KEY_END,
				  PARAMS(P_BLOB(t->name, HASH_SIZE), P_INT(c->now_ms)), NULL);
	return store_exec(c, k->store, Q_IDENTIFIER_KEY_END, PARAMS(P_BLOB(t->name, HASH_SIZE)), NULL);
}

/* A torn last line, of a crash while appending, was never acted upon. */
static err read_line(struct ctx *c, int fd, off_t at, struct tombstone *ret)
{
	char line[LINE_SIZE];

	if (pread(fd, line, sizeof line, at) != LINE_SIZE || !line_read(line, ret))
		FAIL(c, ERR_CRYPTO, "终止清单 tombstones 已损坏，请恢复该文件后再启动");
	return OK;
}

static err apply_all(struct ctx *c, struct keys *k, int fd, off_t count)
{
	struct tombstone t;

	for (off_t i = 0; i < count; i++) {
		TRY(read_line(c, fd, i * LINE_SIZE, &t));
		TRY(apply(c, k, &t));
	}
	keys_erase_log(k);
	return OK;
}

err tombstones_check(struct ctx *c, struct keys *k)
{
	FD_SCOPED fd = open(k->tombstones, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct tombstone newest;
	struct stat st;
	bool is_known = false;

	if (fd < 0 && errno == ENOENT)
		return OK;
	if (fd < 0 || fstat(fd, &st) != 0)
		return trouble(c);
	off_t count = st.st_size / LINE_SIZE;
	if (st.st_size % LINE_SIZE != 0 && ftruncate(fd, count * LINE_SIZE) != 0)
		return trouble(c);
	if (count == 0)
		return OK;
	TRY(read_line(c, fd, (count - 1) * LINE_SIZE, &newest));
	TRY(known(c, k, &newest, &is_known));
	return is_known ? OK : apply_all(c, k, fd, count);
}

/* ---- what no backup holds any more --------------------------------------------------------------------- */

static bool is_old(const struct tombstone *t, int64_t before_ms)
{
	return t->kind == 'r' && tombstone_time_ms(t) < before_ms;
}

static err count_old(struct ctx *c, int fd, off_t count, int64_t before_ms, off_t *ret)
{
	struct tombstone t;
	off_t old = 0;

	for (off_t i = 0; i < count; i++) {
		TRY(read_line(c, fd, i * LINE_SIZE, &t));
		old += is_old(&t, before_ms);
	}
	*ret = old;
	return OK;
}

static err copy_rest(struct ctx *c, int from, off_t count, int64_t before_ms, const char *path)
{
	FD_SCOPED to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct tombstone t;

	if (to < 0)
		return trouble(c);
	for (off_t i = 0; i < count; i++) {
		TRY(read_line(c, from, i * LINE_SIZE, &t));
		if (!is_old(&t, before_ms))
			TRY(write_line(c, to, &t));
	}
	return fsync(to) == 0 ? OK : trouble(c);
}

static err sync_folder(struct ctx *c, const char *file)
{
	char *path = arena_copy(c->arena, slice_of(file));
	FD_SCOPED fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? OK : trouble(c);
}

/* A new file takes the place of the old one, whole; who waits for the lock of the old one looks again. */
err tombstones_forget(struct ctx *c, const struct keys *k, int64_t before_ms)
{
	const char *fresh = arena_printf(c->arena, "%s.new", k->tombstones);
	FD_SCOPED fd = -1;
	struct stat st;
	off_t old = 0;

	if (access(k->tombstones, F_OK) != 0)
		return OK;
	TRY(open_locked(c, k->tombstones, O_RDONLY, &fd));
	if (fstat(fd, &st) != 0)
		return trouble(c);
	TRY(count_old(c, fd, st.st_size / LINE_SIZE, before_ms, &old));
	if (old == 0)
		return OK;
	TRY(copy_rest(c, fd, st.st_size / LINE_SIZE, before_ms, fresh));
	if (rename(fresh, k->tombstones) != 0)
		return trouble(c);
	return sync_folder(c, k->tombstones);
}
