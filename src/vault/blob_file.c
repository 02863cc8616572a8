#include "vault/blob_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOB_FILE_MAX = 64 << 20 };

static char *blob_dir;

void vault_blob_dir(const char *dir)
{
	free(blob_dir);
	blob_dir = strdup(dir);
	mkdir(dir, 0700);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static err trouble(struct ctx *c, const char *what)
{
	FAIL(c, ERR_STORE, "附件文件%s（%d）", what, errno);
}

static const char *path_of(struct ctx *c, const char *name)
{
	return arena_printf(c->arena, "%s/%s", blob_dir ? blob_dir : ".", name);
}

const char *blob_file_name(struct ctx *c, const char *scope, int64_t blob_id)
{
	uint8_t hash[HASH_SIZE];
	char hex[9];

	keys_hash(c->keys, "blob_scope", slice_of(scope), hash);
	hex_encode(hash, 4, hex);
	return arena_printf(c->arena, "%02x/%016llx.%s", (unsigned)(blob_id & 0xff),
			    (unsigned long long)blob_id, hex);
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return fsync(fd) == 0;
}

static bool sync_dir(const char *path)
{
	FD_SCOPED fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

static bool write_temporary(const char *path, const uint8_t *bytes, size_t size)
{
	FD_SCOPED fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd >= 0 && write_all(fd, bytes, size);
}

/* link, because rename would put one person's bytes in the place of another's if an id ever came twice. */
err blob_file_write(struct ctx *c, const char *name, const uint8_t *bytes, size_t size)
{
	char *path = arena_copy(c->arena, slice_of(path_of(c, name)));
	const char *temporary = arena_printf(c->arena, "%s.tmp", path);
	char *folder = arena_copy(c->arena, slice_of(path));

	*strrchr(folder, '/') = '\0';
	if (mkdir(folder, 0700) == 0 && !sync_dir(blob_dir))
		return trouble(c, "夹无法建立");
	bool written = write_temporary(temporary, bytes, size);
	bool linked = written && link(temporary, path) == 0;
	bool exists = written && !linked && errno == EEXIST;
	unlink(temporary);
	if (exists)
		FAIL(c, ERR_CONFLICT, "附件已存在");
	return linked && sync_dir(folder) ? OK : trouble(c, "无法写入");
}

static bool read_all(int fd, uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, bytes, size);
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return true;
}

err blob_file_read(struct ctx *c, const char *name, struct secret *ret)
{
	FD_SCOPED fd = open(path_of(c, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	SECRET_SCOPED bytes = {0};
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		FAIL(c, ERR_NOT_FOUND, "没有这个附件");
	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size < 0 || st.st_size > BLOB_FILE_MAX)
		return trouble(c, "无法读取");
	secret_init(&bytes, (size_t)st.st_size);
	if (!read_all(fd, bytes.p, bytes.n))
		return trouble(c, "无法读取");
	*ret = bytes;
	bytes = (struct secret){0};
	return OK;
}

err blob_file_remove(struct ctx *c, const char *name)
{
	if (unlink(path_of(c, name)) != 0 && errno != ENOENT)
		return trouble(c, "无法删除");
	return OK;
}
