/* Password logins over HTTP against bare Argon2id verifications, by the processor time that each takes (all
 * threads, those of the clients too, so that other work on the machine does not count): what everything
 * around the hash costs. Rounds alternate, the medians are compared. */
#include "account/account.h"
#include "api/api.h"
#include "consent/people_testing.h"
#include "identity/identity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum { CLIENTS = 8, ROUNDS = 7, ROUND_MS = 1500 };

static const char password[] = "Right-word1";

struct client {
	pthread_t thread;
	char token[TOKEN_SIZE], username[24], path[108];
	int number;
	int64_t done;
	atomic_bool *stop;
};

/* ---- bare hashing
 * ----------------------------------------------------------------------------------------------------- */

struct hasher {
	pthread_t thread;
	const char *hash;
	int64_t done;
	atomic_bool *stop;
};

static void *hash_away(void *arg)
{
	struct hasher *h = arg;

	while (!atomic_load(h->stop))
		h->done += password_verify(slice_of(password), h->hash);
	return NULL;
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double rate(int64_t done, double began_s)
{
	return (double)done / (cpu_s() - began_s);
}

static double bare_rate(const char *hash)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct hasher hashers[64];
	atomic_bool stop = false;
	int64_t done = 0;
	long n = processors < 64 ? processors : 64;

	double began = cpu_s();
	for (long i = 0; i < n; i++) {
		hashers[i] = (struct hasher){.hash = hash, .stop = &stop};
		pthread_create(&hashers[i].thread, NULL, hash_away, &hashers[i]);
	}
	usleep(ROUND_MS * 1000);
	atomic_store(&stop, true);
	for (long i = 0; i < n; i++) {
		pthread_join(hashers[i].thread, NULL);
		done += hashers[i].done;
	}
	return rate(done, began);
}

/* ---- logins
 * ------------------------------------------------------------------------------------------------------------
 */

static int dial(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		abort();
	return fd;
}

/* The status of one answer, read to its end. */
static int read_answer(int fd)
{
	char answer[8192];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, answer + n, sizeof(answer) - 1 - n);
		if (got <= 0)
			abort();
		n += (size_t)got;
		answer[n] = '\0';
		const char *end = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "Content-Length:");
		if (end && length && n >= (size_t)(end + 4 - answer) + strtoul(length + 15, NULL, 10))
			return atoi(answer + 9);
	}
}

static void *log_in_away(void *arg)
{
	struct client *k = arg;
	int fd = dial(k->path);
	char request[1024], body[200];

	int size =
		snprintf(body, sizeof(body), "{\"method\":\"password\",\"login\":\"%s\",\"password\":\"%s\"}",
			 k->username, password);
	for (int i = 0; !atomic_load(k->stop); i++) {
		/* each from an address of its own, as a city's citizens come */
		int n = snprintf(
			request, sizeof(request),
			"POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
			"X-Forwarded-For: 10.%d.%d.%d\r\nContent-Type: application/json\r\nContent-Length: "
			"%d\r\n\r\n%s",
			k->token, k->number, i / 250, i % 250, size, body);
		if (write(fd, request, (size_t)n) != n)
			abort();
		int status = read_answer(fd);
		if (status != 201) {
			fprintf(stderr, "login answered %d\n", status);
			exit(3);
		}
		k->done++;
	}
	close(fd);
	return NULL;
}

static double login_rate(struct client *clients)
{
	atomic_bool stop = false;
	int64_t done = 0;

	double began = cpu_s();
	for (int i = 0; i < CLIENTS; i++) {
		clients[i].stop = &stop;
		clients[i].done = 0;
		pthread_create(&clients[i].thread, NULL, log_in_away, &clients[i]);
	}
	usleep(ROUND_MS * 1000);
	atomic_store(&stop, true);
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		done += clients[i].done;
	}
	return rate(done, began);
}

/* ---- setting up
 * ---------------------------------------------------------------------------------------------------------
 */

static void make_client(struct people *p, struct client *k, int number, const char *path)
{
	struct ctx *c = p->c;
	char phone[16];
	int64_t subject_id;

	*k = (struct client){.number = number};
	snprintf(k->path, sizeof(k->path), "%s", path);
	snprintf(k->username, sizeof(k->username), "citizen%d", number);
	snprintf(phone, sizeof(phone), "129000001%02d", number);
	assert_ok(installation_new(c, "web", k->token, &c->installation_id));
	agree_for(c, 0);
	consent_for(c, 0, "account");
	struct typed form[] = {{"username", slice_of(k->username)},
			       {"mobile_phone", slice_of(phone)},
			       {"password", slice_of(password)}};
	assert_ok(register_person(c, form, 3, "127.0.0.1", &subject_id));
}

static struct http_server *serve(struct people *p, const char *path)
{
	struct api_options o = {.clock = p->clock,
				.store = p->c->store,
				.keys = p->c->keys,
				.ledger = p->c->ledger,
				.release = p->release};
	struct api *api = api_new(&o);
	char listen[120], message[200];
	size_t count;

	snprintf(listen, sizeof(listen), "unix:%s", path);
	const struct http_route *routes = api_http_routes(api, &count);
	struct http_options h = {.listen = listen,
				 .slow_workers = 16,
				 .slow_queue_max = 256,
				 .user = api,
				 .problem = api_server_problem};
	struct http_server *s = http_start(&h, routes, count, message);
	if (!s) {
		fprintf(stderr, "%s\n", message);
		exit(3);
	}
	return s;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

int main(void)
{
	struct people *p = people_new("nantong");
	struct client clients[CLIENTS];
	char path[108], hash[PASSWORD_HASH_SIZE];
	double logins[ROUNDS], bare[ROUNDS], ratios[ROUNDS];

	snprintf(path, sizeof(path), "%s/socket", p->place.dir);
	for (int i = 0; i < CLIENTS; i++)
		make_client(p, &clients[i], i, path);
	clock_advance_to(p->clock, p->c->now_ms);
	if (failed(ledger_sequencer_start(p->c, p->c->ledger)))
		return 3;
	if (failed(password_hash(p->c, slice_of(password), hash)))
		return 3;
	struct http_server *s = serve(p, path);
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = bare_rate(hash);
		logins[i] = login_rate(clients);
		ratios[i] = logins[i] / bare[i];
	}
	http_stop(s);
	double value = median(logins), reference = median(bare), ratio = median(ratios);
	printf("{\"name\":\"login\",\"value\":%.1f,\"unit\":\"logins per processor "
	       "second\",\"reference\":\"bare Argon2id\","
	       "\"reference_value\":%.1f,\"ratio\":%.3f,\"aim\":0.95,\"met\":%s}\n",
	       value, reference, ratio, ratio >= 0.95 ? "true" : "false");
	people_free(p);
	return 0;
}
