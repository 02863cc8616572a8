/* tongban-sandbox: the outside world for development and tests. */
#include "authority.h"
#include "control.h"
#include "pages.h"
#include "signed.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SAVE_EVERY_MS = 2000,
	BODY_MAX = 48 << 20,
	SMALL_BODY_MAX = 4096,
	EXIT_USAGE = 2,
	EXIT_UNAVAILABLE = 3
};

/* Authorities may be slow and the clock waits for its followers: both run in the slow pool, which is wide
 * here. */
static const struct http_route routes[] = {
	{"POST", "/authorities/{id}/{path...}", authority_handle, NULL, HTTP_SLOW, 0, BODY_MAX},
	{"GET", "/authorities/{id}/{path...}", authority_handle, NULL, HTTP_SLOW, 0, 0},
	{"GET", "/control/clock", control_clock_get, NULL, HTTP_FAST, 0, 0},
	{"PUT", "/control/clock", control_clock_put, NULL, HTTP_SLOW, 0, SMALL_BODY_MAX},
	{"POST", "/control/settle", control_settle, NULL, HTTP_SLOW, 0, SMALL_BODY_MAX},
	{"POST", "/control/reset", control_reset, NULL, HTTP_FAST, 0, SMALL_BODY_MAX},
	{"GET", "/control/sms", control_sms, NULL, HTTP_FAST, 0, 0},
	{"GET", "/control/people", control_people, NULL, HTTP_FAST, 0, 0},
	{"GET", "/control/authorities/{id}", control_authority_get, NULL, HTTP_FAST, 0, 0},
	{"POST", "/control/sims", control_sims_create, NULL, HTTP_FAST, 0, SMALL_BODY_MAX},
	{"PUT", "/control/flags", control_flags_put, NULL, HTTP_FAST, 0, SMALL_BODY_MAX},
	{"PUT", "/control/authorities/{id}", control_authority_put, NULL, HTTP_FAST, 0, SMALL_BODY_MAX},
	{"GET", "/control/authorities/{id}/received", control_received, NULL, HTTP_FAST, 0, 0},
	{"POST", "/control/authorities/{id}/signature", control_signature, NULL, HTTP_FAST, 0, BODY_MAX},
	{"GET", "/healthz", control_health, NULL, HTTP_FAST, HTTP_INLINE, 0},
	{"GET", "/", page_home, NULL, HTTP_FAST, 0, 0},
	{"GET", "/sms", page_sms, NULL, HTTP_FAST, 0, 0},
};

struct settings {
	const char *data, *client_keys[CLIENT_KEYS_MAX];
	int key_count, port;
	uint64_t seed;
};

static int usage(void)
{
	fprintf(stderr, "usage: tongban-sandbox --data DIR --port N --client-key FILE [--client-key FILE …] "
			"[--seed N]\n"
			"  --client-key  the base64 Ed25519 key that a server signs its requests with "
			"(DIR/connector.pub of tongban)\n");
	return EXIT_USAGE;
}

static bool read_settings(int argc, char **argv, struct settings *s)
{
	static const struct option options[] = {
		{"data", required_argument, NULL, 'd'},
		{"port", required_argument, NULL, 'p'},
		{"client-key", required_argument, NULL, 'k'},
		{"seed", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int64_t port = 0, seed = 1;

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'd')
			s->data = optarg;
		else if (c == 'k' && s->key_count < CLIENT_KEYS_MAX)
			s->client_keys[s->key_count++] = optarg;
		else if ((c != 'p' || !slice_int(slice_of(optarg), &port)) &&
			 (c != 's' || !slice_int(slice_of(optarg), &seed)))
			return false;
	}
	s->port = (int)port;
	s->seed = (uint64_t)seed;
	return s->data && s->key_count > 0 && port >= 0 && port <= 65535 && optind == argc;
}

/* Writes changes down now and then until a signal to end comes. */
static void serve_until_signal(struct world *w, int signals)
{
	struct pollfd fd = {.fd = signals, .events = POLLIN};

	while (poll(&fd, 1, SAVE_EVERY_MS) <= 0)
		world_save(w);
}

static int serve(const struct settings *s, int signals)
{
	char listen_on[32], message[200] = "";

	mkdir(s->data, 0700);
	struct world *w = world_open(s->data, s->seed);
	memcpy(w->client_key_paths, s->client_keys, sizeof w->client_key_paths);
	snprintf(listen_on, sizeof listen_on, "127.0.0.1:%d", s->port);
	struct http_options o = {.listen = listen_on,
				 .workers = 8,
				 .slow_workers = 32,
				 .slow_queue_max = 1024,
				 .drain_ms = 500,
				 .arena_max = 128 << 20,
				 .user = w};
	struct http_server *server = NULL;
	if (!keys_open(w, s->data))
		snprintf(message, sizeof message, "the keys in %.150s cannot be written", s->data);
	else
		server = http_start(&o, routes, sizeof routes / sizeof *routes, message);
	if (server) {
		printf("http://localhost:%d\n", http_port(server));
		fflush(stdout);
		serve_until_signal(w, signals);
		http_stop(server);
	} else {
		fprintf(stderr, "tongban-sandbox: %s\n", message);
	}
	world_close(w);
	return server ? 0 : EXIT_UNAVAILABLE;
}

int main(int argc, char **argv)
{
	struct settings s = {0};
	sigset_t ends;

	if (!read_settings(argc, argv, &s))
		return usage();
	crypto_init();
	json_object_seed(0);
	/* blocked before any thread exists, so that all of them inherit it */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return serve(&s, signalfd(-1, &ends, SFD_CLOEXEC));
}
