/* The list of tombstones beside the key store: DIR/tombstones, one line for each key that was ended.
 *
 * A key store that is itself put back from a backup would bring ended keys back with it. This file is no part
 *of such a backup's age: when the key store opens and does not know the newest line, every line is applied
 *again. A line is durable before its key is destroyed, and an ending once asked for is carried out, at the
 *latest at the next opening.
 *
 *	s <slot> <zeros>              a scope ended
 *	i <lookup> <hash of wrapped>  an identifier's key ended: this one, not one made later for the same
 *identifier
 */
#include "vault/keys/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	return (ret->kind == 's' || ret->kind == 'i') && line[LINE_SIZE - 1] == '\n' &&
	       hex_decode(slice_bytes(line + 2, HEX_SIZE), ret->name) &&
	       hex_decode(slice_bytes(line + 3 + HEX_SIZE, HEX_SIZE), ret->wrapped);
}

/* Lines have one length and are appended in one write each, so that servers that share the folder do not mix
 * them. */
err tombstones_add(struct ctx *c, const struct keys *k, const struct tombstone *list, size_t count)
{
	FD_SCOPED fd = open(k->tombstones, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	char line[LINE_SIZE + 1];

	if (fd < 0)
		return trouble(c);
	for (size_t i = 0; i < count; i++) {
		line_write(&list[i], line);
		if (write(fd, line, LINE_SIZE) != LINE_SIZE)
			return trouble(c);
	}
	return fsync(fd) == 0 ? OK : trouble(c);
}

/* ---- when the key store opens -------------------------------------------------------------------------- */

static err known(struct ctx *c, struct keys *k, const struct tombstone *t, bool *ret)
{
	struct wrapped w = {0};
	uint8_t hash[HASH_SIZE];
	enum query q = t->kind == 's' ? Q_DATA_KEY_FIND : Q_IDENTIFIER_KEY_FIND;

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
