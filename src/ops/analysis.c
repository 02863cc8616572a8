#include "base/id.h"
#include "consent/consent.h"
#include "ops/analysis_rows.h"
#include "ops/reversals.h"
#include "ops/telling.h"
#include "partners/deliveries.h"

enum { BATCH = CODED_MAX, PURPOSE_MIN = 4, TEXT_MAX = 200, COMMON_MAX = 512 };
/* Everybody who was there was counted: who comes later is in no group, and in no row. */
static const int64_t WALKED = INT64_MAX;

/* ---- fields ---- */

static const char *const fixed[][2] = {{"registered_year", "注册年份"},
				       {"registered_month", "注册月份"},
				       {"age", "是否成年"},
				       {"realname", "是否实名"}};

struct each_field {
	analysis_field_fn fn;
	void *arg;
};

static const struct category *category_of(const struct ctx *c, const char *key)
{
	const struct category *k =
		strncmp(key, "category:", 9) == 0 ? release_category(c->release, key + 9) : NULL;

	return k && strcmp(k->kind, "service") == 0 ? k : NULL;
}

/* Whether a partner delivered something of the person: "partner:<cooperation>". */
static bool cooperation_of(struct ctx *c, const char *key, struct cooperation *ret)
{
	struct failure before = c->failure;

	if (strncmp(key, "partner:", 8) != 0 || failed(cooperation_find(c, key + 8, ret))) {
		c->failure = before;
		return false;
	}
	return true;
}

static err offer_cooperation(struct ctx *c, const struct cooperation *k, void *arg)
{
	const struct each_field *each = arg;

	return each->fn(c, arena_printf(c->arena, "partner:%s", k->key),
			arena_printf(c->arena, "是否有%s", k->name), each->arg);
}

const char *analysis_field_name(struct ctx *c, const char *key)
{
	struct cooperation cooperation;
	const struct category *k = category_of(c, key);

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strcmp(fixed[i][0], key) == 0)
			return fixed[i][1];
	if (cooperation_of(c, key, &cooperation))
		return arena_printf(c->arena, "是否有%s", cooperation.name);
	return k ? arena_printf(c->arena, "是否使用%s", k->name) : NULL;
}

err analysis_fields(struct ctx *c, analysis_field_fn fn, void *arg)
{
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		TRY(fn(c, fixed[i][0], fixed[i][1], arg));
	for (unsigned i = 0; i < release_category_count(c->release); i++) {
		const struct category *k = release_category_at(c->release, i);
		if (strcmp(k->kind, "service") == 0)
			TRY(fn(c, arena_printf(c->arena, "category:%s", k->key),
			       arena_printf(c->arena, "是否使用%s", k->name), arg));
	}
	return cooperation_list(c, offer_cooperation, &(struct each_field){fn, arg});
}

/* ---- reading ---- */

struct each {
	analysis_fn fn;
	void *arg;
};

static err set_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each *each = arg;
	struct analysis a = {.id = row_int(r, 0),
			     .state = row_copy(c, r, 1),
			     .fields = row_copy(c, r, 2),
			     .purpose = row_copy(c, r, 3),
			     .receiver = row_copy(c, r, 4),
			     .made_by = row_copy(c, r, 5),
			     .made_at_ms = row_int(r, 6),
			     .walk_after = row_int(r, 7),
			     .least = row_int(r, 8),
			     .people = row_int(r, 9),
			     .suppressed = row_int(r, 10),
			     .reason = row_copy(c, r, 11),
			     .checked_at_ms = row_int(r, 12),
			     .part = row_copy(c, r, 13),
			     .product = row_copy(c, r, 14),
			     .form = row_copy(c, r, 15),
			     .key_state = row_copy(c, r, 16)};

	return each->fn(c, &a, each->arg);
}

err analysis_list(struct ctx *c, int64_t before, int limit, analysis_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_ANALYSIS_LIST,
			  PARAMS(P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)), set_row,
			  &(struct each){fn, arg});
}

struct each_sum {
	analysis_sum_fn fn;
	void *arg;
};

static err sum_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each_sum *each = arg;
	struct analysis_sum s = {row_copy(c, r, 0), row_copy(c, r, 1), row_copy(c, r, 2), row_int(r, 3),
				 row_int(r, 4)};

	return each->fn(c, &s, each->arg);
}

err analysis_own(struct ctx *c, int64_t since_ms, analysis_sum_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_ANALYSIS_OWN, PARAMS(P_INT(since_ms)), sum_row,
			  &(struct each_sum){fn, arg});
}

static err keep(struct ctx *c, const struct analysis *a, void *arg)
{
	(void)c;
	*(struct analysis *)arg = *a;
	return OK;
}

err analysis_get(struct ctx *c, int64_t id, struct analysis *ret)
{
	struct analysis a = {0};

	TRY(store_rows(c, c->store, Q_ANALYSIS_GET, PARAMS(P_INT(id)), set_row, &(struct each){keep, &a}));
	if (!a.id)
		FAIL(c, ERR_NOT_FOUND, "没有这份数据");
	*ret = a;
	return OK;
}

struct each_group {
	analysis_group_fn fn;
	void *arg;
};

static err group_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each_group *each = arg;

	return each->fn(c, row_copy(c, r, 0), row_int(r, 1), each->arg);
}

static err each_group(struct ctx *c, int64_t id, analysis_group_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_ANALYSIS_GROUP_LIST, PARAMS(P_INT(id)), group_row,
			  &(struct each_group){fn, arg});
}

static const struct exception *ground_of(const struct ctx *c)
{
	for (unsigned i = 0; i < release_exception_count(c->release); i++) {
		const struct exception *e = release_exception_at(c->release, i);
		if (exception_needs(e, NEED_DEIDENTIFIED) && exception_holds(e, EXCEPTION_SHARE))
			return e;
	}
	return NULL;
}

const char *analysis_clause(const struct ctx *c)
{
	const struct exception *e = ground_of(c);

	return e ? e->clause : city_text(c->release, "gate.clause.ground");
}

static const char *field_next(struct ctx *c, const char **at);

/* What partners delivered is analysed, put together with other sources and used only as far as the
 * cooperation needs it (NT-1.2.3.b). act: analyse when a set is made, use when its numbers are read. */
static err check_cooperations(struct ctx *c, const struct analysis *a, const char *act)
{
	const char *at = a->fields, *field, *other;
	struct cooperation k;

	while ((field = field_next(c, &at))) {
		const char *others = a->fields;
		if (!cooperation_of(c, field, &k))
			continue;
		TRY(cooperation_must_allow(c, &k, act));
		while ((other = field_next(c, &others)))
			if (strcmp(other, field) != 0)
				TRY(cooperation_must_combine(c, &k, other));
	}
	return OK;
}

bool analysis_has_rows(const struct analysis *a)
{
	return strcmp(a->form, "rows") == 0;
}

bool analysis_reversible(const struct ctx *c)
{
	return city_flag(c->release, "deidentify.reversible");
}

err analysis_must_be_ready(struct ctx *c, const struct analysis *a)
{
	TRY(check_cooperations(c, a, "use"));
	if (strcmp(a->state, "refused") == 0)
		return refuse(c, "not_declared", analysis_clause(c), "没有通过去标识检查：%s", a->reason);
	if (strcmp(a->state, "ready") != 0)
		FAIL(c, ERR_CONFLICT, "还在统计和检查");
	return OK;
}

err analysis_groups(struct ctx *c, const struct analysis *a, analysis_group_fn fn, void *arg)
{
	TRY(analysis_must_be_ready(c, a));
	return each_group(c, a->id, fn, arg);
}

/* ---- asked for ---- */

/* One field after the other; NULL at the end. */
static const char *field_next(struct ctx *c, const char **at)
{
	size_t n = strcspn(*at, " ");
	const char *field = n ? arena_copy(c->arena, slice_bytes(*at, n)) : NULL;

	*at += n + ((*at)[n] == ' ');
	return field;
}

/* Whatever stands in the vocabulary of items is about a person: it identifies, or helps to. */
static err check_fields(struct ctx *c, const struct analysis *a)
{
	const char *at = a->fields, *field;
	int count = 0;

	while ((field = field_next(c, &at))) {
		const struct item *it = release_item(c->release, field);
		if (it)
			return refuse(c, "not_declared", analysis_clause(c),
				      "没有通过去标识检查：“%s”可以用来识别个人，不能作为字段。", it->name);
		if (!analysis_field_name(c, field))
			return fail_field(c, "fields", "没有这个字段");
		count++;
	}
	if (count < 1 || count > ANALYSIS_FIELDS_MAX)
		return fail_field(c, "fields", "请选择 1 至 4 个字段");
	return OK;
}

const char *analysis_product_name(struct ctx *c, const char *key)
{
	const struct service *s = release_service(c->release, key);

	if (strcmp(key, "app") == 0)
		return "整个应用";
	return s ? s->name : NULL;
}

/* The whole of which the policy lists parts, or NULL. */
static const struct purpose *parted(const struct ctx *c)
{
	for (unsigned i = 0; i < release_purpose_count(c->release); i++)
		if (release_purpose_at(c->release, i)->parted)
			return release_purpose_at(c->release, i);
	return NULL;
}

/* NT-1.4.b: a use outside the listed parts is refused. */
static err check_part(struct ctx *c, const struct analysis *a)
{
	const struct purpose *p = release_purpose(c->release, a->part), *whole = parted(c);

	if (!*a->part && (!whole || *a->receiver))
		return *a->product ? fail_field(c, "product", "没有写用途的分项，不写产品") : OK;
	if (!*a->part)
		return fail_field(c, "part", "请选择用途的分项");
	if (!p || !p->within)
		return refuse(c, "not_declared",
			      p	      ? p->clause
			      : whole ? whole->clause
				      : analysis_clause(c),
			      "隐私政策列出的用途分项中没有这一项，没有统计");
	if (!analysis_product_name(c, a->product))
		return fail_field(c, "product", "请选择为哪项产品或者服务统计");
	return OK;
}

static err make_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct analysis *a = arg;

	TRY(tx_exec(c, tx, Q_ANALYSIS_INSERT,
		    PARAMS(P_INT(a->id), P_STR(a->fields), P_STR(a->purpose), P_STR(a->receiver),
			   P_STR(a->made_by), P_INT(a->made_at_ms), P_INT(a->least), P_STR(a->part),
			   P_STR(a->product), P_STR(a->form), P_STR(a->key_state)),
		    NULL));
	return job_add(c, tx, "analysis_make", 0, a->id, c->now_ms, NULL);
}

/* NT-A.8: a way back is kept only of rows, and only where the policy speaks of it. */
static err check_form(struct ctx *c, const struct analysis *a)
{
	if (strcmp(a->key_state, "none") == 0)
		return OK;
	if (!analysis_reversible(c))
		return refuse(c, "not_declared", analysis_clause(c),
			      "隐私政策没有可以还原的去标识数据，不能保留对应表。");
	return analysis_has_rows(a) ? OK : fail_field(c, "reversible", "只有逐人的数据可以保留对应表");
}

err analysis_make(struct ctx *c, const struct staff *s, struct analysis *a)
{
	size_t chars = slice_chars(slice_of(a->purpose));

	TRY(staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL));
	if (chars < PURPOSE_MIN || chars > TEXT_MAX)
		return fail_field(c, "purpose", "请用 4 至 200 个字写明用途");
	if (slice_chars(slice_of(a->receiver)) > TEXT_MAX)
		return fail_field(c, "receiver", "请写明接收方，200 个字以内");
	if (*a->receiver && !ground_of(c))
		return refuse(c, "not_declared", analysis_clause(c),
			      "隐私政策没有把去标识的数据列为可以不经同意提供的情形，只能自用。");
	TRY(check_form(c, a));
	TRY(check_part(c, a));
	TRY(check_fields(c, a));
	TRY(check_cooperations(c, a, "analyse"));
	a->id = id_new(c->now_ms);
	a->state = "making";
	a->reason = "";
	a->made_by = s->name;
	a->made_at_ms = c->now_ms;
	a->least = city_int(c->release, "deidentify.k", ANALYSIS_K);
	return store_write(c, c->store, make_rows, a);
}

/* ---- counting ---- */

static err value_of(struct ctx *c, const char *field, int64_t subject_id, const struct person_counted *p,
		    const char **ret)
{
	const struct category *k = category_of(c, field);
	struct date d = date_of(p->since_ms);
	struct cooperation from;
	bool uses = false;

	if (cooperation_of(c, field, &from)) {
		TRY(partner_data_in_use(c, subject_id, &from, &uses));
		*ret = uses ? "有" : "没有";
	} else if (k) {
		TRY(concerned_by(c, k->key, NULL, subject_id, true, &uses));
		*ret = uses ? "使用" : "未使用";
	} else if (strcmp(field, "registered_year") == 0) {
		*ret = arena_printf(c->arena, "%04d", d.year);
	} else if (strcmp(field, "registered_month") == 0) {
		*ret = arena_printf(c->arena, "%04d-%02d", d.year, d.month);
	} else if (strcmp(field, "age") == 0) {
		*ret = p->minor ? "未成年" : "成年";
	} else {
		*ret = p->realname_level > 0 ? "已实名" : "未实名";
	}
	return OK;
}

/* Of children nothing is counted: both policies say so where they speak of children (PIPL 31). */
static err is_child(struct ctx *c, int64_t subject_id, const struct person_counted *p, bool *ret)
{
	struct facts f = {0};
	struct head h;

	if (p->minor)
		TRY(facts_load(c, subject_id, &f, &h));
	*ret = f.child;
	return OK;
}

err analysis_common(struct ctx *c, const struct analysis *a, int64_t subject_id, const char **ret)
{
	BUF_SCOPED out = {0};
	struct person_counted p;
	const char *at = a->fields, *field, *value;
	bool child = false;

	*ret = NULL;
	buf_init(&out, COMMON_MAX);
	TRY(facts_counted(c, subject_id, &p));
	TRY(is_child(c, subject_id, &p, &child));
	if (child)
		return OK;
	while ((field = field_next(c, &at))) {
		TRY(value_of(c, field, subject_id, &p, &value));
		buf_printf(&out, "%s%s", out.size ? "\t" : "", value);
	}
	*ret = arena_copy(c->arena, buf_slice(&out));
	return OK;
}

struct counting {
	const struct analysis *a;
	const char *common[BATCH];
	int64_t subjects[BATCH];
	size_t count;
	int64_t after;
	struct coded *coded; /* of a set with rows */
};

static err counting_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct counting *k = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_ANALYSIS_WALKED,
		    PARAMS(P_INT(k->a->id), P_INT(k->after), P_INT(k->count), P_INT(k->a->walk_after)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_STALE, "已经变化");
	for (size_t i = 0; i < k->count; i++)
		TRY(tx_exec(c, tx, Q_ANALYSIS_GROUP_ADD,
			    PARAMS(P_INT(k->a->id), P_STR(k->common[i]), P_INT(1)), NULL));
	return k->coded ? coded_rows(c, tx, k->a, k->coded, k->count) : OK;
}

/* ---- the check ---- */

struct checking {
	const struct analysis *a;
	int64_t groups, small, small_people, matches;
};

/* A join with the account table: each value, as each kind of identifier. */
static err join(struct ctx *c, const char *common, struct checking *k)
{
	static const char *const kinds[] = {"username", "phone", "id_number"};
	const char *at = common;

	while (*at) {
		size_t n = strcspn(at, "\t");
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			int64_t found = 0;
			TRY(account_lookup(c, kinds[i], slice_bytes(at, n), &found));
			k->matches += found != 0;
		}
		at += n + (at[n] == '\t');
	}
	return OK;
}

static err check_group(struct ctx *c, const char *common, int64_t people, void *arg)
{
	struct checking *k = arg;
	bool small = people < k->a->least;

	k->groups++;
	k->small += small;
	k->small_people += small ? people : 0;
	return join(c, common, k);
}

struct checked_set {
	const struct analysis *a;
	const char *state, *reason;
	int64_t suppressed, below;
};

static err ending_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct checked_set *e = arg;

	TRY(tx_exec(c, tx, Q_ANALYSIS_GROUP_SMALL, PARAMS(P_INT(e->a->id), P_INT(e->below)), NULL));
	if (strcmp(e->a->key_state, "kept") == 0)
		TRY(reversal_begin_rows(c, tx, e->a->id, strcmp(e->state, "ready") == 0));
	return tx_exec(c, tx, Q_ANALYSIS_CHECKED,
		       PARAMS(P_INT(e->a->id), P_STR(e->state), P_INT(e->suppressed), P_STR(e->reason),
			      P_INT(c->now_ms)),
		       NULL);
}

/* What fails for somebody outside goes as a whole; for our own use the small groups go. */
static err check(struct ctx *c, const struct analysis *a, int64_t *ret_again_at_ms)
{
	struct checking k = {.a = a};
	struct checked_set e = {.a = a, .state = "ready", .reason = "", .below = a->least};
	bool settled = true;

	TRY(each_group(c, a->id, check_group, &k));
	if (k.matches)
		e.reason = arena_printf(c->arena, "有 %lld 个值在账号表中找得到", (long long)k.matches);
	else if (k.small && *a->receiver)
		e.reason = arena_printf(c->arena, "有 %lld 个分组不足 %lld 人，请减少字段或者选择较粗的字段",
					(long long)k.small, (long long)a->least);
	if (*e.reason) {
		e.state = "refused";
		e.below = 0;
	} else
		e.suppressed = k.small_people;
	if (analysis_has_rows(a))
		TRY(coded_settle(c, a, *e.reason ? INT64_MAX : a->least, &settled));
	if (!settled) {
		*ret_again_at_ms = c->now_ms;
		return OK;
	}
	return store_write(c, c->store, ending_rows, &e);
}

static err count_some(struct ctx *c, struct analysis *a, bool *ret_all)
{
	struct counting k = {.a = a};
	int64_t ids[BATCH];
	size_t count = 0;

	TRY(account_walk(c, a->walk_after, BATCH, ids, &count));
	k.after = count == BATCH ? ids[count - 1] : WALKED;
	for (size_t i = 0; i < count; i++) {
		TRY(analysis_common(c, a, ids[i], &k.common[k.count]));
		if (k.common[k.count])
			k.subjects[k.count++] = ids[i];
	}
	if (analysis_has_rows(a))
		TRY(coded_prepare(c, a, k.subjects, k.common, k.count, &k.coded));
	TRY(store_write(c, c->store, counting_rows, &k));
	a->walk_after = k.after;
	*ret_all = k.after == WALKED;
	return OK;
}

err analysis_make_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct analysis a;
	bool all = false;

	TRY(analysis_get(c, j->ref_id, &a));
	if (strcmp(a.state, "making") != 0)
		return OK;
	all = a.walk_after == WALKED;
	if (!all)
		TRY(count_some(c, &a, &all));
	if (all)
		return check(c, &a, ret_again_at_ms);
	*ret_again_at_ms = c->now_ms;
	return OK;
}
