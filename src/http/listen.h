/* Listening sockets. */
#pragma once

#include "http/server.h"

/* Opens o->listen into s->listener_fd, s->port and s->socket_path; false with a text in ret_message. */
bool listener_open(struct http_server *s, char ret_message[static 200]);
