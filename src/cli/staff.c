/* tongban staff add | list */
#include "cli/cli.h"
#include "ops/duties.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void print_added(const struct staff *s, const char *secret, const char *password, const char *city,
			bool json)
{
	char uri[300];

	snprintf(uri, sizeof uri, "otpauth://totp/Tongban%%20%s:%s?secret=%s&issuer=Tongban", city, s->login,
		 secret);
	if (!json) {
		printf("login     %s\npassword  %s\nTOTP      %s\n          %s\n", s->login, password, secret,
		       uri);
		return;
	}
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "login", s->login, "password", password,
				"totp_secret", secret, "totp_uri", uri, "role", s->role, "department",
				s->department);
	char *text = json_dumps(doc, JSON_COMPACT);
	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static int add(struct cli *k, const struct cli_option *o, bool json)
{
	struct staff s = {.login = cli_value(o, "login"),
			  .name = cli_value(o, "name"),
			  .role = cli_value(o, "role"),
			  .department = cli_value(o, "department")};
	const char *password = cli_value(o, "password");
	uint8_t random[12];
	char made[32], secret[64];

	if (!s.login || !s.name || !s.role) {
		fprintf(stderr, "tongban: staff add needs --login, --name and --role\n");
		return CLI_USAGE;
	}
	if (!password) {
		crypto_random(random, sizeof random);
		base64url_encode(random, sizeof random, made);
		password = made;
	}
	if (failed(staff_add(&k->ctx, &s, slice_of(password), secret)))
		return cli_failed(&k->ctx, "staff add");
	if (cli_value(o, "duties-done") && duties_concern(&s) &&
	    failed(duties_of_new_staff(&k->ctx, s.login, slice_of(cli_value(o, "duties-done")))))
		return cli_failed(&k->ctx, "staff add");
	print_added(&s, secret, password, k->city, json);
	return CLI_OK;
}

static err print_staff(struct ctx *c, const struct staff *s, void *arg)
{
	(void)c;
	(void)arg;
	printf("%-16s %-16s %-24s %s\n", s->login, s->role, s->department ? s->department : "-", s->name);
	return OK;
}

int cli_staff(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"login", false, "login name", NULL},
		{"name", false, "name that a citizen sees", NULL},
		{"role", false,
		 "hotline_agent, complaint_handler, policy_officer, privacy_officer or auditor", NULL},
		{"department", false, "key of the department among the policy's recipients", NULL},
		{"duties-done", false,
		 "day on which the person did the duties of each staff member (training, undertaking …)",
		 NULL},
		{"password", false, "initial password (default: a random one is printed)", NULL},
		{0},
	};
	const char *words[1];
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "staff add|list --data DIR [options]", words, 1, &json))
		return CLI_USAGE;
	if (!words[0] || (strcmp(words[0], "add") != 0 && strcmp(words[0], "list") != 0)) {
		fprintf(stderr, "usage: tongban staff add|list --data DIR [options]\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_KEYS | CLI_RELEASE);
	if (code == CLI_OK && strcmp(words[0], "add") == 0)
		code = add(&k, options, json);
	else if (code == CLI_OK && failed(staff_list(&k.ctx, print_staff, NULL)))
		code = cli_failed(&k.ctx, "staff list");
	cli_close(&k);
	return code;
}
