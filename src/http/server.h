/* What the files of this module share: the server, its loops, and a request on its way to a worker and back.
 */
#pragma once

#include "http/deadline.h"
#include "http/message.h"
#include "http/pool.h"
#include "http/respond.h"
#include "http/router.h"
#include <netinet/in.h>
#include <stdatomic.h>
#include <time.h>
#include <uv.h>

struct connection;
struct job;

union stream {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct loop {
	struct http_server *server;
	uv_loop_t uv;
	uv_thread_t thread;
	bool running; /* the thread was started */
	union stream listener;
	uv_timer_t ticker;
	uv_prepare_t before_sleep;
	uv_check_t after_sleep;
	struct work_list to_fast, to_slow; /* given to the pools before the loop sleeps */
	struct job *spare;		   /* kept for the next requests */
	int spare_count;
	struct arena *arena; /* of handlers that run in the loop */
	uv_async_t wake;
	_Atomic(struct job *) done; /* answered jobs, newest first: workers push, the loop takes all */
	atomic_bool asleep;	    /* an answer has to wake it */
	struct wheel wheel;
	size_t connections;
	bool draining;
	uint64_t drain_end; /* tick */
	time_t date_at;
	char date[40]; /* the whole Date line */
};

struct http_server {
	struct http_options options; /* defaults filled in */
	struct router *router;
	struct pool *fast, *slow;
	struct loop *loops;
	int listener_fd, port;
	char socket_path[108]; /* empty on TCP */
	atomic_bool stopping;
	atomic_int connections;
	atomic_llong requests, refused;
};

/* A request between its head and its answer. A worker gets the job, never the connection. */
struct job {
	struct work work;
	struct job *next_done;	       /* also of the spare ones */
	struct connection *connection; /* of the loop's thread only; NULL once the peer is gone */
	struct loop *loop;
	struct message message;
	const struct http_route *route;
	struct slice path, query, params[ROUTE_PARAMS_MAX];
	char peer[INET6_ADDRSTRLEN];
	uint64_t arrived_ns;
	struct http_response response;
};

/* A job for a head that has passed the gate. NULL and a status in *ret_status when it is refused. */
struct job *job_new(struct loop *l, struct slice head, int *ret_status);
/* On its loop's thread, or when that has ended; j may be NULL. */
void job_free(struct job *j);
/* Calls the handler. */
void job_answer(struct job *j, struct arena *arena);
void job_spares_free(struct loop *l);

/* Once the loop's handles may be made; before they are closed. */
void handoff_start(struct loop *l);
void handoff_end(struct loop *l);
/* To the route's pool, or a 503 to its connection, before the loop sleeps. */
void handoff_add(struct job *j);
/* Gives the answers that have come to their connections. */
void handoff_take_answers(struct loop *l);
/* Runs on a worker: answers, then hands the job back to its loop. */
void job_run(struct work *w, struct arena *arena);

/* Fills a response that the server itself gives. */
void problem_response(struct http_server *s, int status, struct http_response *ret);

/* Takes one connection from the listener. */
void connection_accept(struct loop *l);
/* The answer of a job came back. */
void connection_answer(struct job *j);
/* Closes a handle's connection: any, or only one that waits for a request. */
void connection_close(uv_handle_t *h, bool idle_only);
void connection_expired(struct deadline *d);
