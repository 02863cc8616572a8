#include "services/sensors.h"

enum { TRIES = 4 };

err sensor_source(struct ctx *c, const char *source, const char *platform, const struct permission **ret)
{
	const char *key = NULL;

	if (strcmp(source, "camera") != 0 && strcmp(source, "album") != 0 && strcmp(source, "file") != 0)
		return fail_field(c, "source", "请说明图片来自相机（camera）、相册（album）还是文件（file）");
	key = city_text(c->release, arena_printf(c->arena, "permission.source.%s.%s", source,
						 platform ? platform : "web"));
	if (!key)
		key = city_text(c->release, arena_printf(c->arena, "permission.source.%s", source));
	*ret = key ? release_permission(c->release, key) : NULL;
	return *ret ? OK : refuse(c, "not_declared", NULL, "本市的隐私政策没有声明从这一来源获取图片");
}

bool sensor_is_function(const struct service *s)
{
	return s->shape == SHAPE_INTERNAL && s->level == LEVEL_OPEN && s->category->permissions != 0 &&
	       itemset_empty(&s->shared);
}

static bool takes_by(const struct service *s, uint32_t permission)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (s->fields[i].item->permissions & permission)
			return true;
	return false;
}

bool sensor_reads_by(const struct service *s, const struct permission *p)
{
	uint32_t bit = UINT32_C(1) << p->number;

	return (s->category->permissions & bit) && (sensor_is_function(s) || takes_by(s, bit));
}

static err use_once(struct ctx *c, int64_t subject_id, const struct service *s, const struct permission *p)
{
	struct facts f;
	struct head h;
	struct permit *permit = NULL;
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .permission = p,
				 .now_ms = c->now_ms};

	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	return vault_sensor_read(c, permit, &h);
}

err sensor_use_function(struct ctx *c, int64_t subject_id, const char *platform, const char *function,
			const char *permission, const struct service **ret)
{
	const struct service *s = release_service(c->release, function);
	const struct permission *p = release_permission(c->release, permission);

	if (!s || !sensor_is_function(s))
		FAIL(c, ERR_NOT_FOUND, "没有这项功能");
	if (!p || !sensor_reads_by(s, p) || !permission_on_platform(p, platform ? platform : "web"))
		return refuse(c, "not_declared", s->clause, "“%s”不使用这项权限", s->name);
	*ret = s;
	for (int i = 0; i < TRIES; i++) {
		err e = use_once(c, subject_id, s, p);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c);
	}
	FAIL(c, ERR_CONFLICT, "您的授权刚刚发生变化，请重试");
}
