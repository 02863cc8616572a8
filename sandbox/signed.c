#include "signed.h"

#include "connectors/connectors.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_TEXT_MAX = 200 };

/* One base64 line of a file; the number of bytes decoded, 0 when it is not that. */
static size_t read_key(const char *path, uint8_t *ret, size_t size)
{
	char text[KEY_TEXT_MAX + 1] = "";
	uint8_t decoded[KEY_TEXT_MAX];
	size_t n = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		return 0;
	text[fread(text, 1, KEY_TEXT_MAX, f)] = '\0';
	fclose(f);
	text[strcspn(text, "\r\n ")] = '\0';
	if (!base64_decode(slice_of(text), decoded, &n) || n != size)
		return 0;
	memcpy(ret, decoded, size);
	crypto_wipe(text, sizeof text);
	crypto_wipe(decoded, sizeof decoded);
	return n;
}

static bool write_key(const char *path, const uint8_t *key, size_t size, mode_t mode)
{
	char text[KEY_TEXT_MAX];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0)
		return false;
	base64_encode(key, size, text);
	bool written = dprintf(fd, "%s\n", text) > 0;
	crypto_wipe(text, sizeof text);
	return close(fd) == 0 && written;
}

bool keys_open(struct world *w, const char *dir)
{
	char secret[512], public[512];

	snprintf(secret, sizeof secret, "%s/sandbox.key", dir);
	snprintf(public, sizeof public, "%s/sandbox.pub", dir);
	if (read_key(secret, w->secret_key, sizeof w->secret_key) &&
	    read_key(public, w->public_key, sizeof w->public_key))
		return true;
	sign_keypair(w->public_key, w->secret_key);
	return write_key(secret, w->secret_key, sizeof w->secret_key, 0600) &&
	       write_key(public, w->public_key, sizeof w->public_key, 0644);
}

/* The time that the other side put into its signature; 0 when there is none. A server that is just being
 * moved forward by the sandbox's clock signs with its own time. */
static int64_t created_ms(const struct http_request *q)
{
	struct slice input = http_header(q, "Signature-Input");
	const char *mark = input.p ? memmem(input.p, input.n, ";created=", 9) : NULL;
	int64_t seconds = 0;

	if (!mark)
		return 0;
	struct slice digits = {mark + 9, 0};
	while (digits.p + digits.n < input.p + input.n && digits.p[digits.n] >= '0' &&
	       digits.p[digits.n] <= '9')
		digits.n++;
	return slice_int(digits, &seconds) && seconds < INT64_MAX / 1000 ? seconds * 1000 : 0;
}

enum { TIMES_MAX = OFFSETS_KEPT + 2 };

/* The times that a server's clock may show: the sandbox's, the wall's when it does not follow, or, in a
 * request that began before the clock was moved, an earlier one. */
static size_t plausible_times(struct world *w, int64_t ret[static TIMES_MAX])
{
	size_t count = 2;

	pthread_mutex_lock(&w->lock);
	ret[0] = world_now_ms(w);
	ret[1] = ret[0] - w->offset_ms;
	for (unsigned i = 0; i < OFFSETS_KEPT && i < w->moves; i++)
		ret[count++] = ret[1] + w->old_offsets[i];
	pthread_mutex_unlock(&w->lock);
	return count;
}

static bool verifies(struct world *w, const struct http_request *q, const uint8_t *key)
{
	struct ctx c = {.arena = q->arena};
	int64_t times[TIMES_MAX];
	size_t count = plausible_times(w, times);
	const char *method = arena_copy(q->arena, q->method), *path = arena_copy(q->arena, q->path);

	for (size_t i = 0; i < count; i++) {
		failure_clear(&c);
		err e = http_verify(&c, key, method, path, q->body, http_header(q, "Content-Digest"),
				    http_header(q, "Signature-Input"), http_header(q, "Signature"), times[i]);
		if (!failed(e))
			return true;
	}
	return false;
}

bool request_is_signed(struct world *w, const struct http_request *q)
{
	for (size_t i = 0; i < CLIENT_KEYS_MAX && w->client_key_paths[i]; i++) {
		uint8_t key[SIGN_PUBLIC_SIZE];
		if (read_key(w->client_key_paths[i], key, sizeof key) && verifies(w, q, key))
			return true;
	}
	return false;
}

void answer_sign(struct world *w, const struct http_request *q, struct http_response *a, bool forged)
{
	struct ctx c = {.arena = q->arena, .now_ms = created_ms(q)};
	struct slice body = forged ? SLICE("{\"forged\":true}") : buf_slice(&a->body);
	BUF_SCOPED lines = {.max_size = 4096};

	err e = http_sign_answer(&c, w->secret_key, "sandbox", a->status, arena_copy(q->arena, q->method),
				 arena_copy(q->arena, q->path), body, c.now_ms, &lines);
	if (failed(e) || lines.failed) {
		reply_problem(a, 500, "the answer could not be signed");
		return;
	}
	char *save = NULL;
	for (char *line = strtok_r(lines.data, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
		buf_printf(&a->headers, "%s\r\n", line);
}
