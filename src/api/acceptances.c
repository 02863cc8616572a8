/* Agreeing to a version of the policy. */
#include "api/api.h"
#include "notify/notices.h"

static err last_acceptance(struct ctx *c, const struct acceptance *a, void *arg)
{
	struct acceptance *newest = arg;

	(void)c;
	if (!newest->version)
		*newest = *a;
	return OK;
}

/* One version, and one hash, is of both texts; an older release has no user agreement (NT-3.3.1.b). */
static void put_agreement(struct api_call *k, const struct acceptance *a)
{
	struct releases *all = api_options(k->api)->releases;
	unsigned number = (unsigned)a->release_number;
	const struct release *r = all ? releases_before(all, number + 1) : NULL;
	bool both = r && release_number(r) == number && strcmp(release_hash(r), a->release_hash) == 0 &&
		    release_has_agreement(r);

	json_put_text(&k->out, "agreement_version", both ? a->version : NULL);
	if (r)
		release_drop(r);
}

/* The press stands for four operations, each recorded (TJ-0.2.c); the record names who asked for it, for
 * which product (TJ-0.1.a). */
static err write_acceptance(struct ctx *c, const struct acceptance *a, void *arg)
{
	static const char *const operations[] = {"collect", "use", "store", "provide"};
	struct api_call *k = arg;
	struct json *j = &k->out;

	json_open(j, '{');
	/* before there is a person, an installation has one for each version */
	json_put_id(j, "id", a->id ? a->id : c->installation_id);
	json_put_text(j, "version", a->version);
	json_put_text(j, "kind", a->kind);
	json_put_time(j, "accepted_at", a->at_ms);
	json_put_time(j, "withdrawn_at", a->withdrawn_at_ms);
	json_put_text(j, "hash", a->release_hash);
	put_agreement(k, a);
	json_key(j, "operations");
	json_open(j, '[');
	/* going on using it is a weaker kind, which stands for none of them (TJ-0.2.f) */
	for (size_t i = 0; strcmp(a->kind, "express") == 0 && i < sizeof(operations) / sizeof(operations[0]);
	     i++)
		json_text(j, operations[i]);
	json_close(j, ']');
	json_put_text(j, "controller", city_text(c->release, "controller"));
	json_put_text(j, "product", city_text(c->release, "name"));
	json_close(j, '}');
	return OK;
}

/* The release in force, or one that is announced and takes effect later; held. */
static err wanted_release(struct api_call *k, const struct release **ret)
{
	const char *version = api_string(k, "policy_version");
	struct releases *all = api_options(k->api)->releases;

	if (strcmp(version, release_version(k->c->release)) == 0) {
		*ret = release_hold(k->c->release);
		return OK;
	}
	const struct release *r = all ? releases_version(all, version) : NULL;
	if (r && release_effective_ms(r) > k->c->now_ms) {
		*ret = r;
		return OK;
	}
	release_drop(r);
	FAIL(k->c, ERR_CONFLICT, "隐私政策已更新，请阅读现行版本");
}

static err give_express(struct api_call *k)
{
	const struct release *r = NULL;

	TRY(wanted_release(k, &r));
	err e = acceptance_give(k->c, k->subject_id, r, api_text(k, "reading_token"));
	release_drop(r);
	return e;
}

static err acceptance_create(struct api_call *k)
{
	struct acceptance a = {0};

	/* going on using the app is a person's, and is said so by the client (TJ-0.2.e) */
	if (slice_is(api_text(k, "kind"), "continued")) {
		if (!k->subject_id)
			FAIL(k->c, ERR_LOGIN, "请先登录");
		TRY(notice_continue(k->c, k->subject_id, api_string(k, "policy_version")));
	} else {
		TRY(give_express(k));
	}
	TRY(acceptance_list(k->c, k->subject_id, last_acceptance, &a));
	return write_acceptance(k->c, &a, k);
}

static err acceptance_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(acceptance_list(k->c, k->subject_id, write_acceptance, k));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

#define ACCEPTANCE_SHAPE                                                                                     \
	"{id: id, version: text, kind: text, accepted_at: time, withdrawn_at?: time, hash: text, "           \
	"agreement_version?: text, "                                                                         \
	"operations: [text], "                                                                               \
	"controller: text, "                                                                                 \
	"product: text}"

const struct api_route api_acceptance_routes[] = {
	{"POST", "/api/v1/acceptances", acceptance_create, API_INSTALLATION, API_CREATES, "acceptance_create",
	 "同意一个版本的隐私政策和用户服务协议",
	 .body = "{policy_version: text, reading_token?: text, kind?: express|continued}",
	 .answer = ACCEPTANCE_SHAPE, .status = 201},
	{"GET", "/api/v1/acceptances", acceptance_get_all, API_INSTALLATION, 0, "acceptance_list",
	 "同意过的版本", .answer = "{items: [" ACCEPTANCE_SHAPE "], next?: text}"},
	{0},
};
