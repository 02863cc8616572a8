/* tongban render CITY: the policy or the user agreement as people read it, as a page or as a PDF. */
#include "cli/cli.h"
#include "policy/policy_pdf.h"
#include <stdio.h>

typedef err (*render_fn)(struct ctx *c, const struct release *r, struct buf *ret);

static int write_page(struct ctx *c, const struct release *r, render_fn fn, const char *path)
{
	BUF_SCOPED page = {0};

	buf_init(&page, 8 << 20);
	if (failed(fn(c, r, &page)))
		return cli_failed(c, "render");
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
	bool good = f && fwrite(page.data, 1, page.size, f) == page.size;
	if (f && f != stdout)
		good &= fclose(f) == 0;
	if (!good)
		fprintf(stderr, "tongban: cannot write %s\n", path);
	return good ? CLI_OK : CLI_UNAVAILABLE;
}

static err load(struct ctx *c, const char *cities, const char *city, const char *version,
		struct release **ret)
{
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 1 << 20);
	err e = version ? release_load_version(c, cities, city, version, &complaints, ret)
			: release_load(c, cities, city, &complaints, ret);
	if (failed(e) && complaints.size)
		fputs(complaints.data, stderr);
	return e;
}

static int render(struct ctx *c, const struct cli_option *options, const char *city)
{
	const char *html = cli_value(options, "html"), *pdf = cli_value(options, "pdf");
	bool agreement = strcmp(cli_value(options, "text"), "agreement") == 0;
	struct release *r = NULL;
	int code = CLI_OK;

	if (failed(load(c, cli_value(options, "cities"), city, cli_value(options, "version"), &r)))
		return cli_failed(c, city);
	if (html || !pdf)
		code = write_page(c, r, agreement ? agreement_html : policy_html, html ? html : "-");
	if (pdf && code == CLI_OK)
		code = write_page(c, r, agreement ? agreement_pdf : policy_pdf, pdf);
	policy_pdf_forget();
	release_drop(r);
	return code;
}

int cli_render(int argc, char **argv)
{
	static const char usage[] = "render CITY [--text policy|agreement] [--html FILE] [--pdf FILE] "
				    "[--version V] [--cities DIR]";
	struct cli_option options[] = {
		{"cities", false, "directory of the cities' files", "cities"},
		{"text", false, "which text: policy or agreement", "policy"},
		{"version", false, "version of the policy (default: the newest)", NULL},
		{"html", false, "write the page to this file, - for standard output", NULL},
		{"pdf", false, "write a PDF to this file", NULL},
		{0},
	};
	const char *words[1] = {NULL};
	bool json;

	if (!cli_parse(argc, argv, options, usage, words, 1, &json))
		return CLI_USAGE;
	const char *text = cli_value(options, "text");
	if (!words[0] || (strcmp(text, "policy") != 0 && strcmp(text, "agreement") != 0)) {
		fprintf(stderr, "usage: tongban %s\n", usage);
		return CLI_USAGE;
	}
	struct ctx c = {.arena = arena_new(256 << 20)};
	int code = render(&c, options, words[0]);
	arena_free(c.arena);
	return code;
}
