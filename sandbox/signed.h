/* Signatures between a server and the sandbox: RFC 9421 with RFC 9530 digests, Ed25519. */
#pragma once

#include "world.h"

/* Reads DIR/sandbox.key, or makes it together with DIR/sandbox.pub. */
bool keys_open(struct world *w, const char *dir);

/* True when one of the known servers signed the request. Their key files are read each time: a server may be
 * set up later. */
bool request_is_signed(struct world *w, const struct http_request *q);

/* Adds the fields that sign the answer; forged: over another body. */
void answer_sign(struct world *w, const struct http_request *q, struct http_response *a, bool forged);
