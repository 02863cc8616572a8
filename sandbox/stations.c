#include "stations.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
	const char *name, *district, *note;
	double lat, lon;
};

static const struct place trains[] = {
	{"天津站", "河北区", "高铁、城际、普速", 39.1365, 117.2096},
	{"天津西站", "红桥区", "高铁、城际、普速", 39.1585, 117.1636},
	{"天津南站", "西青区", "高铁", 39.0580, 117.0597},
	{"天津北站", "河北区", "普速", 39.1657, 117.2079},
	{"军粮城北站", "东丽区", "城际", 39.0758, 117.4163},
	{"塘沽站", "滨海新区", "城际、普速", 39.0133, 117.6566},
	{"滨海站", "滨海新区", "城际", 39.0010, 117.7116},
	{"滨海西站", "滨海新区", "高铁", 39.0440, 117.5840},
	{"武清站", "武清区", "城际", 39.3750, 117.0220},
	{"蓟州站", "蓟州区", "普速", 40.0350, 117.4080},
};

static const struct place buses[] = {
	{"示范路站", "和平区", "示范1路、示范8路", 39.1180, 117.1960},
	{"鼓楼东站", "南开区", "示范1路、示范2路", 39.1400, 117.1830},
	{"文化中心站", "河西区", "示范3路、示范8路", 39.0860, 117.2090},
	{"水上公园站", "南开区", "示范2路、示范5路", 39.0930, 117.1640},
	{"天塔站", "河西区", "示范5路", 39.0900, 117.1850},
	{"北站广场站", "河北区", "示范6路", 39.1650, 117.2070},
	{"西站南广场站", "红桥区", "示范4路、示范6路", 39.1570, 117.1640},
	{"张贵庄站", "东丽区", "示范7路", 39.0890, 117.3080},
	{"开发区站", "滨海新区", "示范9路", 39.0390, 117.7120},
	{"杨村站", "武清区", "示范10路", 39.3800, 117.0560},
};

enum { KM_PER_DEGREE = 111, FAR_M = 1000 };
/* of a degree of longitude against one of latitude at 39° north */
static const double narrow = 0.777;

struct near {
	const struct place *place;
	double m2; /* square of the distance */
};

static int nearest_first(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	return x->m2 < y->m2 ? -1 : x->m2 > y->m2;
}

static int by_district(const void *a, const void *b)
{
	const struct near *x = a, *y = b;
	int order = strcmp(x->place->district, y->place->district);

	return order ? order : strcmp(x->place->name, y->place->name);
}

static double root(double square)
{
	double x = square > 1 ? square : 1;

	for (int i = 0; i < 60; i++) /* Newton: no maths library for one distance */
		x = (x + square / x) / 2;
	return x;
}

static json_t *row_of(const struct near *n, bool placed)
{
	char distance[32];
	double m = placed ? root(n->m2) : 0;

	if (m < FAR_M)
		snprintf(distance, sizeof distance, "%.0f米", m);
	else
		snprintf(distance, sizeof distance, "%.1f公里", m / FAR_M);
	return json_pack("[ssss]", n->place->name, placed ? distance : "—", n->place->district,
			 n->place->note);
}

json_t *stations_table(const char *service, const char *position)
{
	bool train = strcmp(service, "train_query") == 0;
	const struct place *all = train ? trains : buses;
	size_t count = train ? sizeof trains / sizeof *trains : sizeof buses / sizeof *buses;
	struct near list[16];
	double lat = 0, lon = 0;
	bool placed = position && sscanf(position, "%lf,%lf", &lat, &lon) == 2;
	json_t *rows = json_array();

	for (size_t i = 0; i < count; i++) {
		double y = (all[i].lat - lat) * KM_PER_DEGREE * 1000,
		       x = (all[i].lon - lon) * KM_PER_DEGREE * 1000 * narrow;
		list[i] = (struct near){&all[i], x * x + y * y};
	}
	qsort(list, count, sizeof *list, placed ? nearest_first : by_district);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, row_of(&list[i], placed));
	return json_pack("{s[{ssss}{ssss}{ssss}{ssss}] so}", "columns", "key", "name", "name",
			 train ? "车站" : "站点", "key", "distance", "name", "距离", "key", "district",
			 "name", "所在区", "key", "note", "name", train ? "列车种类" : "线路", "rows", rows);
}
