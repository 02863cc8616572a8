/* tongban selfcheck: runs the check of every control that the city lists, and says what it found. */
#include "cli/selfcheck.h"
#include "cli/cli.h"
#include "http/gate.h"
#include <stdio.h>
#include <stdlib.h>

enum { CHECK_HOUR = 3, FIRST_CHECK_MS = 5 * 60 * 1000 }; /* the first one soon after the first start */

static struct security_env serving;

void selfcheck_serving(const struct security_env *env)
{
	serving = *env;
}

static bool head_is_refused(const char *text)
{
	struct head_gate gate = {0};
	size_t size = 0;

	return head_gate_check(&gate, slice_of(text), &size) >= 400;
}

static bool chunk_is_refused(const char *text)
{
	struct chunk_gate gate = {0};
	size_t used = 0;

	return chunk_gate_check(&gate, slice_of(text), &used) >= 400;
}

/* Requests by which others were smuggled past a proxy or an end was faked (RFC 9112, sections 5, 6, 11). */
void selfcheck_attacks(int *ret_tried, int *ret_blocked)
{
	static const char *const heads[] = {
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n",
		"GET / HTTP/1.1\nHost: a\n\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
		"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n",
	};
	static const char *const chunks[] = {"0\n\n", "0x5\r\nhello\r\n0\r\n\r\n", "-1\r\n\r\n",
					     "fffffffff\r\n", "5;x=y\r\nhello\r\n0\r\n\r\n"};
	int tried = 0, blocked = 0;

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++, tried++)
		blocked += head_is_refused(heads[i]);
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++, tried++)
		blocked += chunk_is_refused(chunks[i]);
	*ret_tried = tried;
	*ret_blocked = blocked;
}

/* In the small hours of the next day. */
static int64_t next_ms(const struct ctx *c)
{
	return date_start_ms(date_add_days(date_of(c->now_ms), 1)) + CHECK_HOUR * 3600 * 1000;
}

err selfcheck_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)j;
	TRY(security_check(c, &serving));
	*ret_again_at_ms = next_ms(c);
	return OK;
}

static err schedule_rows(struct ctx *c, struct tx *tx, void *arg)
{
	(void)arg;
	return job_schedule(c, tx, "security_check", c->now_ms + FIRST_CHECK_MS);
}

err selfcheck_schedule(struct ctx *c)
{
	return store_write(c, c->store, schedule_rows, NULL);
}

/* ---- the command ---- */

static void print_one(const struct security_control *k, bool json)
{
	if (json)
		printf("{\"control\":\"%s\",\"phase\":\"%s\",\"state\":\"%s\"}\n", k->key, k->phase,
		       k->state);
	else
		printf("%-9s %s（%s）：%s\n", k->state, k->name, k->standard,
		       *k->detail ? k->detail : "还没有检查");
}

static err check_all(struct ctx *c, struct security_control **ret, size_t *ret_count)
{
	const struct security_env env = {.attacks = selfcheck_attacks};

	TRY(security_check(c, &env));
	return security_controls(c, ret, ret_count);
}

int cli_selfcheck(int argc, char **argv)
{
	struct cli_option options[] = {CLI_DATA_OPTIONS, {0}};
	struct security_control *all = NULL;
	size_t count = 0, bad = 0;
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "selfcheck --data DIR", NULL, 0, &json))
		return CLI_USAGE;
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_KEYS | CLI_LEDGER | CLI_RELEASE);
	if (code == CLI_OK && failed(check_all(&k.ctx, &all, &count)))
		code = cli_failed(&k.ctx, "selfcheck");
	for (size_t i = 0; code == CLI_OK && i < count; i++) {
		print_one(&all[i], json);
		bad += strcmp(all[i].state, "pass") != 0;
	}
	if (code == CLI_OK && bad > 0)
		code = CLI_FINDINGS;
	cli_close(&k);
	return code;
}
