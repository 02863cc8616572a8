/* CPU time of a small GET: this project's server against libmicrohttpd, each in a process of its own, under
 * the same load of keep-alive connections that each wait for their answer. The rounds alternate, the medians
 * are compared.
 *
 * libmicrohttpd answers in its one epoll thread. So do our routes marked HTTP_INLINE: that is the like for
 * like. All other routes go to a worker and back, so that their handlers may block; the second line is
 * theirs. The last two are for one connection alone, which shares its wake-ups of threads with nobody: the
 * worst case of the handing over, without an aim. */
#include "http/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 32, REQUESTS = 40000, REQUESTS_ALONE = 10000, WARM_UP = 2000, ROUNDS = 9 };

static const char body[] = "{\"status\":\"ok\",\"service\":\"city\",\"version\":\"1.0.0\",\"citizen\":{"
			   "\"id\":\"1\",\"locale\":\"zh-CN\"}}";
static const char question[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";

/* ---- the two servers ---- */

static void say_hello(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	buf_add(&a->body, body, sizeof body - 1);
}

static int start_ours(int flags)
{
	const struct http_route route = {"GET", "/hello", say_hello, NULL, HTTP_FAST, flags, 0};
	struct http_options o = {.listen = "127.0.0.1:0"};
	char message[200] = "";
	struct http_server *s = http_start(&o, &route, 1, message);

	if (!s) {
		fprintf(stderr, "%s\n", message);
		exit(3);
	}
	return http_port(s);
}

static int start_inline(void)
{
	return start_ours(HTTP_INLINE);
}

static int start_handed(void)
{
	return start_ours(0);
}

static enum MHD_Result answer(void *user, struct MHD_Connection *c, const char *url, const char *method,
			      const char *version, const char *data, size_t *size, void **state)
{
	(void)user, (void)method, (void)version, (void)data, (void)size;
	if (strcmp(url, "/hello") != 0)
		return MHD_NO;
	if (!*state) { /* the first call is for the head alone; an answer to it would close the connection */
		*state = c;
		return MHD_YES;
	}
	struct MHD_Response *r = MHD_create_response_from_buffer(sizeof body - 1, (void *)(uintptr_t)body,
								 MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(r, "Content-Type", "application/json; charset=utf-8");
	enum MHD_Result queued = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return queued;
}

static int start_reference(void)
{
	struct MHD_Daemon *d =
		MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_END);

	if (!d)
		exit(3);
	return MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
}

struct child {
	pid_t pid;
	int port;
	clockid_t clock;
};

static struct child spawn(int (*start)(void))
{
	int pipes[2];
	struct child c = {0};

	if (pipe(pipes) != 0)
		exit(3);
	c.pid = fork();
	if (c.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int port = start();
		if (write(pipes[1], &port, sizeof port) != sizeof port)
			_exit(3);
		for (;;)
			pause();
	}
	if (c.pid < 0 || read(pipes[0], &c.port, sizeof c.port) != sizeof c.port ||
	    clock_getcpuclockid(c.pid, &c.clock) != 0)
		exit(3);
	close(pipes[0]);
	close(pipes[1]);
	return c;
}

/* ---- the load ---- */

static void ask(int fd)
{
	if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) != (ssize_t)sizeof question - 1)
		exit(3);
}

static void connect_all(int port, int epoll, int connections)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < connections; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
		    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			exit(3);
		ask(fd);
	}
}

/* Answers are small: each comes in one piece. */
static void hear(int fd)
{
	char text[2048];
	ssize_t n = recv(fd, text, sizeof text, 0);

	if (n < 15 || memcmp(text, "HTTP/1.1 200 OK", 15) != 0 || text[n - 1] != '}') {
		fprintf(stderr, "a bad answer of %zd bytes: %.*s\n", n, n > 0 ? (int)n : 0, text);
		exit(3);
	}
}

static double cpu_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* CPU µs of the server for one request. */
static double measure(const struct child *c, int connections, int requests)
{
	int epoll = epoll_create1(0), fds[CONNECTIONS], count = 0;
	struct epoll_event events[CONNECTIONS];
	double began = 0;

	connect_all(c->port, epoll, connections);
	for (int done = 0; done < WARM_UP + requests;) {
		int n = epoll_wait(epoll, events, CONNECTIONS, 5000);
		if (n <= 0)
			exit(3);
		for (int i = 0; i < n; i++, done++) {
			if (done == WARM_UP)
				began = cpu_us(c->clock);
			hear(events[i].data.fd);
			if (done < WARM_UP + requests - connections)
				ask(events[i].data.fd);
			else if (count < CONNECTIONS)
				fds[count++] = events[i].data.fd;
		}
	}
	double used = cpu_us(c->clock) - began;
	for (int i = 0; i < count; i++)
		close(fds[i]);
	close(epoll);
	return used / requests;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

static void report(const char *name, double value, double reference, double aim)
{
	double ratio = value / reference;

	printf("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"us\",\"reference\":\"libmicrohttpd\","
	       "\"reference_value\":%.2f,\"ratio\":%.2f,",
	       name, value, reference, ratio);
	if (aim > 0)
		printf("\"aim\":%.1f,\"met\":%s}\n", aim, ratio <= aim ? "true" : "false");
	else
		printf("\"aim\":null,\"met\":null}\n");
}

enum { INLINE, HANDED, REFERENCE, SERVERS };

static void compare_servers(const struct child servers[static SERVERS], int connections, int requests,
			    const char *const names[static REFERENCE], double aim)
{
	double us[SERVERS][ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < SERVERS; i++)
			us[i][round] = measure(&servers[i], connections, requests);
	}
	double reference = median(us[REFERENCE]);
	for (int i = INLINE; i < REFERENCE; i++)
		report(names[i], median(us[i]), reference, aim);
}

int main(void)
{
	int (*const starts[SERVERS])(void) = {start_inline, start_handed, start_reference};
	static const char *const names[] = {"http_small_get_cpu", "http_small_get_worker_cpu"},
				 *const alone[] = {"http_small_get_cpu_one_connection",
						   "http_small_get_worker_cpu_one_connection"};
	struct child servers[SERVERS];

	for (int i = 0; i < SERVERS; i++)
		servers[i] = spawn(starts[i]);
	compare_servers(servers, CONNECTIONS, REQUESTS, names, 1.2);
	compare_servers(servers, 1, REQUESTS_ALONE, alone, 0);
	for (int i = 0; i < SERVERS; i++) {
		kill(servers[i].pid, SIGKILL);
		waitpid(servers[i].pid, NULL, 0);
	}
	return 0;
}
