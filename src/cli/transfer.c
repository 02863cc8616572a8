/* tongban transfer: hands a package out, and on the receiving side opens it and takes it in. */
#include "base/json.h"
#include "cli/cli.h"
#include "ops/arrivals.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA = 512 << 20, PACKAGE_MAX = 1 << 30, LINE_MAX_SIZE = 16 * 1024 };

static int usage(void)
{
	fprintf(stderr, "usage: tongban transfer export --data DIR --transfer ID --to FILE\n"
			"       tongban transfer open --from FILE --key PRIVATE_KEY\n"
			"       tongban transfer import --from FILE --key PRIVATE_KEY --data DIR\n");
	return CLI_USAGE;
}

static bool file_read(const char *path, size_t max, struct secret *ret)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && st.st_size >= 0 && (size_t)st.st_size <= max;

	if (ok)
		secret_init(ret, (size_t)st.st_size + 1);
	size_t n = 0;
	while (ok && n < (size_t)st.st_size) {
		ssize_t got = read(fd, ret->p + n, (size_t)st.st_size - n);
		ok = got > 0;
		n += ok ? (size_t)got : 0;
	}
	if (ok)
		ret->n = n;
	else
		fprintf(stderr, "tongban: cannot read %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* ---- export ---- */

static err write_part(struct ctx *c, struct slice sealed, void *arg)
{
	if (fwrite(sealed.p, 1, sealed.n, arg) != sealed.n)
		FAIL(c, ERR_STORE, "无法写入文件");
	return OK;
}

static void told_export(const struct transfer *t, const char *to, bool json)
{
	BUF_SCOPED out = {0};
	struct json j = json_to(&out);

	if (!json) {
		printf("%s: SHA-256 %s, %" PRId64 " people\n", to, t->package_hash, t->people);
		return;
	}
	buf_init(&out, LINE_MAX_SIZE);
	json_open(&j, '{');
	json_put_text(&j, "file", to);
	json_put_text(&j, "sha256", t->package_hash);
	json_put_int(&j, "people", t->people);
	json_close(&j, '}');
	printf("%.*s\n", (int)out.size, out.data);
}

static int export(const struct cli_option *o, bool json)
{
	const char *to = cli_value(o, "to"), *which = cli_value(o, "transfer");
	struct transfer t = {0};
	struct cli k;
	int64_t id;

	if (!cli_value(o, "data") || !to || !which || !slice_int(slice_of(which), &id))
		return usage();
	int code = cli_open(&k, cli_value(o, "data"), cli_value(o, "cities"), CLI_STORE | CLI_RELEASE);
	if (code == CLI_OK && failed(transfer_get(&k.ctx, id, &t)))
		code = cli_failed(&k.ctx, "transfer");
	int fd = code == CLI_OK ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (code == CLI_OK && !file) {
		fprintf(stderr, "tongban: cannot write %s: %s\n", to, strerror(errno));
		code = CLI_UNAVAILABLE;
	}
	if (code == CLI_OK && failed(transfer_package(&k.ctx, id, write_part, file)))
		code = cli_failed(&k.ctx, "transfer");
	if (file && fclose(file) != 0)
		code = CLI_UNAVAILABLE;
	if (file && code != CLI_OK)
		unlink(to);
	if (code == CLI_OK)
		told_export(&t, to, json);
	cli_close(&k);
	return code;
}

/* ---- the receiving side ---- */

static int told(const struct package *p, bool json)
{
	BUF_SCOPED out = {0};
	struct json j = json_to(&out);

	if (!json) {
		printf("case %s of %s (%s) for %s, ground %s, bound: %s; %" PRId64 " parts, %" PRId64
		       " people, SHA-256 %s\n",
		       p->transfer, p->from, p->city, p->receiver, p->ground, p->bound ? "true" : "false",
		       p->parts, p->people, p->sha256);
		return CLI_OK;
	}
	buf_init(&out, LINE_MAX_SIZE);
	json_open(&j, '{');
	json_put_text(&j, "transfer", p->transfer);
	json_put_text(&j, "from", p->from);
	json_put_text(&j, "city", p->city);
	json_put_text(&j, "receiver", p->receiver);
	json_put_text(&j, "ground", p->ground);
	json_put_bool(&j, "bound", p->bound);
	json_put_int(&j, "parts", p->parts);
	json_put_int(&j, "people", p->people);
	json_put_text(&j, "sha256", p->sha256);
	json_close(&j, '}');
	printf("%.*s\n", (int)out.size, out.data);
	return CLI_OK;
}

static int open_only(struct slice file, struct slice key, bool json)
{
	struct ctx c = {.arena = arena_new(ARENA)};
	struct package p;
	int code = failed(package_open(&c, file, key, &p)) ? cli_failed(&c, "transfer") : told(&p, json);

	arena_free(c.arena);
	return code;
}

static int import(const struct cli_option *o, struct slice file, struct slice key, bool json)
{
	struct arrivals a;
	struct cli k;
	int code = cli_open(&k, cli_value(o, "data"), cli_value(o, "cities"),
			    CLI_STORE | CLI_KEYS | CLI_LEDGER | CLI_RELEASE);

	if (code == CLI_OK && failed(package_import(&k.ctx, file, key, &a)))
		code = cli_failed(&k.ctx, "transfer");
	if (code == CLI_OK)
		printf(json ? "{\"people\":%" PRId64 ",\"items\":%" PRId64 ",\"known\":%" PRId64
			      ",\"unfit\":%" PRId64 "}\n"
			    : "%" PRId64 " people with %" PRId64 " items taken in; %" PRId64
			      " were registered here already; %" PRId64
			      " items have no place in this city's policy\n",
		       a.people, a.items, a.known, a.unfit);
	cli_close(&k);
	return code;
}

int cli_transfer(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"transfer", false, "the case to export", NULL},
		{"to", false, "the file to write; it must not exist", NULL},
		{"from", false, "the package", NULL},
		{"key", false, "the receiver's private key (PEM)", NULL},
		{0},
	};
	SECRET_SCOPED file = {0}, key = {0};
	const char *word = "";
	bool json;

	if (!cli_parse(argc, argv, options, "transfer export|open|import", &word, 1, &json))
		return CLI_USAGE;
	if (strcmp(word, "export") == 0)
		return export(options, json);
	bool imports = strcmp(word, "import") == 0;
	if (!cli_value(options, "from") || !cli_value(options, "key") ||
	    (!imports && strcmp(word, "open") != 0) || imports != (cli_value(options, "data") != NULL))
		return usage();
	if (!file_read(cli_value(options, "from"), PACKAGE_MAX, &file) ||
	    !file_read(cli_value(options, "key"), 64 * 1024, &key))
		return CLI_UNAVAILABLE;
	struct slice whole = slice_bytes(file.p, file.n), with = slice_bytes(key.p, key.n);
	return imports ? import(options, whole, with, json) : open_only(whole, with, json);
}
