#include "services/exif.h"
#include <stdint.h>
#include <stdio.h>

enum {
	TAG_DATE = 0x0132,
	TAG_EXIF = 0x8769,
	TAG_GPS = 0x8825,
	TAG_TAKEN = 0x9003,
	GPS_LAT_REF = 1,
	GPS_LAT = 2,
	GPS_LON_REF = 3,
	GPS_LON = 4,
	TYPE_ASCII = 2,
	TYPE_LONG = 4,
	TYPE_RATIONAL = 5,
	ENTRY_SIZE = 12,
	ENTRIES_MAX = 200
};

/* The TIFF block inside the segment; every read is checked against its end. */
struct tiff {
	const uint8_t *p;
	size_t n;
	bool little;
};

static unsigned u16(const struct tiff *t, size_t at)
{
	if (at + 2 > t->n)
		return 0;
	return t->little ? t->p[at] | (unsigned)t->p[at + 1] << 8 : (unsigned)t->p[at] << 8 | t->p[at + 1];
}

static uint32_t u32(const struct tiff *t, size_t at)
{
	uint32_t a = u16(t, at), b = u16(t, at + 2);

	return at + 4 > t->n ? 0 : t->little ? a | b << 16 : a << 16 | b;
}

/* Where the value of a field of that type and count stands; 0 when there is none, or it does not fit. */
static size_t field(const struct tiff *t, size_t ifd, unsigned tag, unsigned type, uint32_t least)
{
	static const unsigned sizes[] = {[TYPE_ASCII] = 1, [TYPE_LONG] = 4, [TYPE_RATIONAL] = 8};
	unsigned entries = u16(t, ifd);

	for (unsigned i = 0; ifd != 0 && i < entries && i < ENTRIES_MAX; i++) {
		size_t at = ifd + 2 + (size_t)i * ENTRY_SIZE;
		if (at + ENTRY_SIZE > t->n)
			return 0;
		uint32_t count = u32(t, at + 4);
		if (u16(t, at) != tag || u16(t, at + 2) != type || count < least || count > t->n)
			continue;
		size_t bytes = (size_t)count * sizes[type];
		size_t where = bytes <= 4 ? at + 8 : u32(t, at + 8);
		return where <= t->n && bytes <= t->n - where ? where : 0;
	}
	return 0;
}

static size_t inner_ifd(const struct tiff *t, size_t ifd, unsigned tag)
{
	size_t at = field(t, ifd, tag, TYPE_LONG, 1);

	return at ? u32(t, at) : 0;
}

/* "2026:01:02 10:20:30" */
static void take_date(const struct tiff *t, size_t at, struct exif *ret)
{
	static const char form[] = "dddd:dd:dd dd:dd:dd";
	const char *s = (const char *)t->p + at;

	if (!at || at + sizeof form - 1 > t->n)
		return;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return;
	snprintf(ret->date, sizeof ret->date, "%.4s-%.2s-%.2s", s, s + 5, s + 8);
	snprintf(ret->time, sizeof ret->time, "%.8s", s + 11);
}

static bool part(const struct tiff *t, size_t at, double *ret)
{
	uint32_t above = u32(t, at), below = u32(t, at + 4);

	*ret = below ? (double)above / below : 0;
	return below != 0;
}

/* Degrees, minutes and seconds; negative in the south and the west. */
static bool angle(const struct tiff *t, size_t gps, unsigned tag, unsigned ref_tag, double limit, double *ret)
{
	size_t at = field(t, gps, tag, TYPE_RATIONAL, 3), ref = field(t, gps, ref_tag, TYPE_ASCII, 1);
	double d, m, s;

	if (!at || !ref || !part(t, at, &d) || !part(t, at + 8, &m) || !part(t, at + 16, &s))
		return false;
	*ret = d + m / 60 + s / 3600;
	bool inside = *ret <= limit && m < 60 && s < 60;
	if (t->p[ref] == 'S' || t->p[ref] == 'W')
		*ret = -*ret;
	return inside;
}

static void take_place(const struct tiff *t, size_t gps, struct exif *ret)
{
	double lat, lon;

	if (gps && angle(t, gps, GPS_LAT, GPS_LAT_REF, 90, &lat) &&
	    angle(t, gps, GPS_LON, GPS_LON_REF, 180, &lon))
		snprintf(ret->place, sizeof ret->place, "%.6f,%.6f", lat, lon);
}

static void read_tiff(struct tiff t, struct exif *ret)
{
	if (t.n < 8 || t.p[0] != t.p[1] || (t.p[0] != 'I' && t.p[0] != 'M'))
		return;
	t.little = t.p[0] == 'I';
	if (u16(&t, 2) != 42)
		return;
	size_t ifd = u32(&t, 4), exif = inner_ifd(&t, ifd, TAG_EXIF);
	size_t taken = field(&t, exif, TAG_TAKEN, TYPE_ASCII, 19);
	take_date(&t, taken ? taken : field(&t, ifd, TAG_DATE, TYPE_ASCII, 19), ret);
	take_place(&t, inner_ifd(&t, ifd, TAG_GPS), ret);
}

/* The segments up to the first scan; the first that is Exif counts. */
void exif_read(struct slice picture, struct exif *ret)
{
	const uint8_t *p = (const uint8_t *)picture.p;
	size_t at = 2;

	*ret = (struct exif){0};
	if (picture.n < 4 || p[0] != 0xff || p[1] != 0xd8)
		return;
	while (at + 4 <= picture.n && p[at] == 0xff && p[at + 1] != 0xda) {
		size_t size = (size_t)p[at + 2] << 8 | p[at + 3];
		if (size < 2 || size > picture.n - at - 2)
			return;
		if (p[at + 1] == 0xe1 && size > 8 && memcmp(p + at + 4, "Exif\0\0", 6) == 0) {
			read_tiff((struct tiff){p + at + 10, size - 8, false}, ret);
			return;
		}
		at += 2 + size;
	}
}
