/* One request as it arrives: a copy of its head, the fields in it, and its body. */
#pragma once

#include "base/buf.h"
#include "http/gate.h"
#include <llhttp.h>

struct field {
	struct slice name, value;
};

struct message {
	struct slice method, target;
	struct field fields[HEAD_MAX_FIELDS];
	size_t field_count;
	bool keep_alive, expects_continue, chunked;
	uint64_t content_length;
	bool head_done, complete;
	struct buf body; /* its max_size is set by the caller before the first byte of body */

	int refusal; /* why a callback of the parser refused */
	llhttp_t parser;
	struct chunk_gate chunks;
	size_t raw_size; /* bytes of body with their framing */
	char *head;	 /* kept from message to message, like its capacity */
	size_t head_capacity;
};

/* Parses a head that has passed the gate into m, which is zeroed or held a message before: 0, or the status
 * to refuse with. */
int message_read_head(struct message *m, struct slice head);
/* Wipes the body, which may hold a password, and gives its memory back. */
void message_clear(struct message *m);
void message_release(struct message *m);

/* One message by itself. NULL and a status in *ret_status when it is refused. */
struct message *message_new(struct slice head, int *ret_status);
void message_free(struct message *m);

/* Takes bytes of the body, *ret_used of them; 0, or the status to refuse with. Sets complete at its end. */
int message_read_body(struct message *m, struct slice bytes, size_t *ret_used);

/* Value of the first field of that name; p NULL when missing. */
struct slice message_field(const struct message *m, const char *name);
