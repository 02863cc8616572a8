#include "connectors/scanner.h"
#include "base/buf.h"
#include "connectors/internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAIT_S = 10, CHUNK = 1 << 16, REPLY_MAX = 512, READS_MAX = 16 };
#define LOOPBACK "127.0.0.1:"

static int port_of(const char *address)
{
	int64_t port = 0;
	bool loopback = strncmp(address, LOOPBACK, sizeof LOOPBACK - 1) == 0;

	if (!loopback || !slice_int(slice_of(address + sizeof LOOPBACK - 1), &port) || port < 1 ||
	    port > 65535)
		return 0;
	return (int)port;
}

bool scanner_address_ok(const char *address)
{
	return address[0] == '/' ? strlen(address) < sizeof((struct sockaddr_un){0}).sun_path
				 : port_of(address) != 0;
}

bool scanner_known(const struct connectors *k)
{
	return k && k->scanner;
}

/* ---- the socket ---- */

static void close_socket(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define SOCKET_SCOPED __attribute__((cleanup(close_socket))) int

static int join_unix(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close_socket(&fd);
	return -1;
}

static int join_port(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close_socket(&fd);
	return -1;
}

static int join(const char *address)
{
	const struct timeval wait = {.tv_sec = WAIT_S};
	int fd = address[0] == '/' ? join_unix(address) : join_port(port_of(address));

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	return fd;
}

static bool send_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Each part with its length in network order before it; length 0 ends them. */
static bool send_stream(int fd, struct slice bytes)
{
	static const char command[] = "zINSTREAM";

	if (!send_all(fd, command, sizeof command))
		return false;
	for (size_t at = 0, n; at < bytes.n; at += n) {
		n = bytes.n - at < CHUNK ? bytes.n - at : CHUNK;
		uint32_t size = htonl((uint32_t)n);
		if (!send_all(fd, &size, sizeof size) || !send_all(fd, bytes.p + at, n))
			return false;
	}
	return send_all(fd, &(uint32_t){0}, sizeof(uint32_t));
}

/* Up to its NUL; "" when it does not come. */
static void read_reply(int fd, char ret[static REPLY_MAX])
{
	size_t n = 0;

	for (int i = 0; i < READS_MAX && n < REPLY_MAX - 1; i++) {
		ssize_t got = recv(fd, ret + n, REPLY_MAX - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (memchr(ret, '\0', n))
			return;
	}
	ret[0] = '\0';
}

/* ---- the answer ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* What was found is not told on: nothing that says what somebody's file held is kept. */
err scanner_finds(struct ctx *c, struct slice bytes, bool *ret_malware)
{
	SOCKET_SCOPED fd = scanner_known(c->connectors) ? join(c->connectors->scanner) : -1;
	char reply[REPLY_MAX] = "";

	if (fd >= 0 && send_stream(fd, bytes))
		read_reply(fd, reply);
	if (strcmp(reply, "stream: OK") != 0 && !ends_with(reply, " FOUND"))
		FAIL(c, ERR_AUTHORITY, "文件暂时不能查毒，没有保存，请稍后再试");
	*ret_malware = ends_with(reply, " FOUND");
	return OK;
}
