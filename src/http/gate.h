/* The byte check that runs before llhttp. llhttp 8 in strict mode still takes a space before Content-Length's
 * colon, bare LF and a last chunk "0 CR LF LF": each of them can make us and a proxy in front disagree about
 * where a request ends. Here every byte of a head and of the chunk framing is looked at; both parsers must
 * then agree about the end.
 *
 * Pure functions over bytes, so that they can be fuzzed alone. */
#pragma once

#include "base/slice.h"

enum { HEAD_MAX_BYTES = 16384, HEAD_MAX_FIELDS = 64, CHUNK_MAX_HEX_DIGITS = 7 };

/* Results besides an HTTP status to refuse with. */
enum { GATE_MORE = 0, GATE_WHOLE = 1 };

struct head_gate {
	size_t line; /* where the line being read starts */
	size_t scan; /* up to where line ends were looked for */
	unsigned lines;
};

/* Looks at the lines that arrived since the last call; bytes starts at the head. GATE_MORE, GATE_WHOLE with
 * the head's size (its empty line included) in *ret_size, or 400 or 431. Source: RFC 9112 sections 2.2, 3, 5.
 */
int head_gate_check(struct head_gate *g, struct slice bytes, size_t *ret_size);

struct chunk_gate {
	int state;
	size_t left; /* of the chunk being read */
	unsigned digits;
};

/* Follows a chunked body. GATE_MORE, GATE_WHOLE with the number of bytes up to its end in *ret_used, or 400.
 * No extensions, no trailers: nobody who talks to this server needs them. Source: RFC 9112 section 7.1. */
int chunk_gate_check(struct chunk_gate *g, struct slice bytes, size_t *ret_used);

/* A Host value: reg-name, IPv4 or [IPv6], with an optional port. */
bool host_is_valid(struct slice host);
