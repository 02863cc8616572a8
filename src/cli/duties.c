/* tongban duties: what the organisation must do and what is overdue; findings for a watcher to act on. */
#include "ops/duties.h"
#include "cli/cli.h"
#include <stdio.h>

static void print_day(char ret[static 16], int64_t at_ms)
{
	struct date d = date_of(at_ms);

	if (at_ms)
		snprintf(ret, 16, "%04d-%02d-%02d", d.year, d.month, d.day);
	else
		snprintf(ret, 16, "-");
}

static void print_one(const struct duty_status *d, bool json)
{
	char done[16], due[16];

	print_day(done, d->done_on_ms);
	print_day(due, d->due_on_ms);
	if (json)
		printf("{\"key\":\"%s\",\"state\":\"%s\",\"done_on\":\"%s\",\"due_on\":\"%s\",\"missing\":%"
		       "zu}\n",
		       d->duty->key, duty_state_word(d->state), done, due, d->missing_count);
	else
		printf("%-8s %-11s %-11s %s\n", duty_state_word(d->state), done, due, d->duty->name);
}

int cli_duties(int argc, char **argv)
{
	struct cli_option options[] = {CLI_DATA_OPTIONS, {0}};
	struct duty_status *all;
	size_t count, expired = 0;
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "duties --data DIR", NULL, 0, &json))
		return CLI_USAGE;
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_RELEASE);
	if (code == CLI_OK && failed(duties_status(&k.ctx, &all, &count)))
		code = cli_failed(&k.ctx, "duties");
	for (size_t i = 0; code == CLI_OK && i < count; i++) {
		print_one(&all[i], json);
		expired += all[i].state == DUTY_EXPIRED;
	}
	if (code == CLI_OK && expired > 0)
		code = CLI_FINDINGS;
	cli_close(&k);
	return code;
}
