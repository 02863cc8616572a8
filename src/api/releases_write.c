/* What officers do with releases of the policy: draft, submit, approve, reject, publish, withdraw. */
#include "api/releases.h"
#include "policy/upload.h"

enum { FILES_MAX = 100, EDITS_MAX = 500, UPLOAD_MAX = 4 * 1024 * 1024, COMPLAINTS_TOLD = 24 };

static err answer_number(struct api_call *k, unsigned number)
{
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", number);
	json_close(&k->out, '}');
	return OK;
}

/* ---- drafts ---- */

/* "policy/2.yaml:12: what; what to write" as one error each. */
static err tell_complaints(struct ctx *c, const char *lines)
{
	int told = 0;

	for (const char *at = lines; *at && told < COMPLAINTS_TOLD; told++) {
		size_t n = strcspn(at, "\n");
		(void)fail_field(c, "files", arena_copy(c->arena, (struct slice){at, n})).code;
		at += n + (at[n] == '\n');
	}
	FAIL(c, ERR_INVALID, "上传的文件有误，请按提示逐行修改；线上使用的版本没有变化");
}

static err from_files(struct api_call *k, const struct release *base, const json_t *files,
		      struct release **ret)
{
	struct city_file *list = ARENA_ARRAY(k->c->arena, struct city_file, FILES_MAX);
	BUF_SCOPED complaints = {0};
	size_t count = 0;
	const char *path;
	json_t *text;

	if (json_object_size(files) == 0 || json_object_size(files) > FILES_MAX)
		return fail_field(k->c, "files", "请上传 1 至 100 个文件");
	json_object_foreach((json_t *)(uintptr_t)files, path, text) list[count++] =
		(struct city_file){path, {json_string_value(text), json_string_length(text)}};
	buf_init(&complaints, 256 * 1024);
	err e = release_upload(k->c, base, api_options(k->api)->cities_dir, list, count, &complaints, ret);
	return failed(e) && complaints.size ? tell_complaints(k->c, complaints.data) : e;
}

static err from_edits(struct api_call *k, const struct release *base, const json_t *edits,
		      struct release **ret)
{
	size_t count = json_array_size(edits);
	struct release_edit *list;

	if (count == 0 || count > EDITS_MAX)
		return fail_field(k->c, "edits", "没有需要保存的改动");
	list = ARENA_ARRAY(k->c->arena, struct release_edit, count);
	for (size_t i = 0; i < count; i++) {
		const json_t *row = json_array_get(edits, i);
		list[i] = (struct release_edit){json_string_value(json_object_get(row, "at")),
						json_object_get(row, "value")};
	}
	return release_edited(k->c, base, list, count, ret);
}

static err make_draft(struct api_call *k, unsigned from, const struct release *base, struct release **ret)
{
	const json_t *files = json_object_get(k->body, "files"), *edits = json_object_get(k->body, "edits");

	if (!files == !edits)
		return fail_field(k->c, "edits", "请上传文件，或者提交改动，二者选一");
	if (edits && !from)
		return fail_field(k->c, "base", "请指明在哪个版本上修改");
	return files ? from_files(k, base, files, ret) : from_edits(k, base, edits, ret);
}

static err draft_post(struct api_call *k)
{
	int64_t from = json_integer_value(json_object_get(k->body, "base"));
	struct release *base = NULL, *made = NULL;
	unsigned number = 0;

	TRY(releases_officer(k));
	if (from < 0 || from > INT32_MAX)
		return fail_field(k->c, "base", "没有这个编号的政策版本");
	TRY(review_release(k->c, from ? (unsigned)from : release_number(k->c->release), &base));
	err e = make_draft(k, (unsigned)from, base, &made);
	if (!failed(e))
		e = review_draft(k->c, made, (unsigned)from, api_string(k, "note"), &number);
	release_drop(base);
	if (made)
		release_drop(made);
	TRY(e);
	return answer_number(k, number);
}

/* ---- trying edits ---- */

/* A published release is compared with itself, a draft with what it will be compared with. */
static err put_trial(struct api_call *k, const struct release *made, unsigned number)
{
	struct release *before = NULL;
	struct review r;
	BUF_SCOPED html = {0};
	bool agreement = slice_is(api_text(k, "text"), "agreement");

	TRY(review_get(k->c, number, &r));
	TRY(review_release(k->c, r.published_ms ? number : r.base_number, &before));
	buf_init(&html, UPLOAD_MAX);
	err e = (agreement ? agreement_html : policy_html)(k->c, made, &html);
	json_open(&k->out, '{');
	if (!failed(e))
		e = releases_put_between(k, before, made);
	json_put_slice(&k->out, "html", buf_slice(&html));
	json_close(&k->out, '}');
	release_drop(before);
	return e;
}

/* What edits would make of a release: nothing is stored. */
static err trial_post(struct api_call *k)
{
	struct release *base = NULL, *made = NULL;
	unsigned number = 0;

	TRY(releases_officer(k));
	TRY(releases_number(k, &number));
	TRY(review_release(k->c, number, &base));
	err e = from_edits(k, base, json_object_get(k->body, "edits"), &made);
	release_drop(base);
	TRY(e);
	e = put_trial(k, made, number);
	release_drop(made);
	return e;
}

/* ---- steps ---- */

static enum policy_major major_of(const char *key)
{
	for (int major = MAJOR_NONE + 1; major < MAJOR_COUNT; major++)
		if (strcmp(policy_major_key((enum policy_major)major), key) == 0)
			return (enum policy_major)major;
	return MAJOR_NONE;
}

static err read_marks(struct api_call *k, struct review_submission *s)
{
	const json_t *rows = json_object_get(k->body, "marks");

	if (json_array_size(rows) > MARKS_MAX)
		return fail_field(k->c, "marks", "评定过多");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		s->marks[s->mark_count++] =
			(struct review_mark){major_of(json_string_value(json_object_get(row, "kind"))),
					     json_string_value(json_object_get(row, "reason"))};
	}
	return OK;
}

static err submit_post(struct api_call *k)
{
	struct review_submission s = {.summary = api_string(k, "summary"),
				      .note = api_string(k, "note"),
				      .rated_minor = json_is_true(json_object_get(k->body, "rated_minor"))};
	unsigned number;

	TRY(releases_officer(k));
	TRY(releases_number(k, &number));
	TRY(read_marks(k, &s));
	TRY(review_submit(k->c, number, &s));
	return answer_number(k, number);
}

typedef err (*step_fn)(struct ctx *c, unsigned number, const char *note);

static err step_post(struct api_call *k, step_fn fn)
{
	unsigned number;

	TRY(releases_officer(k));
	TRY(releases_number(k, &number));
	TRY(fn(k->c, number, api_string(k, "note")));
	return answer_number(k, number);
}

static err approve_post(struct api_call *k)
{
	return step_post(k, review_approve);
}

static err reject_post(struct api_call *k)
{
	return step_post(k, review_reject);
}

static err withdraw_post(struct api_call *k)
{
	return step_post(k, review_withdraw);
}

static err compare_post(struct api_call *k)
{
	unsigned number, renumbered;

	TRY(releases_officer(k));
	TRY(releases_number(k, &number));
	TRY(review_compare(k->c, number, &renumbered));
	return answer_number(k, renumbered);
}

/* "now", or a day: from its midnight in Shanghai. */
static err read_effective(struct api_call *k, int64_t *ret)
{
	struct slice text = api_text(k, "effective");
	struct date d;

	*ret = 0;
	if (slice_is(text, "now"))
		return OK;
	if (!date_parse(text, &d))
		return fail_field(k->c, "effective", "请填写日期，例如 2026-12-01，或者选择立即生效");
	*ret = date_start_ms(d);
	return OK;
}

static err publish_post(struct api_call *k)
{
	int64_t effective_ms, from_ms;
	unsigned number;

	TRY(releases_officer(k));
	TRY(releases_number(k, &number));
	TRY(read_effective(k, &effective_ms));
	TRY(review_publish(k->c, number, effective_ms, api_string(k, "note"), &from_ms));
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", number);
	json_put_time(&k->out, "effective_at", from_ms);
	json_close(&k->out, '}');
	return OK;
}

#define NUMBER "{number: int}"

const struct api_route api_releases_write_routes[] = {
	{"POST", "/api/v1/staff/releases", draft_post, API_STAFF, API_SLOW, "release_draft",
	 "起草：上传文件，或者在某个版本上修改文字和参数",
	 .body = "{base?: int, note?: text, files?: {*: text}, edits?: [{at: text, value: any}]}",
	 .answer = NUMBER, .status = 201, .body_max = UPLOAD_MAX},
	{"POST", "/api/v1/staff/releases/{number}/trial", trial_post, API_STAFF, API_SLOW, "release_trial",
	 "试改：修改之后的全文（隐私政策，或者用户服务协议）和变更，不保存",
	 .body = "{edits: [{at: text, value: any}], text?: policy|agreement}",
	 .answer = "{" BETWEEN_SHAPE ", html: text}", .body_max = UPLOAD_MAX},
	{"POST", "/api/v1/staff/releases/{number}/submit", submit_post, API_STAFF, 0, "release_submit",
	 "提交审核；评定重大变更并写明告知公众的内容",
	 .body = "{summary?: text, note?: text, rated_minor?: bool, marks?: [{kind: "
		 "model|organisation|recipients|rights|contact|risk|other, reason: text}]}",
	 .answer = NUMBER},
	{"POST", "/api/v1/staff/releases/{number}/approve", approve_post, API_STAFF, 0, "release_approve",
	 "审核通过；不能由提交人办理", .body = "{note?: text}", .answer = NUMBER},
	{"POST", "/api/v1/staff/releases/{number}/reject", reject_post, API_STAFF, 0, "release_reject",
	 "退回，写明理由", .body = "{note: text}", .answer = NUMBER},
	{"POST", "/api/v1/staff/releases/{number}/withdraw", withdraw_post, API_STAFF, 0, "release_withdraw",
	 "撤回尚未发布的草稿", .body = "{note?: text}", .answer = NUMBER},
	{"POST", "/api/v1/staff/releases/{number}/compare", compare_post, API_STAFF, 0, "release_compare",
	 "与最新发布的版本重新比对；草稿换用新的编号", .answer = NUMBER},
	{"POST", "/api/v1/staff/releases/{number}/publish", publish_post, API_STAFF, 0, "release_publish",
	 "发布：effective 为 now 或者生效日期", .body = "{effective: text, note?: text}",
	 .answer = "{number: int, effective_at: time}"},
	{0},
};
