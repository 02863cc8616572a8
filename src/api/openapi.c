/* The OpenAPI 3.1 document, made from the route tables. */
#include "api/routes.h"
#include "api/shape.h"

static void write_schema(const char *text, struct json *j)
{
	struct shape *s = shape_new(text);

	json_key(j, "schema");
	shape_schema(s, j);
	shape_free(s);
}

static void write_content(const char *type, const char *shape, struct json *j)
{
	json_key(j, "content");
	json_open(j, '{');
	json_key(j, type);
	json_open(j, '{');
	write_schema(shape, j);
	json_close(j, '}');
	json_close(j, '}');
}

static void write_parameter(const char *name, size_t n, const char *in, bool required, struct json *j)
{
	json_open(j, '{');
	json_put_slice(j, "name", (struct slice){name, n});
	json_put_text(j, "in", in);
	json_put_bool(j, "required", required);
	json_key(j, "schema");
	json_open(j, '{');
	json_put_text(j, "type", "string");
	json_close(j, '}');
	json_close(j, '}');
}

static void write_parameters(const struct api_route *r, struct json *j)
{
	json_key(j, "parameters");
	json_open(j, '[');
	for (const char *at = strchr(r->path, '{'); at; at = strchr(at, '{')) {
		size_t n = strcspn(++at, ".}");
		write_parameter(at, n, "path", true, j);
	}
	for (const char *at = r->query; at && *at;) {
		size_t n = strcspn(at, " ");
		write_parameter(at, n, "query", false, j);
		at += n + (at[n] == ' ');
	}
	if (r->flags & API_CREATES)
		write_parameter("Idempotency-Key", 15, "header", false, j);
	json_close(j, ']');
}

static void write_security(const struct api_route *r, struct json *j)
{
	static const char *const schemes[] = {
		[API_INSTALLATION] = "installation", [API_SESSION] = "session", [API_STAFF] = "staff"};
	static const size_t known = sizeof(schemes) / sizeof(schemes[0]);

	if ((size_t)r->auth >= known || !schemes[r->auth])
		return;
	json_key(j, "security");
	json_open(j, '[');
	json_open(j, '{');
	json_key(j, schemes[r->auth]);
	json_open(j, '[');
	json_close(j, ']');
	json_close(j, '}');
	json_close(j, ']');
}

/* Who may call, in full: `security` cannot tell a guest's token, which may be missing, from none at all. */
static void write_caller(const struct api_route *r, struct json *j)
{
	static const char *const callers[] = {[API_ANYONE] = "anyone",
					      [API_GUEST] = "guest",
					      [API_INSTALLATION] = "installation",
					      [API_SESSION] = "session",
					      [API_STAFF] = "staff"};

	json_put_text(j, "x-caller", callers[r->auth]);
}

static void write_responses(const struct api_route *r, struct json *j)
{
	char status[8];
	int code = r->status ? r->status : 200;

	status[0] = (char)('0' + code / 100);
	status[1] = (char)('0' + code / 10 % 10);
	status[2] = (char)('0' + code % 10);
	status[3] = '\0';
	json_key(j, "responses");
	json_open(j, '{');
	json_key(j, status);
	json_open(j, '{');
	json_put_text(j, "description", r->summary);
	if (r->answer)
		write_content("application/json", r->answer, j);
	json_close(j, '}');
	json_key(j, "default");
	json_open(j, '{');
	json_put_text(j, "$ref", "#/components/responses/problem");
	json_close(j, '}');
	json_close(j, '}');
}

static const char *method_of(const struct api_route *r)
{
	static const char *const names[][2] = {
		{"GET", "get"}, {"POST", "post"}, {"PUT", "put"}, {"DELETE", "delete"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(r->method, names[i][0]) == 0)
			return names[i][1];
	}
	return "get";
}

static void write_operation(const struct api_route *r, struct json *j)
{
	json_key(j, method_of(r));
	json_open(j, '{');
	json_put_text(j, "operationId", r->operation);
	json_put_text(j, "summary", r->summary);
	write_parameters(r, j);
	write_security(r, j);
	write_caller(r, j);
	if (r->takes)
		json_put_text(j, "x-takes", r->takes);
	if (r->body) {
		json_key(j, "requestBody");
		json_open(j, '{');
		json_put_bool(j, "required", true);
		write_content("application/json", r->body, j);
		json_close(j, '}');
	}
	write_responses(r, j);
	json_close(j, '}');
}

/* "{path...}" is a route's way of saying "the rest". */
static void write_path(const char *path, struct json *j)
{
	char text[200];
	size_t n = 0;

	for (; *path && n < sizeof(text) - 1; path++) {
		if (*path != '.' || strncmp(path, "...", 3) != 0)
			text[n++] = *path;
		else
			path += 2;
	}
	text[n] = '\0';
	json_key(j, text);
}

static bool is_first(const struct api_route *r)
{
	for (const struct api_route *const *t = api_route_tables; *t; t++) {
		for (const struct api_route *o = *t; o->method; o++) {
			if (o == r)
				return true;
			if (strcmp(o->path, r->path) == 0)
				return false;
		}
	}
	return true;
}

static void write_paths(struct json *j)
{
	json_key(j, "paths");
	json_open(j, '{');
	for (const struct api_route *const *t = api_route_tables; *t; t++) {
		for (const struct api_route *r = *t; r->method; r++) {
			if (!is_first(r) || strncmp(r->path, "/api/", 5) != 0)
				continue;
			write_path(r->path, j);
			json_open(j, '{');
			for (const struct api_route *const *u = api_route_tables; *u; u++) {
				for (const struct api_route *o = *u; o->method; o++) {
					if (strcmp(o->path, r->path) == 0)
						write_operation(o, j);
				}
			}
			json_close(j, '}');
		}
	}
	json_close(j, '}');
}

/* The closed list: problem.c's own reasons, and those of refusals by policy (policy/gate.c). */
#define REASONS                                                                                              \
	"invalid_input|login_required|consent_required|permission_required|realname_required|guardian_"      \
	"required|"                                                                                          \
	"second_check_required|not_declared|not_yours|not_found|conflict|gone|too_large|idempotency_"        \
	"mismatch|"                                                                                          \
	"locked|too_many_requests|authority_unavailable|overloaded|internal"

#define PROBLEM_SHAPE                                                                                        \
	"{type: text, title: text, status: int, detail: text, reason: " REASONS ", clause?: text, "          \
	"errors?: [{field: text, message: text}], next: [{action: text, *: any}]}"

static void write_components(struct json *j)
{
	static const char *const schemes[] = {"installation", "session", "staff"};

	json_key(j, "components");
	json_open(j, '{');
	json_key(j, "securitySchemes");
	json_open(j, '{');
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		json_key(j, schemes[i]);
		json_open(j, '{');
		json_put_text(j, "type", "http");
		json_put_text(j, "scheme", "bearer");
		json_close(j, '}');
	}
	json_close(j, '}');
	json_key(j, "responses");
	json_open(j, '{');
	json_key(j, "problem");
	json_open(j, '{');
	json_put_text(j, "description", "RFC 9457");
	write_content("application/problem+json", PROBLEM_SHAPE, j);
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
}

void api_openapi(struct buf *ret)
{
	struct json j = json_to(ret);

	json_open(&j, '{');
	json_put_text(&j, "openapi", "3.1.0");
	json_key(&j, "info");
	json_open(&j, '{');
	json_put_text(&j, "title", "Tongban");
	json_put_text(&j, "version", "1");
	json_close(&j, '}');
	write_paths(&j);
	write_components(&j);
	json_close(&j, '}');
}
