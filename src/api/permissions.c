/* Sensor permissions of the installation, the functions of the device that use them, and what was read. */
#include "api/api.h"
#include "services/sensors.h"

/* ---- the permission centre
 * ------------------------------------------------------------------------------------------ */

struct uses {
	struct sensor_use *rows;
	size_t count, capacity;
};

struct listing {
	struct api_call *k;
	struct uses uses;
};

static err keep_use(struct ctx *c, const struct sensor_use *u, void *arg)
{
	struct uses *all = arg;

	if (all->count == all->capacity) {
		size_t capacity = all->capacity ? all->capacity * 2 : 16;
		struct sensor_use *rows = ARENA_ARRAY(c->arena, struct sensor_use, capacity);
		if (all->count)
			memcpy(rows, all->rows, all->count * sizeof *rows);
		all->rows = rows;
		all->capacity = capacity;
	}
	all->rows[all->count++] = *u;
	return OK;
}

static const char *state_word(bool granted, int64_t changed_at_ms)
{
	return granted ? "granted" : changed_at_ms ? "denied" : "unset";
}

static void write_state(struct json *j, const struct permission_state *p)
{
	json_put_text(j, "state", state_word(p->granted, p->changed_at_ms));
	json_put_time(j, "changed_at", p->changed_at_ms);
}

/* Where the system itself switches it off: our switch is one way, the phone's is the other (TJ-1.1.4.h). */
static const char *system_way(struct ctx *c, const char *platform, const struct permission *p)
{
	const char *app = city_text(c->release, "name");

	if (strcmp(platform, "android") == 0)
		return arena_printf(c->arena, "手机“设置” > 应用管理 > %s > 权限 > %s", app, p->name);
	if (strcmp(platform, "ios") == 0)
		return arena_printf(c->arena, "手机“设置” > %s > %s", app, p->name);
	return arena_printf(c->arena, "浏览器地址栏左侧的网站信息 > 网站权限 > %s", p->name);
}

static void write_function(struct json *j, const struct service *s, const struct permission_state *p,
			   const struct uses *uses)
{
	const struct function_state *own = NULL;
	const struct sensor_use *use = NULL;

	for (size_t i = 0; i < p->function_count; i++)
		if (p->functions[i].function == s)
			own = &p->functions[i];
	for (size_t i = 0; i < uses->count; i++)
		if (strcmp(uses->rows[i].permission, p->permission->key) == 0 &&
		    strcmp(uses->rows[i].service, s->key) == 0)
			use = &uses->rows[i];
	json_open(j, '{');
	json_put_text(j, "key", s->key);
	json_put_text(j, "name", s->name);
	json_put_text(j, "clause", s->clause);
	json_put_text(j, "state", state_word(own && own->granted, own ? own->changed_at_ms : 0));
	json_put_int(j, "uses", use ? use->uses : 0);
	json_put_time(j, "last_used_at", use ? use->last_at_ms : 0);
	json_close(j, '}');
}

static void write_functions(struct ctx *c, struct json *j, const struct permission_state *p,
			    const struct uses *uses)
{
	json_key(j, "functions");
	json_open(j, '[');
	for (unsigned i = 0; i < release_service_count(c->release); i++)
		if (sensor_reads_by(release_service_at(c->release, i), p->permission))
			write_function(j, release_service_at(c->release, i), p, uses);
	json_close(j, ']');
}

static void write_uses(struct json *j, const struct permission *p, const struct uses *uses)
{
	int64_t count = 0, last = 0;

	for (size_t i = 0; i < uses->count; i++)
		if (strcmp(uses->rows[i].permission, p->key) == 0) {
			count += uses->rows[i].uses;
			last = uses->rows[i].last_at_ms > last ? uses->rows[i].last_at_ms : last;
		}
	json_put_int(j, "uses", count);
	json_put_time(j, "last_used_at", last);
}

static err write_permission(struct ctx *c, const struct permission_state *p, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;
	const char *platform = l->k->platform ? l->k->platform : "web";

	json_open(j, '{');
	json_put_text(j, "key", p->permission->key);
	json_put_text(j, "name", p->permission->name);
	json_put_text(j, "why", p->permission->why);
	json_put_text(j, "clause", p->permission->clause);
	json_put_text(j, "platforms", p->permission->platforms);
	json_put_bool(j, "available", permission_on_platform(p->permission, platform));
	json_put_bool(j, "first_entry",
		      city_list_has(c->release, "permission.first_entry", p->permission->key));
	write_state(j, p);
	write_uses(j, p->permission, &l->uses);
	json_put_text(j, "system_way", system_way(c, platform, p->permission));
	write_functions(c, j, p, &l->uses);
	json_close(j, '}');
	return OK;
}

static err permission_get_all(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(vault_sensor_uses(k->c, keep_use, &l.uses));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(permission_list(k->c, k->c->installation_id, write_permission, &l));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err function_named(struct api_call *k, const char *key, const struct service **ret)
{
	*ret = key ? release_service(k->c->release, key) : NULL;
	if (key && !*ret)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项功能");
	return OK;
}

static err permission_put(struct api_call *k)
{
	const struct permission *p =
		release_permission(k->c->release, arena_copy(k->c->arena, k->q->params[0]));
	const struct service *function = NULL;
	struct permission_state state = {
		.permission = p,
		.granted = slice_is(api_text(k, "state"), "granted"),
		.changed_at_ms = k->c->now_ms,
	};

	if (!p)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项权限");
	TRY(installation_agreed(k->c));
	TRY(function_named(k, api_string(k, "function"), &function));
	TRY(permission_set(k->c, k->subject_id, p, function, state.granted));
	json_open(&k->out, '{');
	json_put_text(&k->out, "key", p->key);
	json_put_text(&k->out, "name", p->name);
	json_put_text(&k->out, "function", function ? function->key : NULL);
	write_state(&k->out, &state);
	json_close(&k->out, '}');
	return OK;
}

/* ---- functions of the device
 * ---------------------------------------------------------------------------------------- */

static void write_device_function(struct api_call *k, const struct service *s)
{
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_text(j, "key", s->key);
	json_put_text(j, "name", s->name);
	json_put_text(j, "summary", s->summary);
	json_put_text(j, "clause", s->clause);
	json_key(j, "permissions");
	json_open(j, '[');
	for (unsigned i = 0; i < release_permission_count(k->c->release); i++) {
		const struct permission *p = release_permission_at(k->c->release, i);
		if (sensor_reads_by(s, p) && permission_on_platform(p, k->platform ? k->platform : "web"))
			json_text(j, p->key);
	}
	json_close(j, ']');
	json_close(j, '}');
}

/* What this kind of device may hand in about itself; a client sends nothing else. */
static void put_device_ids(struct api_call *k)
{
	const char *platform = k->platform ? k->platform : "web";
	size_t count = 0;
	const char *const *ids =
		city_list(k->c->release, arena_printf(k->c->arena, "device.platform.%s", platform), &count);

	json_key(&k->out, "device_ids");
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++)
		json_text(&k->out, ids[i]);
	json_close(&k->out, ']');
}

static err function_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (unsigned i = 0; i < release_service_count(k->c->release); i++)
		if (sensor_is_function(release_service_at(k->c->release, i)))
			write_device_function(k, release_service_at(k->c->release, i));
	json_close(&k->out, ']');
	put_device_ids(k);
	json_close(&k->out, '}');
	return OK;
}

static err function_use(struct api_call *k)
{
	const char *permission = api_string(k, "permission");
	const struct service *s = NULL;

	TRY(sensor_use_function(k->c, k->subject_id, k->platform, arena_copy(k->c->arena, k->q->params[0]),
				permission, &s));
	json_open(&k->out, '{');
	json_put_text(&k->out, "function", s->key);
	json_put_text(&k->out, "name", s->name);
	json_put_text(&k->out, "permission", permission);
	json_put_time(&k->out, "at", k->c->now_ms);
	json_close(&k->out, '}');
	return OK;
}

/* ---- what was read about me
 * ----------------------------------------------------------------------------------------- */

enum { READS_BATCH = 200, READS_BATCHES = 10 };

struct reads {
	struct api_call *k;
	struct api_page page;
	int64_t last_n; /* the oldest entry looked at */
	int seen;
};

static err write_read(struct ctx *c, const struct usage *u, void *arg)
{
	struct reads *r = arg;
	struct json *j = &r->k->out;
	const struct service *s = u->service ? release_service(c->release, u->service) : NULL;

	r->seen++;
	if (r->page.more)
		return OK;
	r->last_n = u->n;
	if (!u->note || strncmp(u->note, vault_sensor_note, strlen(vault_sensor_note)) != 0)
		return OK;
	if (!api_page_row(&r->page, u->n))
		return OK;
	json_open(j, '{');
	json_put_int(j, "n", u->n);
	json_put_time(j, "at", u->at_ms);
	json_put_text(j, "service", u->service);
	json_put_text(j, "service_name", s ? s->name : u->service);
	json_put_text(j, "permissions", u->note + strlen(vault_sensor_note));
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < u->item_count; i++) {
		const struct item *it = release_item(c->release, u->items[i]);
		json_text(j, it ? it->name : u->items[i]);
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

/* The entries of the person's own list in which a sensor was read (TJ-1.1.4.i): sealed there, kept nowhere
 * else. */
static err reads_get(struct api_call *k)
{
	struct reads r = {.k = k};
	bool ended = false;

	TRY(api_page_open(k, &r.page));
	r.last_n = r.page.before;
	for (int i = 0; i < READS_BATCHES && !ended && !r.page.more; i++) {
		r.seen = 0;
		TRY(ledger_usage(k->c, k->subject_id, r.last_n, READS_BATCH, write_read, &r));
		ended = r.seen < READS_BATCH;
	}
	if (!ended && !r.page.more) { /* a long list without readings: go on from where we stopped */
		r.page.more = true;
		r.page.last = r.last_n;
	}
	api_page_close(k, &r.page);
	return OK;
}

#define STATE "state: granted|denied|unset, changed_at?: time"
#define USES "uses: int, last_used_at?: time"

const struct api_route api_permission_routes[] = {
	{"PUT", "/api/v1/permissions/{key}", permission_put, API_INSTALLATION, 0, "permission_put",
	 "开启或关闭一项权限，可以只对一项功能", .body = "{state: granted|denied, function?: text}",
	 .answer = "{key: text, name: text, function?: text, " STATE "}", .takes = API_TAKES_NAMED},
	{"GET", "/api/v1/permissions", permission_get_all, API_INSTALLATION, 0, "permission_list",
	 "本设备的各项权限：用处、用到它的功能、状态和使用次数",
	 .answer = "{items: [{key: text, name: text, why: text, clause: text, platforms: text, "
		   "available: bool, first_entry: bool, " STATE ", " USES ", system_way: text, functions: "
		   "[{key: text, name: text, clause?: text, state: granted|denied|unset, " USES "}]}]}"},
	{"GET", "/api/v1/device-functions", function_get_all, API_INSTALLATION, 0, "device_function_list",
	 "使用设备权限的各项功能",
	 .answer = "{items: [{key: text, name: text, summary?: text, clause?: text, permissions: [text]}], "
		   "device_ids: [text]}"},
	{"POST", "/api/v1/device-functions/{key}/uses", function_use, API_INSTALLATION, 0,
	 "device_function_use", "使用一项设备功能：没有开启权限的，不得读取", .body = "{permission: text}",
	 .answer = "{function: text, name: text, permission: text, at: time}", .status = 201,
	 .takes = API_TAKES_NAMED},
	{"GET", "/api/v1/me/sensor-reads", reads_get, API_SESSION, 0, "sensor_read_list",
	 "凭设备权限读取过我的哪些信息，新的在前",
	 .answer = "{items: [{n: int, at: time, service?: text, service_name?: text, permissions: text, "
		   "items: [text]}], next?: text}",
	 .query = "cursor limit"},
	{0},
};
