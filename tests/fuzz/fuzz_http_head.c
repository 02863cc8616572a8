/* The byte check of heads and chunks, then llhttp behind it: no input may crash them, the same bytes must be
 * judged alike however they were split, and what passes must be one unambiguous message. */
#include "http/message.h"

#include <stdlib.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
	if (!what)
		abort();
}

/* Gives the gate the head in pieces of `step` bytes. */
static int check_in_steps(struct slice bytes, size_t step, size_t *ret_size)
{
	struct head_gate g = {0};
	int result = GATE_MORE;

	for (size_t n = step; result == GATE_MORE; n += step) {
		bool last = n >= bytes.n;
		result = head_gate_check(&g, (struct slice){bytes.p, last ? bytes.n : n}, ret_size);
		if (last)
			break;
	}
	return result;
}

static void check_message(const struct message *m, size_t head_size)
{
	int hosts = 0;

	for (size_t i = 0; i < m->field_count; i++) {
		struct slice name = m->fields[i].name, value = m->fields[i].value;
		require(name.n > 0 && name.p > m->head && name.p + name.n < m->head + head_size);
		require(!memchr(value.p, '\n', value.n) && !memchr(value.p, '\r', value.n) &&
			!memchr(value.p, 0, value.n));
		hosts += name.n == 4 && strncasecmp(name.p, "host", 4) == 0;
	}
	require(hosts == 1 && m->target.n > 0 && m->target.p[0] == '/');
	require(!(m->chunked && m->content_length > 0));
}

static void read_body(struct message *m, struct slice bytes, size_t step)
{
	m->body.max_size = 4096;
	while (bytes.n > 0 && !m->complete) {
		struct slice piece = {bytes.p, step < bytes.n ? step : bytes.n};
		size_t used = 0;
		if (message_read_body(m, piece, &used) != 0)
			return;
		require(used == piece.n || m->complete);
		bytes = (struct slice){bytes.p + used, bytes.n - used};
	}
	require(m->body.size <= 4096);
	if (m->complete && !m->chunked)
		require(m->body.size == m->content_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t whole_size = 0, split_size = 0;

	if (size < 2)
		return 0;
	size_t step = data[0] % 32 + 1U;
	struct slice bytes = {(const char *)data + 1, size - 1};
	int whole = check_in_steps(bytes, bytes.n, &whole_size);
	int split = check_in_steps(bytes, step, &split_size);
	require(whole == split && whole_size == split_size);
	if (whole != GATE_WHOLE)
		return 0;
	int status = 0;
	struct message *m = message_new((struct slice){bytes.p, whole_size}, &status);
	require(m || status >= 400);
	if (!m)
		return 0;
	check_message(m, whole_size);
	read_body(m, (struct slice){bytes.p + whole_size, bytes.n - whole_size}, step);
	message_free(m);
	return 0;
}
