#include "http/listen.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool complain(char ret_message[static 200], const char *what)
{
	snprintf(ret_message, 200, "%s: %s", what, strerror(errno));
	return false;
}

/* A socket file that nobody listens on was left behind by a killed server. */
static void remove_stale_socket(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (stat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED)
		unlink(address->sun_path);
	close(fd);
}

static bool bind_socket(struct http_server *s, const struct sockaddr *address, socklen_t size,
			char *ret_message)
{
	int one = 1;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return complain(ret_message, "socket");
	if (address->sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, address, size) != 0 || listen(fd, SOMAXCONN) != 0) {
		complain(ret_message, s->options.listen);
		close(fd);
		return false;
	}
	s->listener_fd = fd;
	return true;
}

static bool open_unix(struct http_server *s, const char *path, char *ret_message)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) == 0 || strlen(path) >= sizeof address.sun_path) {
		snprintf(ret_message, 200, "the path of the socket is empty or too long");
		return false;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	remove_stale_socket(&address);
	if (!bind_socket(s, (struct sockaddr *)&address, sizeof address, ret_message))
		return false;
	chmod(path, 0660); /* the edge's group may connect, nobody else */
	memcpy(s->socket_path, path, strlen(path) + 1);
	return true;
}

/* "127.0.0.1:8080" or "[::1]:8080" */
static bool parse_address(const char *text, struct sockaddr_storage *ret, socklen_t *ret_size)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	int64_t port = 0;

	if (!colon || (size_t)(colon - text) >= sizeof host || !slice_int(slice_of(colon + 1), &port) ||
	    port < 0 || port > 65535)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	size_t n = strlen(host);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		*ret_size = sizeof(struct sockaddr_in6);
		return uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)ret) == 0;
	}
	*ret_size = sizeof(struct sockaddr_in);
	return uv_ip4_addr(host, (int)port, (struct sockaddr_in *)ret) == 0;
}

static bool open_tcp(struct http_server *s, char *ret_message)
{
	struct sockaddr_storage address = {0};
	socklen_t size = 0;

	if (!parse_address(s->options.listen, &address, &size)) {
		snprintf(ret_message, 200, "listen is not address:port");
		return false;
	}
	if (!bind_socket(s, (struct sockaddr *)&address, size, ret_message))
		return false;
	getsockname(s->listener_fd, (struct sockaddr *)&address, &size);
	s->port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
						     : ((struct sockaddr_in6 *)&address)->sin6_port);
	return true;
}

bool listener_open(struct http_server *s, char ret_message[static 200])
{
	const char *listen_on = s->options.listen;

	if (strncmp(listen_on, "unix:", 5) == 0)
		return open_unix(s, listen_on + 5, ret_message);
	return open_tcp(s, ret_message);
}
