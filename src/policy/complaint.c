#include "policy/complaint.h"
#include <stdio.h>
#include <string.h>

enum { ARGUMENTS_MAX = 6, NUMBER_SIZE = 24 };

struct argument {
	struct slice text;
	char digits[NUMBER_SIZE];
};

static struct slice number_text(struct argument *a, long long value)
{
	int n = snprintf(a->digits, sizeof a->digits, "%lld", value);

	return (struct slice){a->digits, (size_t)n};
}

/* Takes the argument of the conversion that stands at fmt, after the %. Returns how long it is. */
static size_t take(const char *fmt, va_list *ap, struct argument *a)
{
	if (strncmp(fmt, ".*s", 3) == 0) {
		int n = va_arg(*ap, int);
		a->text = (struct slice){va_arg(*ap, const char *), (size_t)n};
		return 3;
	}
	if (strncmp(fmt, "zu", 2) == 0) {
		a->text = number_text(a, (long long)va_arg(*ap, size_t));
		return 2;
	}
	if (*fmt == 's')
		a->text = slice_of(va_arg(*ap, const char *));
	else if (*fmt == 'd')
		a->text = number_text(a, va_arg(*ap, int));
	else
		a->text = number_text(a, va_arg(*ap, unsigned));
	return 1;
}

static void take_all(const char *fmt, va_list *ap, struct argument *all)
{
	size_t count = 0;

	for (const char *p = strchr(fmt, '%'); p && count < ARGUMENTS_MAX; p = strchr(p, '%'))
		p += 1 + take(p + 1, ap, &all[count++]);
}

static void add_argument(struct buf *ret, const struct argument *a, bool translated)
{
	const char *chinese = translated ? complaint_chinese(a->text.p) : NULL;

	if (chinese)
		buf_add_text(ret, chinese);
	else
		buf_add_slice(ret, a->text);
}

static void write_chinese(struct buf *ret, const char *chinese, const struct argument *all)
{
	for (const char *p = chinese; *p;) {
		size_t n = strcspn(p, "$@");
		buf_add(ret, p, n);
		p += n;
		if (!*p)
			break;
		add_argument(ret, &all[p[1] - '1'], *p == '@');
		p += 2;
	}
}

static void write_english(struct buf *ret, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof text, fmt, ap);
	buf_add_text(ret, text);
}

void complaint_write(struct buf *ret, enum complaint_style style, const char *fmt, va_list ap)
{
	struct argument all[ARGUMENTS_MAX] = {0};
	const char *chinese = complaint_chinese(fmt);
	va_list own;

	if (style == COMPLAINT_ENGLISH || !chinese) { /* complaint_test.c walks them all */
		write_english(ret, fmt, ap);
		return;
	}
	va_copy(own, ap);
	take_all(fmt, &own, all);
	va_end(own);
	write_chinese(ret, chinese, all);
}
