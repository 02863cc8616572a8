/* The log of use: what is written down by itself while services are used, of the kinds that the city's policy
 * lists and of no other (TJ-1.1.24.1.0, NT-1.2.2.2). Which items those are says the city's service "use_log";
 * sensitive ones are written only after the person's own consent (TJ-1.1.24.0). Each record lies sealed in
 * the vault, is the person's to see, and ends by itself when the period of its category is over. */
#pragma once

#include "services/form.h"

/* What the server itself knows of the one who calls. */
struct use_client {
	struct slice agent;  /* of the client program; p NULL: it says nothing */
	const char *address; /* of the network */
};

struct use_written {
	int64_t record_id; /* 0: nothing was written */
	struct itemset items;
};

/* A person opens a service. fields: what the client tells of itself (configuration, version); whatever the
 * city does not list is dropped on entry, or refused as not_declared where the city says so (use_log.unknown,
 * NT-1.2.2.0). Written only where the gate allows all of it; otherwise nothing is, without an error. */
err use_log_open(struct ctx *c, int64_t subject_id, const char *service, const struct form_field *fields,
		 size_t count, const struct use_client *client, struct use_written *ret);
/* The visit is over: its duration joins the record. ERR_NOT_FOUND for another person's. Saying it twice
 * changes nothing. */
err use_log_close(struct ctx *c, int64_t subject_id, int64_t record_id);

/* One item that arose elsewhere: an account that was written to (TJ-1.1.24.1.2), what a picture says of its
 * place and time (TJ-1.1.24.1.3). record_id: of what it is about; 0: a record of
 * its own. Nothing is written where the city does not list it, or the person did not
 * agree. */
err use_log_note(struct ctx *c, int64_t subject_id, int64_t record_id, const char *item, struct slice value);

/* OK when the log of this person is written; else why not, with the next step. */
err use_log_allowed(struct ctx *c, int64_t subject_id);
/* The person's log with masked values, rows of one record after the other. One entry unless there is nothing.
 */
err use_log_list(struct ctx *c, int64_t subject_id, held_fn fn, void *arg);
