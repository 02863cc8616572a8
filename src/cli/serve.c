/* tongban serve: HTTP, jobs, the ledger's sequencer, and in tests the follower of the sandbox's clock; until
 * SIGTERM. */
#include "account/account.h"
#include "account/minors.h"
#include "api/api.h"
#include "base/id.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/follow.h"
#include "cli/metrics.h"
#include "cli/selfcheck.h"
#include "identity/identity.h"
#include "jobs/jobs.h"
#include "notify/notices.h"
#include "notify/notify.h"
#include "ops/ends.h"
#include "ops/exceptions.h"
#include "ops/incidents.h"
#include "ops/reversals.h"
#include "ops/transfers.h"
#include "partners/deliveries.h"
#include "partners/promotions.h"
#include "rights/rights.h"
#include "services/attachments.h"
#include "services/cases.h"
#include "services/hotline.h"
#include "services/ratings.h"
#include "services/wards.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	JOB_ARENA = 96 << 20,
	RELEASES_REFRESH_S = 5,
	TEND_EVERY = 720, /* turns of those: every hour */
	DAY_MS = 86400 * 1000,
	DRAIN_MS = 15000 /* longer than an authority may take */
};

struct serving {
	struct cli *cli;
	struct api *api;
	struct jobs *jobs;
	struct http_server *http;
	atomic_bool
		up; /* everything has started and nothing was asked to stop: what the workers may look at */
	struct follower *follower;
	struct metrics *metrics;
	struct security_env env;
	int64_t attacks; /* refused before any route, as far as counted */
	unsigned turns;	 /* of the main thread's waiting */
};

/* ---- jobs
 * ------------------------------------------------------------------------------------------------------------
 */

static struct ctx *job_ctx(void *user)
{
	struct cli *k = user;
	struct ctx *c = calloc(1, sizeof *c);
	int64_t now_ms = clock_now_ms(k->clock);

	if (!c)
		abort();
	*c = (struct ctx){.arena = arena_new(JOB_ARENA),
			  .now_ms = now_ms,
			  .actor = {.kind = ACTOR_SYSTEM, .role = "job"},
			  .store = k->ctx.store,
			  .keys = k->ctx.keys,
			  .ledger = k->ctx.ledger,
			  .release = releases_at(k->releases, now_ms),
			  .connectors = k->ctx.connectors};
	return c;
}

static void job_ctx_done(void *user, struct ctx *c)
{
	(void)user;
	if (failed(vault_deletions_list(c)))
		log_event("deletions_not_listed", LOG_T("detail", c->failure.detail));
	release_drop(c->release);
	arena_free(c->arena);
	free(c);
}

static const struct job_kind service_kinds[] = {
	{"hotline_triage", hotline_triage},
	{"hotline_deliver", hotline_deliver},
	{"hotline_poll", hotline_poll},
	{"attachment_sweep", attachment_sweep_job},
	{"services_end", services_end_job},
	{"ratings_end", ratings_end_job},
	{"case_end", case_end_job},
	{"exception_tell", exception_tell_job},
	{"exception_finish", exception_finish_job},
	{"exception_uses_end", exception_uses_end_job},
	{"incident_tell", incident_tell_job},
	{"told_end", told_end_job},
	{"service_end_tell", service_end_tell_job},
	{"service_end_run", service_end_run_job},
	{"risk_feed", risk_feed_job},
	{"logins_end", logins_end_job},
	{"analysis_make", analysis_make_job},
	{"analysis_keys", reversal_keys_job},
	{"analysis_person_end", reversal_person_end_job},
	{"transfer_tell", transfer_tell_job},
	{"transfer_move", transfer_move_job},
	{"transfer_person_end", transfer_person_end_job},
	{"security_check", selfcheck_job},
	{"promotion_send", promotion_send_job},
	{"promotions_end", promotions_end_job},
	{"deliveries_end", deliveries_end_job},
};

static struct jobs *start_jobs(struct cli *k)
{
	enum {
		SERVICES = sizeof service_kinds / sizeof *service_kinds,
		ACCOUNT = sizeof account_job_kinds / sizeof *account_job_kinds,
		NOTIFY = sizeof notify_job_kinds / sizeof *notify_job_kinds,
		MINORS = sizeof minor_job_kinds / sizeof *minor_job_kinds,
		RIGHTS = sizeof rights_job_kinds / sizeof *rights_job_kinds,
		WARDS = sizeof ward_job_kinds / sizeof *ward_job_kinds,
		ALL = SERVICES + ACCOUNT + NOTIFY + MINORS + RIGHTS + WARDS
	};
	static struct job_kind kinds[ALL];

	memcpy(kinds, service_kinds, sizeof service_kinds);
	memcpy(kinds + SERVICES, account_job_kinds, sizeof account_job_kinds);
	memcpy(kinds + SERVICES + ACCOUNT, notify_job_kinds, sizeof notify_job_kinds);
	memcpy(kinds + SERVICES + ACCOUNT + NOTIFY, minor_job_kinds, sizeof minor_job_kinds);
	memcpy(kinds + ALL - WARDS - RIGHTS, rights_job_kinds, sizeof rights_job_kinds);
	memcpy(kinds + ALL - WARDS, ward_job_kinds, sizeof ward_job_kinds);
	account_on_end("services_end");
	account_on_end("ratings_end");
	account_on_end("rights_end");
	account_on_end("guardian_end");
	account_on_end("wards_end");
	account_on_end("messages_end");
	account_on_end("told_end");
	account_on_end("logins_end");
	account_on_end("promotions_end");
	account_on_end("deliveries_end");
	account_on_end("analysis_person_end");
	account_on_record_end("exception_uses_end");
	account_on_end("transfer_person_end");
	return jobs_start(&(struct jobs_options){
		.kinds = kinds, .kind_count = ALL, .user = k, .make_ctx = job_ctx, .done_ctx = job_ctx_done});
}

static err schedule_rows(struct ctx *c, struct tx *tx, void *arg)
{
	(void)arg;
	return job_schedule(c, tx, "risk_feed", c->now_ms);
}

/* What runs by itself; however many servers start, there is one of each. */
static void schedule_jobs(struct cli *k)
{
	struct ctx *c = job_ctx(k);

	if (failed(store_write(c, c->store, schedule_rows, NULL)))
		log_event("schedule_failed", LOG_T("detail", c->failure.detail));
	job_ctx_done(k, c);
}

static bool settled(void *user)
{
	struct serving *s = user;
	bool yes = false;

	struct ctx *c = job_ctx(s->cli);
	bool ok = !failed(jobs_settled(c, s->jobs, &yes));
	job_ctx_done(s->cli, c);
	return ok && yes;
}

static bool ready(void *user)
{
	struct serving *s = user;

	return atomic_load(&s->up);
}

/* ---- listening
 * -----------------------------------------------------------------------------------------------------------
 */

static bool is_loopback(const char *listen)
{
	return strncmp(listen, "unix:", 5) == 0 || strncmp(listen, "127.", 4) == 0 ||
	       strncmp(listen, "[::1]", 5) == 0;
}

static int start_http(struct serving *s, const char *listen, const char *web)
{
	struct cli *k = s->cli;
	char message[200];
	size_t count;

	s->api = api_new(&(struct api_options){.clock = k->clock,
					       .store = k->ctx.store,
					       .keys = k->ctx.keys,
					       .ledger = k->ctx.ledger,
					       .connectors = k->ctx.connectors,
					       .releases = k->releases,
					       .web_dir = web,
					       .cities_dir = k->cities,
					       .cookies_secure = strncmp(listen, "unix:", 5) == 0,
					       .ready = ready,
					       .ready_user = s,
					       .security = &s->env});
	const struct http_route *routes = api_http_routes(s->api, &count);
	/* hashing is bounded by the processors, whatever waits for an authority is not */
	struct http_options o = {.listen = listen,
				 .slow_workers = 16,
				 .slow_queue_max = 256,
				 .drain_ms = DRAIN_MS,
				 .user = s->api,
				 .problem = api_server_problem};
	s->http = http_start(&o, routes, count, message);
	if (!s->http) {
		fprintf(stderr, "tongban: cannot listen on %s: %s\n", listen, message);
		return CLI_UNAVAILABLE;
	}
	return CLI_OK;
}

static int start_metrics(struct serving *s, const char *listen)
{
	char message[200];

	if (!listen)
		return CLI_OK;
	s->metrics = metrics_start(s->cli, s->http, listen, message);
	if (s->metrics)
		return CLI_OK;
	fprintf(stderr, "tongban: cannot listen on %s: %s\n", listen, message);
	return CLI_UNAVAILABLE;
}

/* What was published on another server or by the command line takes effect here without a restart. */
static void refresh_releases(struct cli *k)
{
	struct ctx *c = job_ctx(k);

	if (failed(releases_refresh(c, k->releases)))
		log_event("releases_refresh_failed", LOG_T("detail", c->failure.detail));
	else if (failed(notices_announce(c, k->releases)))
		log_event("notices_announce_failed", LOG_T("detail", c->failure.detail));
	job_ctx_done(k, c);
}

/* What was refused here goes to the store, where all servers' numbers come together. */
static void flush_attempts(struct serving *s)
{
	struct http_stats now;
	struct ctx *c = job_ctx(s->cli);

	http_stats_get(s->http, &now);
	api_count_attacks(s->api, now.refused - s->attacks);
	s->attacks = now.refused;
	if (failed(api_attempts_flush(s->api, c)))
		log_event("attempts_flush_failed", LOG_T("detail", c->failure.detail));
	job_ctx_done(s->cli, c);
}

/* Deletions that are in no list of the key store yet, and those of which no backup can know any more. */
static err tend_deletions(struct ctx *c)
{
	int64_t days = city_int(c->release, "retention.backup_days", 30);

	TRY(vault_deletions_sweep(c));
	return keys_row_ends_forget(c, c->keys, c->now_ms - (days + 1) * DAY_MS);
}

static void tend_now_and_then(struct serving *s)
{
	if (s->turns++ % TEND_EVERY != 0)
		return;
	struct ctx *c = job_ctx(s->cli);
	if (failed(tend_deletions(c)))
		log_event("deletions_not_listed", LOG_T("detail", c->failure.detail));
	job_ctx_done(s->cli, c);
}

static void wait_for_end(struct serving *s, const sigset_t *signals)
{
	const struct timespec often = {.tv_sec = RELEASES_REFRESH_S};
	int which = 0;

	tend_now_and_then(s);
	while ((which = sigtimedwait(signals, NULL, &often)) < 0) {
		refresh_releases(s->cli);
		flush_attempts(s);
		tend_now_and_then(s);
	}
	flush_attempts(s);
	log_event("server_stopping", LOG_I("signal", which));
}

static void stop(struct serving *s)
{
	metrics_stop(s->metrics);
	if (s->http)
		http_stop(s->http);
	follower_stop(s->follower);
	if (s->jobs)
		jobs_stop(s->jobs);
	if (s->api)
		api_free(s->api);
}

static void ends_of_service(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGINT);
}

static int serve(struct cli *k, const struct cli_option *o, const char *listen)
{
	struct serving s = {.cli = k};
	sigset_t signals;

	ends_of_service(&signals);
	id_init((unsigned)atoi(cli_value(o, "node")) & 1023);
	if (failed(ledger_sequencer_start(&k->ctx, k->ctx.ledger)))
		return cli_failed(&k->ctx, "ledger");
	schedule_jobs(k);
	bool proxied = strncmp(listen, "unix:", 5) == 0;
	s.env = (struct security_env){.serving = true,
				      .open_in_clear = !is_loopback(listen),
				      .hsts = proxied,
				      .attacks = selfcheck_attacks};
	selfcheck_serving(&s.env);
	if (failed(selfcheck_schedule(&k->ctx)))
		return cli_failed(&k->ctx, "selfcheck");
	s.jobs = start_jobs(k);
	if (k->test_clock && cli_value(o, "sandbox"))
		s.follower = follower_start(k->clock, cli_value(o, "sandbox"), settled, &s);
	int code = start_http(&s, listen, cli_value(o, "web"));
	if (code == CLI_OK)
		code = start_metrics(&s, cli_value(o, "metrics"));
	if (code == CLI_OK) {
		log_event("server_started", LOG_T("city", k->city),
			  LOG_T("version", release_version(k->release)), LOG_I("port", http_port(s.http)));
		atomic_store(&s.up, true);
		wait_for_end(&s, &signals);
		atomic_store(&s.up, false);
	}
	stop(&s);
	return code;
}

int cli_serve(int argc, char **argv)
{
	sigset_t signals;

	/* Before any thread starts, also those of the stores, so that only sigtimedwait sees them: a thread
	 * that does not block them would be ended by one that comes while this one is busy, and the whole
	 * server with it. */
	ends_of_service(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"port", false, "port on 127.0.0.1", "8080"},
		{"listen", false, "ADDRESS:PORT or unix:PATH instead of --port", NULL},
		{"web", false, "directory of the built web app", NULL},
		{"metrics", false, "ADDRESS:PORT or unix:PATH for Prometheus; keep it from the outside",
		 NULL},
		{"node", false, "number of this server among those on the store, 0 to 1022", "0"},
		{"test-clock", true,
		 "follow the sandbox's clock; the data directory must have been made for it", NULL},
		{"sandbox", false, "address of the sandbox, for --test-clock", NULL},
		{0},
	};
	struct cli k;
	char listen[600];
	bool json;

	if (!cli_parse(argc, argv, options, "serve --data DIR [options]", NULL, 0, &json))
		return CLI_USAGE;
	const char *given = cli_value(options, "listen");
	snprintf(listen, sizeof listen, "%s%s",
		 given ? "" : "127.0.0.1:", given ? given : cli_value(options, "port"));
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"), CLI_ALL);
	bool wants_test = cli_value(options, "test-clock") != NULL;
	if (code == CLI_OK && wants_test != k.test_clock) {
		fprintf(stderr, "tongban: %s\n",
			wants_test ? "this data directory was not made with --test-clock"
				   : "this data directory is for tests: serve it with --test-clock");
		code = CLI_USAGE;
	}
	if (code == CLI_OK && wants_test && !is_loopback(listen)) {
		fprintf(stderr, "tongban: a test clock may only be served on loopback\n");
		code = CLI_USAGE;
	}
	if (code == CLI_OK)
		code = serve(&k, options, listen);
	cli_close(&k);
	return code;
}
