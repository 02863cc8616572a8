#include "cli/metrics.h"
#include "jobs/jobs.h"
#include "ops/duties.h"
#include "partners/papers.h"
#include "rights/rights.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct metrics {
	struct cli *cli;
	const struct http_server *counted;
	struct http_server *http;
	uint64_t started_ns;
};

static void put(struct buf *b, const char *name, const char *type, const char *help, int64_t value)
{
	buf_printf(b, "# HELP tongban_%s %s\n# TYPE tongban_%s %s\ntongban_%s %" PRId64 "\n", name, help,
		   name, type, name, value);
}

static void put_http(struct buf *b, const struct metrics *m)
{
	struct http_stats s;

	http_stats_get(m->counted, &s);
	put(b, "http_requests_total", "counter", "Requests that reached a handler.", s.requests);
	put(b, "http_refused_total", "counter",
	    "Requests refused before a handler, as malformed or too many.", s.refused);
	put(b, "http_connections", "gauge", "Open connections.", s.connections);
	put(b, "http_queue_fast", "gauge", "Requests that wait for a worker.", s.queue_fast);
	put(b, "http_queue_slow", "gauge", "Requests that wait for a worker of the slow pool.", s.queue_slow);
}

/* 0 where the system does not say. */
static int64_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	int64_t pages = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%*d %" SCNd64, &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Missing numbers are how a store that does not answer shows: tongban_store_up says it. */
static void put_store(struct buf *b, struct ctx *c, struct cli *k)
{
	struct job_counts jobs;
	struct keys_status keys;
	bool up = !failed(jobs_count(c, k->ctx.store, &jobs));

	put(b, "store_up", "gauge", "Whether the store answers.", up);
	if (up) {
		put(b, "jobs_waiting", "gauge", "Jobs of the outbox and the schedules that are not done.",
		    jobs.waiting);
		put(b, "jobs_dead", "gauge", "Jobs that were given up and need somebody to look.", jobs.dead);
	}
	if (!failed(keys_status(c, k->ctx.keys, &keys))) {
		put(b, "data_keys", "gauge", "Living data keys.", keys.living);
		put(b, "ended_scopes", "gauge", "Scopes that were ended.", keys.ended);
	}
}

/* Counts only: what is overdue stands in the console. */
static void put_duties(struct buf *b, struct ctx *c)
{
	struct duty_status *all;
	size_t count;
	int64_t expired = 0, soon = 0;

	if (failed(duties_status(c, &all, &count)))
		return;
	for (size_t i = 0; i < count; i++) {
		expired += all[i].state == DUTY_EXPIRED;
		soon += all[i].state == DUTY_SOON;
	}
	put(b, "duties_expired", "gauge", "Organisational duties that are overdue or were never recorded.",
	    expired);
	put(b, "duties_soon", "gauge", "Organisational duties that fall due within two weeks.", soon);
}

static void put_papers(struct buf *b, struct ctx *c)
{
	struct paper_counts n;

	if (failed(paper_count(c, &n)))
		return;
	put(b, "papers_missing", "gauge", "Papers of recipients that do not stand: nothing goes to them.",
	    n.missing);
	put(b, "papers_soon", "gauge", "Papers of recipients that end within 30 days with none after them.",
	    n.soon);
}

static void put_requests(struct buf *b, struct ctx *c)
{
	struct rights_counts n;

	if (failed(rights_count(c, &n)))
		return;
	put(b, "requests_waiting", "gauge", "Requests about personal data that are not answered.", n.waiting);
	put(b, "requests_overdue", "gauge", "Of them, those whose last day has passed.", n.overdue);
}

static void answer(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct metrics *m = user;
	struct cli *k = m->cli;
	int64_t now_ms = clock_now_ms(k->clock);
	struct ctx c = {.arena = q->arena, .now_ms = now_ms, .store = k->ctx.store, .keys = k->ctx.keys};
	const struct release *r = releases_at(k->releases, now_ms);

	(void)route_user;
	a->content_type = "text/plain; version=0.0.4; charset=utf-8";
	buf_printf(&a->body,
		   "# HELP tongban_policy The policy in force.\n# TYPE tongban_policy gauge\n"
		   "tongban_policy{city=\"%s\",version=\"%s\",number=\"%u\"} 1\n",
		   release_city(r), release_version(r), release_number(r));
	c.release = r;
	put_duties(&a->body, &c);
	put_requests(&a->body, &c);
	put_papers(&a->body, &c);
	release_drop(r);
	put(&a->body, "uptime_seconds", "gauge", "Since this server started.",
	    (int64_t)((clock_monotonic_ns() - m->started_ns) / 1000000000));
	put(&a->body, "resident_bytes", "gauge", "Memory of this process.", resident_bytes());
	put_http(&a->body, m);
	put_store(&a->body, &c, k);
}

static void problem(void *user, int status, struct http_response *a)
{
	(void)user;
	a->status = status;
	a->content_type = "text/plain; charset=utf-8";
	buf_add_text(&a->body, "only /metrics is here\n");
}

struct metrics *metrics_start(struct cli *k, const struct http_server *server, const char *listen,
			      char ret_message[static 200])
{
	static const struct http_route route = {.method = "GET", .pattern = "/metrics", .handler = answer};
	struct metrics *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	*m = (struct metrics){.cli = k, .counted = server, .started_ns = clock_monotonic_ns()};
	struct http_options o = {.listen = listen,
				 .workers = 1,
				 .slow_workers = 1,
				 .connections_max = 16,
				 .user = m,
				 .problem = problem};
	m->http = http_start(&o, &route, 1, ret_message);
	if (m->http)
		return m;
	free(m);
	return NULL;
}

void metrics_stop(struct metrics *m)
{
	if (!m)
		return;
	http_stop(m->http);
	free(m);
}
