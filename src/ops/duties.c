#include "ops/duties.h"
#include "base/clock.h"
#include "base/id.h"

enum { TEXT_MAX_CHARS = 500, DOCUMENT_MAX_CHARS = 100 };

const char *duty_state_word(enum duty_state s)
{
	static const char *const words[] = {"current", "soon", "expired", "event"};

	return words[s];
}

bool duties_concern(const struct staff *s)
{
	return strcmp(s->role, STAFF_HOTLINE_AGENT) == 0 || strcmp(s->role, STAFF_COMPLAINT_HANDLER) == 0;
}

/* ---- what is due ---- */

static err keep_last(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

static err last_done(struct ctx *c, const struct duty *d, const char *login, int64_t *ret)
{
	*ret = 0;
	return store_rows(c, c->store, Q_DUTY_LAST_OF, PARAMS(P_STR(d->key), P_STR(login)), keep_last, ret);
}

static int64_t due_of(const struct duty *d, int64_t done_on_ms)
{
	if (d->every_days == 0 || done_on_ms == 0)
		return 0;
	return date_start_ms(date_add_days(date_of(done_on_ms), d->every_days));
}

static enum duty_state state_of(const struct ctx *c, const struct duty *d, int64_t done_on_ms)
{
	int64_t due_ms = due_of(d, done_on_ms);

	if (d->every_days == 0)
		return DUTY_EVENT;
	if (c->now_ms >= due_ms)
		return DUTY_EXPIRED;
	if (c->now_ms >= date_start_ms(date_add_days(date_of(due_ms), -DUTY_SOON_DAYS)))
		return DUTY_SOON;
	return DUTY_CURRENT;
}

struct counting {
	struct duty_status *status;
	const char **missing;
	size_t capacity;
	bool any;
};

/* A duty of each is as good as that of the staff member for whom it is due first. */
static err count_staff(struct ctx *c, const struct staff *s, void *arg)
{
	struct counting *k = arg;
	struct duty_status *d = k->status;
	int64_t done_on_ms = 0;

	if (!duties_concern(s))
		return OK;
	TRY(last_done(c, d->duty, s->login, &done_on_ms));
	enum duty_state state = state_of(c, d->duty, done_on_ms);
	if (state == DUTY_EXPIRED && d->missing_count < k->capacity)
		k->missing[d->missing_count++] = arena_copy(c->arena, slice_of(s->name));
	if (!k->any || done_on_ms < d->done_on_ms) {
		d->done_on_ms = done_on_ms;
		d->state = state;
	}
	k->any = true;
	return OK;
}

static err status_of(struct ctx *c, struct duty_status *d)
{
	enum { MISSING_MAX = 200 };

	if (!d->duty->each_staff) {
		TRY(last_done(c, d->duty, "", &d->done_on_ms));
		d->state = state_of(c, d->duty, d->done_on_ms);
	} else {
		struct counting k = {d, ARENA_ARRAY(c->arena, const char *, MISSING_MAX), MISSING_MAX, false};
		d->state = DUTY_CURRENT; /* nobody does such work yet */
		d->missing = k.missing;
		TRY(staff_list(c, count_staff, &k));
	}
	d->due_on_ms = due_of(d->duty, d->done_on_ms);
	return OK;
}

err duties_status(struct ctx *c, struct duty_status **ret, size_t *ret_count)
{
	unsigned count = release_duty_count(c->release);
	struct duty_status *all = ARENA_ARRAY(c->arena, struct duty_status, count + 1);

	for (unsigned i = 0; i < count; i++) {
		all[i] = (struct duty_status){.duty = release_duty_at(c->release, i)};
		TRY(status_of(c, &all[i]));
	}
	*ret = all;
	*ret_count = count;
	return OK;
}

/* ---- records ---- */

struct each_record {
	duty_record_fn fn;
	void *arg;
};

static err record_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_record *each = arg;
	struct duty_record r = {
		.id = row_int(row, 0),
		.duty = row_copy(c, row, 1),
		.staff = row_copy(c, row, 2),
		.done_on_ms = row_int(row, 3),
		.note = row_copy(c, row, 4),
		.document = row_copy(c, row, 5),
		.recorded_by = row_copy(c, row, 6),
		.recorded_at_ms = row_int(row, 7),
	};

	return each->fn(c, &r, each->arg);
}

err duty_records(struct ctx *c, const char *duty, duty_record_fn fn, void *arg)
{
	if (!release_duty(c->release, duty))
		FAIL(c, ERR_NOT_FOUND, "隐私政策没有列出这项职责");
	return store_rows(c, c->store, Q_DUTY_RECORD_LIST, PARAMS(P_STR(duty)), record_row,
			  &(struct each_record){fn, arg});
}

struct search {
	const char *login;
	bool found;
};

static err find_staff(struct ctx *c, const struct staff *s, void *arg)
{
	struct search *search = arg;

	(void)c;
	search->found |= duties_concern(s) && strcmp(s->login, search->login) == 0;
	return OK;
}

static err check_staff(struct ctx *c, const struct duty *d, const char *login)
{
	struct search search = {.login = login};

	if (!d->each_staff)
		return *login ? fail_field(c, "staff", "这项职责由单位统一履行，不按人登记") : OK;
	TRY(staff_list(c, find_staff, &search));
	return search.found ? OK : fail_field(c, "staff", "请选择接触个人信息的工作人员");
}

static err check_record(struct ctx *c, const struct duty_record *r)
{
	const struct duty *d = release_duty(c->release, r->duty);

	if (!d)
		FAIL(c, ERR_NOT_FOUND, "隐私政策没有列出这项职责");
	if (r->done_on_ms > c->now_ms)
		return fail_field(c, "done_on", "履行日期不能晚于今天");
	if (slice_chars(slice_of(r->note)) > TEXT_MAX_CHARS)
		return fail_field(c, "note", "说明不超过500字");
	size_t chars = slice_chars(slice_of(r->document));
	if (chars == 0 || chars > DOCUMENT_MAX_CHARS)
		return fail_field(c, "document", "请写明证明文件的名称或者文号，100字以内");
	return check_staff(c, d, r->staff);
}

err duty_record_add(struct ctx *c, const char *by, struct duty_record *r)
{
	TRY(check_record(c, r));
	r->id = id_new(c->now_ms);
	r->recorded_by = by;
	r->recorded_at_ms = c->now_ms;
	return store_exec(c, c->store, Q_DUTY_RECORD_INSERT,
			  PARAMS(P_INT(r->id), P_STR(r->duty), P_STR(r->staff), P_INT(r->done_on_ms),
				 P_STR(r->note), P_STR(r->document), P_STR(r->recorded_by),
				 P_INT(r->recorded_at_ms)),
			  NULL);
}

/* ---- duties of each staff member ---- */

err duties_of_new_staff(struct ctx *c, const char *login, struct slice day)
{
	struct date date;

	if (!date_parse(day, &date))
		return fail_field(c, "duties-done", "日期请写作 2026-01-31");
	for (unsigned i = 0; i < release_duty_count(c->release); i++) {
		const struct duty *d = release_duty_at(c->release, i);
		struct duty_record r = {.duty = d->key,
					.staff = login,
					.done_on_ms = date_start_ms(date),
					.note = "开通账号时登记",
					.document = d->evidence};
		if (d->each_staff)
			TRY(duty_record_add(c, "开通账号的管理员", &r));
	}
	return OK;
}

static err keep_login(struct ctx *c, const struct row *row, void *arg)
{
	*(const char **)arg = row_copy(c, row, 1);
	return OK;
}

err duties_must_hold(struct ctx *c, const struct staff *s)
{
	const char *login = "";

	TRY(store_rows(c, c->store, Q_STAFF_BY_ID, PARAMS(P_INT(s->id)), keep_login, &login));
	for (unsigned i = 0; i < release_duty_count(c->release); i++) {
		const struct duty *d = release_duty_at(c->release, i);
		int64_t done_on_ms = 0;
		if (!d->each_staff)
			continue;
		TRY(last_done(c, d, login, &done_on_ms));
		if (state_of(c, d, done_on_ms) == DUTY_EXPIRED)
			return refuse(
				c, "not_yours", d->clause,
				"“%s”没有在有效期内的登记，暂时不能查看个人信息；请联系个人信息保护专员登记",
				d->name);
	}
	return OK;
}
