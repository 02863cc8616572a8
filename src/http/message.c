#include "http/message.h"

#include <stdlib.h>
#include <strings.h>

#ifdef TB_ARENA_MALLOC
enum { HEAD_USUAL_BYTES = 0 }; /* the sanitizers see what lies behind a head */
#else
enum { HEAD_USUAL_BYTES = 2048 }; /* a browser's head with its cookies */
#endif

static bool is_name(struct slice name, const char *wanted)
{
	size_t n = strlen(wanted);
	return name.n == n && strncasecmp(name.p, wanted, n) == 0;
}

static int refuse_with(llhttp_t *p, int status)
{
	((struct message *)p->data)->refusal = status;
	return -1;
}

/* The head is parsed in one piece, so a value that comes in two places was folded: refused. */
static bool extend(struct slice *s, const char *at, size_t n)
{
	if (!s->p)
		s->p = at;
	if (s->p + s->n != at)
		return false;
	s->n += n;
	return true;
}

static int on_url(llhttp_t *p, const char *at, size_t n)
{
	struct message *m = p->data;
	return extend(&m->target, at, n) ? 0 : -1;
}

static int on_field(llhttp_t *p, const char *at, size_t n)
{
	struct message *m = p->data;

	if (m->head_done || m->field_count == HEAD_MAX_FIELDS) /* a trailer */
		return refuse_with(p, 400);
	return extend(&m->fields[m->field_count].name, at, n) ? 0 : -1;
}

static int on_value(llhttp_t *p, const char *at, size_t n)
{
	struct message *m = p->data;

	if (m->head_done || m->field_count == HEAD_MAX_FIELDS)
		return refuse_with(p, 400);
	return extend(&m->fields[m->field_count].value, at, n) ? 0 : -1;
}

static int on_value_complete(llhttp_t *p)
{
	struct message *m = p->data;

	if (m->head_done || m->field_count == HEAD_MAX_FIELDS || m->fields[m->field_count].name.n == 0)
		return refuse_with(p, 400);
	struct slice *value = &m->fields[m->field_count].value;
	while (value->n > 0 && (value->p[value->n - 1] == ' ' || value->p[value->n - 1] == '\t'))
		value->n--;
	if (!value->p)
		value->p = "";
	if (++m->field_count < HEAD_MAX_FIELDS)
		m->fields[m->field_count] = (struct field){0};
	return 0;
}

static bool is_decimal(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0 && s.n <= 15;
}

struct framing {
	unsigned hosts, lengths, encodings;
};

/* 0, or the status to refuse with. */
static int check_framing_field(struct message *m, const struct field *f, struct framing *seen)
{
	if (is_name(f->name, "host")) {
		seen->hosts++;
		return host_is_valid(f->value) ? 0 : 400;
	}
	if (is_name(f->name, "content-length")) {
		seen->lengths++;
		return is_decimal(f->value) ? 0 : 400;
	}
	if (is_name(f->name, "transfer-encoding")) {
		seen->encodings++;
		return is_name(f->value, "chunked") ? 0 : 501;
	}
	if (is_name(f->name, "expect")) {
		m->expects_continue = true;
		return is_name(f->value, "100-continue") ? 0 : 417;
	}
	return 0;
}

/* RFC 9112 sections 3.2 and 6: one Host; a length or chunks, each once, never both; no chunks in HTTP/1.0. */
static int on_headers_complete(llhttp_t *p)
{
	struct message *m = p->data;
	struct framing seen = {0};

	for (size_t i = 0; i < m->field_count; i++) {
		int status = check_framing_field(m, &m->fields[i], &seen);
		if (status)
			return refuse_with(p, status);
	}
	if (seen.hosts != 1 || seen.lengths + seen.encodings > 1 || p->upgrade)
		return refuse_with(p, 400);
	if (seen.encodings > 0 && p->http_minor == 0)
		return refuse_with(p, 400);
	m->chunked = seen.encodings > 0;
	m->content_length = seen.lengths > 0 ? p->content_length : 0;
	m->keep_alive = p->http_minor == 1 && llhttp_should_keep_alive(p);
	m->head_done = true;
	return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	struct message *m = p->data;

	if (n > m->body.max_size - m->body.size)
		return refuse_with(p, 413);
	buf_add(&m->body, at, n);
	return m->body.failed ? refuse_with(p, 413) : 0;
}

/* Refused by the announced size, before its bytes come. */
static int on_chunk_header(llhttp_t *p)
{
	struct message *m = p->data;
	return p->content_length > m->body.max_size - m->body.size ? refuse_with(p, 413) : 0;
}

static int on_chunk_extension(llhttp_t *p, const char *at, size_t n)
{
	(void)at;
	(void)n;
	return refuse_with(p, 400);
}

/* Pausing leaves the parser exactly behind the message: what follows is the next one's. */
static int on_message_complete(llhttp_t *p)
{
	((struct message *)p->data)->complete = true;
	return HPE_PAUSED;
}

/* The same for all servers of a process: a second one starts while the first parses. */
static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_chunk_header = on_chunk_header,
	.on_chunk_extension_name = on_chunk_extension,
	.on_message_complete = on_message_complete,
};

static int refusal_of(const struct message *m)
{
	return m->refusal ? m->refusal : 400;
}

static void copy_head(struct message *m, struct slice head)
{
	if (m->head_capacity < head.n) {
		free(m->head);
		m->head_capacity = head.n > HEAD_USUAL_BYTES ? head.n : HEAD_USUAL_BYTES;
		m->head = malloc(m->head_capacity);
		if (!m->head)
			abort();
	}
	memcpy(m->head, head.p, head.n);
}

static bool parse_head(struct message *m, size_t size)
{
	llhttp_init(&m->parser, HTTP_REQUEST, &settings);
	m->parser.data = m;
	llhttp_errno_t e = llhttp_execute(&m->parser, m->head, size);
	if (e == HPE_PAUSED && m->complete)
		return llhttp_get_error_pos(&m->parser) == m->head + size;
	return e == HPE_OK && m->head_done;
}

/* Fields behind field_count are not looked at, so that the table need not be emptied. */
static void reset(struct message *m)
{
	m->method = m->target = (struct slice){0};
	m->fields[0] = (struct field){0};
	m->field_count = 0;
	m->keep_alive = m->expects_continue = m->chunked = false;
	m->content_length = 0;
	m->head_done = m->complete = false;
	m->refusal = 0;
	m->chunks = (struct chunk_gate){0};
	m->raw_size = 0;
	buf_init(&m->body, 0);
}

int message_read_head(struct message *m, struct slice head)
{
	message_clear(m);
	reset(m);
	copy_head(m, head);
	if (!parse_head(m, head.n))
		return refusal_of(m);
	size_t method_size = 0;
	while (m->head[method_size] != ' ')
		method_size++;
	m->method = (struct slice){m->head, method_size};
	return 0;
}

void message_clear(struct message *m)
{
	if (m->body.size > 0)
		explicit_bzero(m->body.data, m->body.size);
	buf_release(&m->body);
	if (m->head_capacity > HEAD_USUAL_BYTES)
		message_release(m);
}

void message_release(struct message *m)
{
	buf_release(&m->body);
	free(m->head);
	m->head = NULL;
	m->head_capacity = 0;
}

struct message *message_new(struct slice head, int *ret_status)
{
	struct message *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	int status = message_read_head(m, head);
	if (status == 0)
		return m;
	*ret_status = status;
	message_free(m);
	return NULL;
}

void message_free(struct message *m)
{
	if (!m)
		return;
	message_release(m);
	free(m);
}

/* The bytes that belong to this body, as far as the framing shows: llhttp gets no byte behind the end that
 * the gate saw. */
static int limit_to_body(struct message *m, struct slice bytes, size_t *ret_size, bool *ret_last)
{
	if (m->chunked) {
		size_t used = bytes.n;
		int result = chunk_gate_check(&m->chunks, bytes, &used);
		if (result > GATE_WHOLE)
			return result;
		*ret_size = used;
		*ret_last = result == GATE_WHOLE;
		return 0;
	}
	uint64_t left = m->content_length - m->raw_size;
	*ret_last = bytes.n >= left;
	*ret_size = *ret_last ? (size_t)left : bytes.n;
	return 0;
}

int message_read_body(struct message *m, struct slice bytes, size_t *ret_used)
{
	size_t size = 0;
	bool last = false;
	int status = limit_to_body(m, bytes, &size, &last);

	if (status)
		return status;
	llhttp_errno_t e = llhttp_execute(&m->parser, bytes.p, size);
	if (e != HPE_OK && !(e == HPE_PAUSED && m->complete))
		return refusal_of(m);
	if (m->complete != last || (last && llhttp_get_error_pos(&m->parser) != bytes.p + size))
		return 400; /* the two disagree about where the body ends */
	m->raw_size += size;
	if (m->chunked && m->raw_size - m->body.size > HEAD_MAX_BYTES + m->body.size / 4)
		return 400; /* mostly framing: no honest client */
	*ret_used = size;
	return 0;
}

struct slice message_field(const struct message *m, const char *name)
{
	for (size_t i = 0; i < m->field_count; i++) {
		if (is_name(m->fields[i].name, name))
			return m->fields[i].value;
	}
	return (struct slice){0};
}
