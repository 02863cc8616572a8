/* The web apps' files: / the citizen app, /console/ the console; paths without a file are the app's own
 * pages. */
#include "api/api.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 700, FILE_MAX = 16 << 20 };

static const char *type_of(struct slice path)
{
	static const char *const types[][2] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json; charset=utf-8"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".jpg", "image/jpeg"},
		{".webp", "image/webp"},
		{".ico", "image/x-icon"},
		{".woff2", "font/woff2"},
		{".woff", "font/woff"},
		{".ttf", "font/ttf"},
		{".webmanifest", "application/manifest+json"},
		{".txt", "text/plain; charset=utf-8"},
		{".map", "application/json"},
		{".wasm", "application/wasm"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n = strlen(types[i][0]);
		if (path.n >= n && memcmp(path.p + path.n - n, types[i][0], n) == 0)
			return types[i][1];
	}
	return "application/octet-stream";
}

/* No segment begins with a dot: nothing above the directory, nothing hidden. */
static bool is_safe(struct slice path)
{
	bool start = true;

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\0' || path.p[i] == '\\' || (start && path.p[i] == '.'))
			return false;
		start = path.p[i] == '/';
	}
	return true;
}

static bool has_extension(struct slice path)
{
	for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--) {
		if (path.p[i - 1] == '.')
			return true;
	}
	return false;
}

static void close_file(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* False when there is no such file. */
static bool send_file(struct api_call *k, const char *dir, struct slice path)
{
	char name[PATH_SIZE], chunk[32 * 1024];
	struct stat st;

	int n = snprintf(name, sizeof(name), "%s/%.*s", dir, (int)path.n, path.p);
	if (n < 0 || (size_t)n >= sizeof(name))
		return false;
	__attribute__((cleanup(close_file))) int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return false;
	for (ssize_t got; (got = read(fd, chunk, sizeof(chunk))) > 0;)
		buf_add(&k->a->body, chunk, (size_t)got);
	k->a->content_type = type_of(path);
	/* names below assets/ carry a hash of the content */
	bool forever = slice_starts(path, "assets/") || slice_starts(path, "console/assets/");
	http_set_header(k->a, "Cache-Control", forever ? "public, max-age=31536000, immutable" : "no-cache");
	return true;
}

static err file_get(struct api_call *k)
{
	const char *dir = api_options(k->api)->web_dir;
	struct slice path = k->q->params[0];

	if (!dir || slice_starts(k->q->path, "/api/") || !is_safe(path))
		FAIL(k->c, ERR_NOT_FOUND, "没有找到");
	if (path.n && send_file(k, dir, path))
		return OK;
	bool console = slice_is(path, "console") || slice_starts(path, "console/");
	if (has_extension(path) ||
	    !send_file(k, dir, console ? SLICE("console/index.html") : SLICE("index.html")))
		FAIL(k->c, ERR_NOT_FOUND, "没有找到");
	return OK;
}

const struct api_route api_static_routes[] = {
	{"GET", "/", file_get, API_ANYONE, API_NOT_JSON, "web_root", "应用", .answer = NULL},
	{"GET", "/{path...}", file_get, API_ANYONE, API_NOT_JSON, "web_file", "应用的文件", .answer = NULL},
	{0},
};
