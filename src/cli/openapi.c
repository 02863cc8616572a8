/* tongban openapi: the document of the API, made from the route tables. */
#include "api/api.h"
#include "cli/cli.h"
#include <stdio.h>

int cli_openapi(int argc, char **argv)
{
	struct cli_option options[] = {{0}};
	BUF_SCOPED out = {0};
	bool json;

	if (!cli_parse(argc, argv, options, "openapi", NULL, 0, &json))
		return CLI_USAGE;
	buf_init(&out, 16 << 20);
	api_openapi(&out);
	if (out.failed || fwrite(out.data, 1, out.size, stdout) != out.size)
		return CLI_UNAVAILABLE;
	putchar('\n');
	return CLI_OK;
}
