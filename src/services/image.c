#include "services/image.h"

static err not_a_picture(struct ctx *c)
{
	return fail_field(c, "file", "文件不是完整的 JPEG 或 PNG 图片，请重新拍摄或选择");
}

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- JPEG (ITU-T T.81 annex B)
 * --------------------------------------------------------------------------------- */

enum {
	JPEG_SOI = 0xd8,
	JPEG_EOI = 0xd9,
	JPEG_SOS = 0xda,
	JPEG_APP0 = 0xe0,
	JPEG_APP1 = 0xe1,
	JPEG_APP2 = 0xe2,
	JPEG_APP14 = 0xee,
	JPEG_APP15 = 0xef,
	JPEG_COM = 0xfe
};

/* APP0 JFIF (without its thumbnail's extension JFXX), APP2 ICC profile and APP14 Adobe decide how pixels
 * look. */
static bool keep_segment(unsigned marker, struct slice body)
{
	if (marker == JPEG_APP0)
		return slice_starts(body, "JFIF");
	if (marker == JPEG_APP2)
		return slice_starts(body, "ICC_PROFILE");
	if (marker == JPEG_APP14)
		return slice_starts(body, "Adobe");
	return !(marker > JPEG_APP0 && marker <= JPEG_APP15) && marker != JPEG_COM;
}

/* Orientation (tag 0x0112) of IFD0 in an Exif segment; 1 when there is none. */
static unsigned exif_orientation(struct slice body)
{
	if (body.n < 14 || memcmp(body.p, "Exif\0\0", 6) != 0)
		return 1;
	const uint8_t *t = (const uint8_t *)body.p + 6;
	size_t n = body.n - 6;
	bool little = t[0] == 'I';
	uint32_t ifd =
		little ? (uint32_t)t[4] | (uint32_t)t[5] << 8 | (uint32_t)t[6] << 16 | (uint32_t)t[7] << 24
		       : be32(t + 4);
	if (ifd > n || n - ifd < 2)
		return 1;
	unsigned entries = little ? t[ifd] | (unsigned)t[ifd + 1] << 8 : be16(t + ifd);
	for (size_t i = 0, at = ifd + 2; i < entries && at + 12 <= n; i++, at += 12) {
		unsigned tag = little ? t[at] | (unsigned)t[at + 1] << 8 : be16(t + at);
		if (tag == 0x0112) {
			unsigned value = little ? t[at + 8] : t[at + 9];
			return value >= 1 && value <= 8 ? value : 1;
		}
	}
	return 1;
}

/* An Exif segment that says how to turn the picture and nothing more. */
static void add_orientation(struct buf *out, unsigned orientation)
{
	uint8_t segment[] = {0xff, JPEG_APP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
			     'M',  'M',	      0, 42, 0,	  0,   0,   8,	 0, 1,
			     0x01, 0x12,      0, 3,  0,	  0,   0,   1,	 0, (uint8_t)orientation,
			     0,	   0,	      0, 0,  0,	  0};
	buf_add(out, segment, sizeof segment);
}

/* Entropy-coded data runs to the next marker that is neither stuffing (FF 00) nor a restart (FF D0 to D7). */
static size_t scan_end(const uint8_t *p, size_t at, size_t n)
{
	while (at + 1 < n) {
		const uint8_t *ff = memchr(p + at, 0xff, n - at - 1);
		if (!ff)
			return n;
		at = (size_t)(ff - p);
		if (p[at + 1] != 0 && !(p[at + 1] >= 0xd0 && p[at + 1] <= 0xd7))
			return at;
		at += 2;
	}
	return n;
}

static err strip_jpeg(struct ctx *c, struct slice bytes, struct buf *ret)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	size_t n = bytes.n, at = 2;
	bool scanned = false, oriented = false;

	if (n < 4 || p[0] != 0xff || p[1] != JPEG_SOI)
		return not_a_picture(c);
	buf_add(ret, p, 2);
	while (at + 4 <= n || (at + 2 <= n && p[at + 1] == JPEG_EOI)) {
		unsigned marker = p[at + 1];
		if (p[at] != 0xff)
			return not_a_picture(c);
		if (marker == 0xff) { /* fill byte */
			at++;
			continue;
		}
		if (marker == JPEG_EOI) {
			buf_add(ret, p + at, 2);
			return scanned && !ret->failed ? OK : not_a_picture(c);
		}
		size_t size = be16(p + at + 2);
		if (size < 2 || size > n - at - 2)
			return not_a_picture(c);
		struct slice body = {bytes.p + at + 4, size - 2};
		unsigned orientation = marker == JPEG_APP1 && !oriented ? exif_orientation(body) : 1;
		if (orientation != 1) {
			add_orientation(ret, orientation);
			oriented = true;
		}
		if (keep_segment(marker, body))
			buf_add(ret, p + at, size + 2);
		at += size + 2;
		if (marker == JPEG_SOS) {
			size_t end = scan_end(p, at, n);
			buf_add(ret, p + at, end - at);
			at = end;
			scanned = true;
		}
	}
	return not_a_picture(c);
}

/* ---- PNG (W3C PNG, third edition)
 * -------------------------------------------------------------------------------- */

static bool keep_chunk(const uint8_t *type)
{
	static const char *const colour[] = {"cHRM", "gAMA", "iCCP", "sBIT", "sRGB",
					     "cICP", "tRNS", "bKGD", "pHYs"};

	if (!(type[0] & 0x20)) /* an upper-case first letter: critical */
		return true;
	for (size_t i = 0; i < sizeof colour / sizeof *colour; i++)
		if (memcmp(type, colour[i], 4) == 0)
			return true;
	return false;
}

static err strip_png(struct ctx *c, struct slice bytes, struct buf *ret)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	size_t at = 8;
	bool data = false;

	if (bytes.n < 8 || memcmp(p, "\x89PNG\r\n\x1a\n", 8) != 0)
		return not_a_picture(c);
	buf_add(ret, p, 8);
	while (bytes.n - at >= 12) {
		size_t size = be32(p + at);
		if (size > bytes.n - at - 12)
			return not_a_picture(c);
		const uint8_t *type = p + at + 4;
		if (at == 8 && memcmp(type, "IHDR", 4) != 0)
			return not_a_picture(c);
		data |= memcmp(type, "IDAT", 4) == 0;
		if (keep_chunk(type))
			buf_add(ret, p + at, size + 12);
		if (memcmp(type, "IEND", 4) == 0)
			return data && !ret->failed ? OK : not_a_picture(c);
		at += size + 12;
	}
	return not_a_picture(c);
}

err image_strip(struct ctx *c, const char *type, struct slice bytes, struct buf *ret)
{
	if (strcmp(type, "image/jpeg") == 0)
		return strip_jpeg(c, bytes, ret);
	if (strcmp(type, "image/png") == 0)
		return strip_png(c, bytes, ret);
	return not_a_picture(c);
}
