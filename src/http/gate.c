#include "http/gate.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 9110 section 5.6.2. As bits: every byte of every field name is looked up. */
static bool is_token_char(char c)
{
	static const uint64_t bits[4] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe};
	unsigned char u = (unsigned char)c;

	return bits[u / 64] >> u % 64 & 1;
}

/* Field content: visible ASCII, obs-text, space and tab. */
static bool is_value_char(char c)
{
	unsigned char u = (unsigned char)c;
	return (u >= 0x20 && u != 0x7f) || u == '\t';
}

/* Only the origin form: this server is nobody's proxy. */
static bool request_line_is_valid(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] >= 'A' && line.p[i] <= 'Z')
		i++;
	if (i == 0 || i > 16 || line.n - i < 2 || line.p[i] != ' ' || line.p[i + 1] != '/')
		return false;
	i++;
	while (i < line.n && line.p[i] > 0x20 && line.p[i] < 0x7f)
		i++;
	struct slice version = {line.p + i, line.n - i};
	return slice_is(version, " HTTP/1.1") || slice_is(version, " HTTP/1.0");
}

static bool field_line_is_valid(struct slice line)
{
	size_t i = 0;

	while (i < line.n && is_token_char(line.p[i]))
		i++;
	if (i == 0 || i == line.n || line.p[i] != ':')
		return false;
	while (++i < line.n) {
		if (!is_value_char(line.p[i]))
			return false;
	}
	return true;
}

/* One line, without its CR LF; first tells the request line. */
static int check_line(struct head_gate *g, struct slice line, bool first)
{
	if (first)
		return request_line_is_valid(line) ? GATE_MORE : 400;
	if (line.n == 0)
		return GATE_WHOLE;
	if (++g->lines > HEAD_MAX_FIELDS)
		return 431;
	return field_line_is_valid(line) ? GATE_MORE : 400;
}

int head_gate_check(struct head_gate *g, struct slice bytes, size_t *ret_size)
{
	for (;;) {
		const char *lf = NULL;

		if (g->scan < bytes.n)
			lf = memchr(bytes.p + g->scan, '\n', bytes.n - g->scan);
		size_t end = lf ? (size_t)(lf - bytes.p) + 1 : bytes.n;
		if (end > HEAD_MAX_BYTES)
			return 431;
		g->scan = end;
		if (!lf)
			return GATE_MORE;
		size_t start = g->line;
		if (end - start < 2 || lf[-1] != '\r')
			return 400;
		g->line = end;
		int result = check_line(g, (struct slice){bytes.p + start, end - start - 2}, start == 0);
		if (result == GATE_WHOLE)
			*ret_size = end;
		if (result != GATE_MORE)
			return result;
	}
}

enum chunk_state {
	CHUNK_SIZE,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_END_CR,
	CHUNK_END_LF
};

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The size line: at least one hexadecimal digit, no sign, no prefix, no extension, few enough digits to never
 * overflow. */
static bool size_char(struct chunk_gate *g, char c)
{
	int value = hex_value(c);

	if (value >= 0) {
		g->left = g->left * 16 + (size_t)value;
		return ++g->digits <= CHUNK_MAX_HEX_DIGITS;
	}
	if (c != '\r' || g->digits == 0)
		return false;
	g->state = CHUNK_SIZE_LF;
	return true;
}

static bool expect(struct chunk_gate *g, char c, char wanted, enum chunk_state next)
{
	g->state = (int)next;
	return c == wanted;
}

/* One byte of framing; false when it is wrong. */
static bool framing_char(struct chunk_gate *g, char c)
{
	switch ((enum chunk_state)g->state) {
	case CHUNK_SIZE:
		return size_char(g, c);
	case CHUNK_SIZE_LF:
		g->digits = 0;
		return expect(g, c, '\n', g->left == 0 ? CHUNK_END_CR : CHUNK_DATA);
	case CHUNK_DATA_CR:
		return expect(g, c, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF:
		return expect(g, c, '\n', CHUNK_SIZE);
	case CHUNK_END_CR:
		return expect(g, c, '\r', CHUNK_END_LF);
	case CHUNK_END_LF:
		return expect(g, c, '\n', CHUNK_END_LF);
	case CHUNK_DATA:
		break;
	}
	return false;
}

int chunk_gate_check(struct chunk_gate *g, struct slice bytes, size_t *ret_used)
{
	size_t i = 0;

	while (i < bytes.n) {
		if (g->state == CHUNK_DATA) {
			size_t take = g->left < bytes.n - i ? g->left : bytes.n - i;
			g->left -= take;
			i += take;
			if (g->left == 0)
				g->state = CHUNK_DATA_CR;
			continue;
		}
		bool last = g->state == CHUNK_END_LF;
		if (!framing_char(g, bytes.p[i]))
			return 400;
		i++;
		if (last) {
			*ret_used = i;
			return GATE_WHOLE;
		}
	}
	return GATE_MORE;
}

bool host_is_valid(struct slice host)
{
	if (host.n == 0 || host.n > 255)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (!is_letter(c) && !is_digit(c) && (c == '\0' || !strchr(".-:[]_", c)))
			return false;
	}
	return true;
}
