/* The master key file: one line of text, so that it can be kept on paper as well.
 *
 *	tongban-master-key-1 <suite> <64 hexadecimal digits>
 *
 * The suite is the one that derives from the key and names with it; the city's setting, which may change,
 *only says how new things are sealed. */
#include "vault/keys/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const prefixes[] = {
	[SUITE_INTL] = "tongban-master-key-1 intl ",
	[SUITE_GM] = "tongban-master-key-1 gm ",
};
enum { HEX_SIZE = 2 * KEY_SIZE, LINE_MAX_SIZE = 128 };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static err trouble(struct ctx *c, const char *path, const char *what)
{
	FAIL(c, ERR_CRYPTO, "主密钥文件 %s %s", path, what);
}

/* Other people's access to the file is other people's access to everything. */
static err check_owner(struct ctx *c, int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return trouble(c, path, "不是普通文件");
	if (st.st_uid != geteuid())
		return trouble(c, path, "不属于运行本程序的用户");
	if (st.st_mode & 077)
		return trouble(c, path, "可被其他用户读取，请执行 chmod 600");
	return OK;
}

static bool parse(struct slice line, struct master_key *ret)
{
	for (int i = SUITE_INTL; i <= SUITE_GM; i++) {
		size_t n = strlen(prefixes[i]);
		ret->suite = (enum suite)i;
		if (slice_starts(line, prefixes[i]) && line.n == n + HEX_SIZE + 1 &&
		    line.p[line.n - 1] == '\n')
			return hex_decode(slice_bytes(line.p + n, HEX_SIZE), ret->key);
	}
	return false;
}

err master_key_read(struct ctx *c, const char *dir, struct master_key *ret)
{
	const char *path = arena_printf(c->arena, "%s/master.key", dir);
	FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char line[LINE_MAX_SIZE];

	if (fd < 0 && errno == ENOENT)
		FAIL(c, ERR_NOT_FOUND, "没有主密钥文件 %s", path);
	if (fd < 0)
		return trouble(c, path, "无法打开");
	TRY(check_owner(c, fd, path));
	ssize_t n = read(fd, line, sizeof line);
	bool ok = n > 0 && parse(slice_bytes(line, (size_t)n), ret);
	crypto_wipe(line, sizeof line);
	return ok ? OK : trouble(c, path, "内容不是主密钥");
}

static bool write_durably(const char *path, const char *line)
{
	FD_SCOPED fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	ssize_t n = (ssize_t)strlen(line);

	return fd >= 0 && write(fd, line, (size_t)n) == n && fsync(fd) == 0;
}

static bool sync_dir(const char *dir)
{
	FD_SCOPED fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

/* A whole file appears under the final name or none does, and never over an existing one: link refuses that.
 */
static bool publish(const char *dir, const char *temporary, const char *path, const char *line)
{
	bool ok = write_durably(temporary, line) && (link(temporary, path) == 0 || errno == EEXIST);

	return unlink(temporary) == 0 && ok && sync_dir(dir);
}

err master_key_make(struct ctx *c, const char *dir, enum suite suite, struct master_key *ret)
{
	const char *path = arena_printf(c->arena, "%s/master.key", dir);
	const char *temporary = arena_printf(c->arena, "%s/.master.key.%d", dir, (int)getpid());
	uint8_t key[KEY_SIZE];
	char line[LINE_MAX_SIZE], hex[HEX_SIZE + 1];

	crypto_random(key, sizeof key);
	hex_encode(key, sizeof key, hex);
	snprintf(line, sizeof line, "%s%s\n", prefixes[suite], hex);
	bool ok = publish(dir, temporary, path, line);
	crypto_wipe(key, sizeof key);
	crypto_wipe(line, sizeof line);
	crypto_wipe(hex, sizeof hex);
	return ok ? master_key_read(c, dir, ret) : trouble(c, path, "无法写入");
}
