/* What the tests of this module share: a server with a route of every kind, and a client that sends raw
 * bytes. */
#pragma once

#include "http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

#define HOST "Host: x\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"
#define POST_ECHO "POST /echo HTTP/1.1\r\n" HOST

/* What takes a moment must not take as long as this, on a machine that does much else besides. */
enum { LONG_MS = 20000, ANSWER_SIZE = 65536 };

/* Handlers of /block and /occupy that run, and whether they may end; server_start sets both back. */
extern atomic_int running, released;
extern const struct http_route routes[];

struct http_server *server_start(struct http_options o);
/* For cmocka: *state is a server with two loops. */
int server_setup(void **state);
int server_teardown(void **state);

int dial(const struct http_server *s);
void say(int fd, const char *text, size_t n);
/* Reads until `count` whole answers (with their Content-Length) or the end have come; true when the server
 * closed. */
bool hear(int fd, char ret[static ANSWER_SIZE], int count);
int status_of(const char *answer);
/* Sends raw bytes; the status of the answer, -status when the server closed after it, 0 when there was none.
 */
int ask_bytes(const struct http_server *s, const char *raw, size_t n, char ret[static ANSWER_SIZE]);
int ask(const struct http_server *s, const char *raw);
void assert_body(const char *answer, const char *body);

int64_t now_ms(void);
/* Until the number is reached. */
void wait_for(atomic_int *what, int value);
