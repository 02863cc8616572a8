#include "ops/containment.h"
#include "connectors/connectors.h"

enum { REASON_MAX_CHARS = 500 };

static err check_reason(struct ctx *c, const char *reason)
{
	if (!*reason)
		return fail_field(c, "reason", "请写明切断或者恢复的原因");
	if (slice_chars(slice_of(reason)) > REASON_MAX_CHARS)
		return fail_field(c, "reason", "不超过500字");
	return OK;
}

/* The officer who contains must be able to lift it again. */
static err check_role(struct ctx *c, const struct staff *by, const char *role)
{
	static const char *const roles[] = {STAFF_HOTLINE_AGENT, STAFF_AUDITOR, STAFF_POLICY_OFFICER,
					    STAFF_PRIVACY_OFFICER, STAFF_COMPLAINT_HANDLER};

	if (strcmp(by->role, role) == 0)
		return fail_field(c, "key", "不能停用自己所属的岗位");
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i], role) == 0)
			return OK;
	return fail_field(c, "key", "没有这个岗位");
}

struct wanted {
	const char *login;
	int64_t id;
};

static err find_login(struct ctx *c, const struct staff *s, void *arg)
{
	struct wanted *w = arg;

	(void)c;
	if (strcmp(s->login, w->login) == 0)
		w->id = s->id;
	return OK;
}

static err cut_sessions(struct ctx *c, const struct cut *cut)
{
	struct wanted w = {.login = cut->key};

	TRY(staff_list(c, find_login, &w));
	if (!w.id)
		return fail_field(c, "key", "没有这位工作人员");
	TRY(staff_sessions_end(c, w.id));
	return cut_note(c, cut, "cut");
}

err contain_cut(struct ctx *c, const struct staff *by, const char *kind, const char *key, const char *reason)
{
	struct cut cut = {.kind = kind, .key = key, .reason = reason, .by = by->name};

	TRY(check_reason(c, reason));
	if (strcmp(kind, "session") == 0)
		return cut_sessions(c, &cut);
	if (strcmp(kind, "role") == 0) {
		TRY(check_role(c, by, key));
		return cut_put(c, &cut);
	}
	if (strcmp(kind, "connector") != 0)
		return fail_field(c, "kind", "请选择切断的对象");
	if (!connector_known(c->connectors, key))
		return fail_field(c, "key", "没有这一连接");
	TRY(cut_put(c, &cut));
	return outage_note(c, key, "human");
}

err contain_lift(struct ctx *c, const struct staff *by, const char *kind, const char *key, const char *reason)
{
	TRY(check_reason(c, reason));
	TRY(cut_lift(c, &(struct cut){.kind = kind, .key = key, .reason = reason, .by = by->name}));
	/* the connector is there again; where it fails all the same, its failures open another outage */
	return strcmp(kind, "connector") == 0 ? outage_recover(c, key) : OK;
}
