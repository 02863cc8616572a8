/* Numbers for operators, in the text form of Prometheus, on a listener of their own that nobody outside
 * reaches. Counts only: no person, no address of a request, no service. */
#pragma once

#include "cli/cli.h"
#include "http/http.h"

struct metrics;

/* listen as for http_start. server is the one that is counted; k is open and outlives the metrics. NULL with
 * a message when it cannot listen. */
struct metrics *metrics_start(struct cli *k, const struct http_server *server, const char *listen,
			      char ret_message[static 200]);
void metrics_stop(struct metrics *m);
