/* problem+json (RFC 9457): the one place where error codes become HTTP statuses and reasons. */
#pragma once

#include "base/ctx.h"
#include "http/http.h"

/* Status of a code. */
int problem_status(const struct failure *f);
/* Replaces whatever the body held by the problem document of c->failure. */
void problem_write(const struct failure *f, struct http_response *a);
/* The problem of a request that the HTTP server refuses itself, under exactly that status. */
void problem_of_server(int status, struct http_response *a);
