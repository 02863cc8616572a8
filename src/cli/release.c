/* tongban release: the versions of the policy that the store knows, and the steps of their review. */
#include "cli/cli.h"
#include "ops/staff.h"
#include "policy/review.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct printing {
	bool json;
};

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void print_json(const struct release_line *l, const char *published, const char *effective)
{
	json_t *doc = json_pack("{s:I, s:s, s:s, s:s?, s:s, s:s?}", "number", (json_int_t)l->number,
				"version", l->version, "hash", l->hash, "published_at", published,
				"effective_at", effective, "published_by", l->by);
	char *text = json_dumps(doc, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static err print_line(struct ctx *c, const struct release_line *l, void *arg)
{
	const struct printing *p = arg;
	char published[TIME_TEXT_SIZE], effective[TIME_TEXT_SIZE];
	const char *at = l->published_ms ? time_text(l->published_ms, published) : NULL;

	(void)c;
	time_text(l->effective_ms, effective);
	if (p->json)
		print_json(l, at, effective);
	else
		printf("%4u  %-12s %.12s…  %-29s  from %s  %s\n", l->number, l->version, l->hash,
		       at ? at : "draft", effective, or_dash(l->by));
	return OK;
}

static int list(struct cli *k, bool json)
{
	struct printing p = {.json = json};

	return failed(releases_list(&k->ctx, print_line, &p)) ? cli_failed(&k->ctx, "release list") : CLI_OK;
}

static int draft(struct cli *k, bool json)
{
	int64_t drafts = 0;
	int code = cli_seed(k, &drafts);

	if (code == CLI_OK)
		printf(json ? "{\"drafts\":%" PRId64 "}\n" : "%" PRId64 " new drafts\n", drafts);
	return code;
}

/* ---- steps of a review, by an officer's account ---- */

struct finding {
	const char *login;
	struct staff staff;
	bool found;
};

static err find_officer(struct ctx *c, const struct staff *s, void *arg)
{
	struct finding *f = arg;

	(void)c;
	if (strcmp(s->login, f->login) != 0)
		return OK;
	f->staff = *s;
	f->found = true;
	return OK;
}

/* Whoever may run this command may name any account: the record says which one. */
static err act_as(struct ctx *c, const char *login)
{
	struct finding f = {.login = login};

	TRY(staff_list(c, find_officer, &f));
	if (!f.found)
		FAIL(c, ERR_NOT_FOUND, "没有登录名为 %s 的工作人员", login);
	TRY(staff_must_be(c, &f.staff, STAFF_POLICY_OFFICER, NULL));
	c->actor = (struct actor){ACTOR_STAFF, f.staff.id, f.staff.role, f.staff.name, f.staff.department};
	return OK;
}

struct asked {
	const char *what, *at, *note, *summary;
	unsigned number;
};

static err take_step(struct ctx *c, const struct asked *a, int64_t at_ms, unsigned *number)
{
	int64_t from_ms;

	if (strcmp(a->what, "submit") == 0)
		return review_submit(c, *number,
				     &(struct review_submission){.summary = a->summary, .note = a->note});
	if (strcmp(a->what, "approve") == 0)
		return review_approve(c, *number, a->note);
	if (strcmp(a->what, "reject") == 0)
		return review_reject(c, *number, a->note);
	if (strcmp(a->what, "withdraw") == 0)
		return review_withdraw(c, *number, a->note);
	if (strcmp(a->what, "compare") == 0)
		return review_compare(c, a->number, number);
	return review_publish(c, *number, at_ms, a->note, &from_ms);
}

static bool effective_of(const char *at, int64_t *ret)
{
	struct date date;

	*ret = 0;
	if (!at || strcmp(at, "now") == 0)
		return true;
	if (!date_parse(slice_of(at), &date)) {
		fprintf(stderr, "tongban: --at takes a date such as 2026-11-21, or now\n");
		return false;
	}
	*ret = date_start_ms(date);
	return true;
}

static int review_step(struct cli *k, const struct asked *a, const char *by, bool json)
{
	unsigned number = a->number;
	int64_t at_ms;

	if (!by) {
		fprintf(stderr, "tongban: release %s needs --by LOGIN, the account of a policy_officer\n",
			a->what);
		return CLI_USAGE;
	}
	if (!effective_of(a->at, &at_ms))
		return CLI_USAGE;
	if (failed(act_as(&k->ctx, by)) || failed(take_step(&k->ctx, a, at_ms, &number)))
		return cli_failed(&k->ctx, a->what);
	printf(json ? "{\"step\":\"%s\",\"number\":%u}\n" : "%s: release %u\n", a->what, number);
	return CLI_OK;
}

/* Without the second officer: for a machine where one person is the whole city. */
static int publish_unreviewed(struct cli *k, const struct asked *a, const char *by, bool json)
{
	struct assessment_file file;
	int64_t at_ms;
	BUF_SCOPED complaints = {0};

	if (!effective_of(a->at, &at_ms))
		return CLI_USAGE;
	buf_init(&complaints, 1 << 20);
	if (failed(assessment_file_read(&k->ctx, k->cities, k->city, &complaints, &file)) ||
	    failed(releases_publish(&k->ctx, a->number, by ? by : "development", at_ms, &file))) {
		fprintf(stderr, "%s", complaints.size ? complaints.data : "");
		return cli_failed(&k->ctx, "release publish");
	}
	printf(json ? "{\"published\":%u}\n" : "release %u is published without review\n", a->number);
	return CLI_OK;
}

static err print_step(struct ctx *c, const struct review_step *s, void *arg)
{
	const struct printing *p = arg;
	char at[TIME_TEXT_SIZE];

	(void)c;
	time_text(s->at_ms, at);
	if (!p->json) {
		printf("%s  %-10s %s%s%s\n", at, s->action, s->officer, s->note ? "  " : "",
		       s->note ? s->note : "");
		return OK;
	}
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s?}", "at", at, "action", s->action, "officer", s->officer,
				"note", s->note);
	char *text = json_dumps(doc, JSON_COMPACT);
	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
	return OK;
}

static int history(struct cli *k, unsigned number, bool json)
{
	struct printing p = {.json = json};

	return failed(review_steps(&k->ctx, number, print_step, &p)) ? cli_failed(&k->ctx, "release history")
								     : CLI_OK;
}

static bool is_one_of(const char *what, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(what, *words) == 0)
			return true;
	return false;
}

static bool number_of(const char *text, unsigned *ret)
{
	int64_t n = 0;

	if (!text || !slice_int(slice_of(text), &n) || n < 1 || n > INT32_MAX)
		return false;
	*ret = (unsigned)n;
	return true;
}

static int dispatch(struct cli *k, const struct asked *a, const struct cli_option *o, bool json)
{
	const char *by = cli_value(o, "by");

	if (strcmp(a->what, "list") == 0)
		return list(k, json);
	if (strcmp(a->what, "draft") == 0)
		return draft(k, json);
	if (strcmp(a->what, "history") == 0)
		return history(k, a->number, json);
	if (strcmp(a->what, "publish") == 0 && cli_value(o, "development"))
		return publish_unreviewed(k, a, by, json);
	return review_step(k, a, by, json);
}

int cli_release(int argc, char **argv)
{
	static const char usage[] =
		"release list|draft|history|submit|approve|reject|withdraw|compare|publish "
		"[NUMBER] --data DIR [--by LOGIN] [options]";
	static const char *const whole[] = {"list", "draft", NULL}, *const one[] = {"history",	"submit",
										    "approve",	"reject",
										    "withdraw", "compare",
										    "publish",	NULL};
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"by", false, "login of the policy_officer who acts", NULL},
		{"at", false, "publish: day from which it binds, or now (the default)", NULL},
		{"note", false, "for the record; reject: the reason", NULL},
		{"summary", false, "submit: what citizens are told about the change", NULL},
		{"development", true,
		 "publish without review, on a machine for development; --at: the day "
		 "that the files name",
		 NULL},
		{0},
	};
	const char *words[2] = {NULL, NULL};
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, usage, words, 2, &json))
		return CLI_USAGE;
	struct asked a = {.what = words[0] ? words[0] : "",
			  .at = cli_value(options, "at"),
			  .note = cli_value(options, "note"),
			  .summary = cli_value(options, "summary")};
	if (!is_one_of(a.what, whole) && !(is_one_of(a.what, one) && number_of(words[1], &a.number))) {
		fprintf(stderr, "usage: tongban %s\n", usage);
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_RELEASE);
	if (code == CLI_OK)
		code = dispatch(&k, &a, options, json);
	cli_close(&k);
	return code;
}
