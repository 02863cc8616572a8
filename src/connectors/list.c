/* The allow list of hosts. Unknown members are refused: a misspelt one would be silently without effect. */
#include "connectors/internal.h"
#include "connectors/scanner.h"

#include <jansson.h>
#include <stdlib.h>

/* Without TLS only to this very machine (the sandbox). Nothing that could hide another host in the text. */
static bool is_allowed_url(const char *url)
{
	static const char *const starts[] = {"https://", "http://127.0.0.1", "http://localhost",
					     "http://[::1]"};
	const char *after = NULL;

	for (size_t i = 0; i < sizeof starts / sizeof *starts && !after; i++) {
		size_t n = strlen(starts[i]);
		if (strncmp(url, starts[i], n) == 0 && (i == 0 || strchr(":/", url[n])))
			after = url + n;
	}
	return after && strpbrk(after, "@?#\\ ") == NULL;
}

static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://") + 3, *slash = strchr(host, '/');

	return slash ? slash : host + strlen(host);
}

static bool read_key(const char *text, uint8_t ret[static SIGN_PUBLIC_SIZE])
{
	uint8_t bytes[SIGN_PUBLIC_SIZE + 4];
	size_t n = 0;

	if (strlen(text) != 44 || !base64_decode(slice_of(text), bytes, &n) || n != SIGN_PUBLIC_SIZE)
		return false;
	memcpy(ret, bytes, SIGN_PUBLIC_SIZE);
	return true;
}

static err read_authority(struct ctx *c, const char *id, json_t *entry, struct authority *ret)
{
	const char *url = NULL, *key = NULL;

	if (json_unpack(entry, "{s:s, s:s !}", "url", &url, "public_key", &key) != 0)
		FAIL(c, ERR_INVALID, "connectors.json：%s 应有且只有 url 与 public_key", id);
	if (!is_allowed_url(url))
		FAIL(c, ERR_INVALID, "connectors.json：%s 的 url 须为 https（本机可用 http），且不含 @ ? #",
		     id);
	if (!read_key(key, ret->public_key))
		FAIL(c, ERR_INVALID, "connectors.json：%s 的 public_key 不是 Ed25519 公钥", id);
	ret->id = strdup(id);
	ret->url = strdup(url);
	for (size_t n = strlen(ret->url); n > 0 && ret->url[n - 1] == '/'; n--)
		ret->url[n - 1] = '\0';
	ret->path = path_of(ret->url);
	return OK;
}

static err read_authorities(struct ctx *c, json_t *list, struct connectors *k)
{
	const char *id;
	json_t *entry;

	k->authorities = calloc(json_object_size(list) + 1, sizeof *k->authorities);
	json_object_foreach(list, id, entry)
	{
		TRY(read_authority(c, id, entry, &k->authorities[k->count]));
		k->count++;
	}
	return OK;
}

static err read_document(struct ctx *c, json_t *doc, struct connectors *k)
{
	const char *key_id = NULL, *scanner = NULL;
	json_t *list = NULL;

	if (json_unpack(doc, "{s:o, s:s, s?:s !}", "authorities", &list, "key_id", &key_id, "scanner",
			&scanner) != 0 ||
	    !json_is_object(list))
		FAIL(c, ERR_INVALID, "connectors.json 应有且只有 authorities 与 key_id，可以有 scanner");
	if (scanner && !scanner_address_ok(scanner))
		FAIL(c, ERR_INVALID, "connectors.json：scanner 须为本机的套接字路径，或者 127.0.0.1:端口");
	if (strpbrk(key_id, "\"\\\r\n"))
		FAIL(c, ERR_INVALID, "connectors.json：key_id 含有不允许的字符");
	k->key_id = strdup(key_id);
	k->scanner = scanner ? strdup(scanner) : NULL;
	return read_authorities(c, list, k);
}

err connectors_read(struct ctx *c, const char *path, struct connectors *k)
{
	json_error_t at;
	json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &at);

	if (!doc)
		FAIL(c, ERR_INVALID, "connectors.json 第 %d 行：%s", at.line, at.text);
	err e = read_document(c, doc, k);
	json_decref(doc);
	return e;
}
