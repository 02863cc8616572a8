#include "names.h"

#include <stdio.h>
#include <string.h>

uint64_t dice_roll(struct dice *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned dice_below(struct dice *d, unsigned n)
{
	return (unsigned)(dice_roll(d) % n);
}

struct dice dice_for(uint64_t seed, unsigned person, const char *property)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (const char *p = property; *p; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3u;
	return (struct dice){h + person * 0xd1342543de82ef95u};
}

static const struct {
	const char *key, *name, *area;
} cities[CITY_COUNT] = {
	{"tianjin", "天津市", "1299"},
	{"nantong", "江苏省南通市", "3299"},
};

const char *city_key(enum city c)
{
	return cities[c].key;
}

const char *city_name(enum city c)
{
	return cities[c].name;
}

const char *city_area_prefix(enum city c)
{
	return cities[c].area;
}

#define PICK(d, list) ((list)[dice_below((d), sizeof(list) / sizeof *(list))])

/* Frequent ones stand twice. */
static const char *const surnames[] = {
	"王", "李", "张", "刘", "陈", "杨", "赵",   "黄",   "周",   "吴",   "王", "李", "张", "刘",
	"陈", "徐", "孙", "胡", "朱", "高", "林",   "何",   "郭",   "马",   "罗", "梁", "宋", "郑",
	"谢", "韩", "唐", "冯", "于", "董", "萧",   "程",   "曹",   "袁",   "邓", "许", "傅", "沈",
	"曾", "彭", "吕", "苏", "卢", "蒋", "蔡",   "贾",   "丁",   "魏",   "薛", "叶", "阎", "余",
	"潘", "杜", "戴", "夏", "钟", "汪", "田",   "任",   "姜",   "范",   "方", "石", "姚", "谭",
	"廖", "邹", "熊", "金", "陆", "郝", "孔",   "白",   "崔",   "康",   "毛", "邱", "秦", "江",
	"史", "顾", "侯", "邵", "孟", "龙", "万",   "段",   "钱",   "汤",   "尹", "黎", "易", "常",
	"武", "乔", "贺", "赖", "龚", "文", "欧阳", "司马", "诸葛", "上官",
};

static const char *const male_chars[] = {
	"伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "明", "超", "刚", "平", "辉", "鹏",
	"华", "飞", "鑫", "波", "斌", "宇", "浩", "凯", "健", "俊", "帆", "旭", "宁", "龙",
	"林", "峰", "志", "建", "文", "海", "子", "轩", "博", "睿", "泽", "晨", "嘉", "亦",
	"铭", "远", "承", "景", "川", "祺", "安", "岩", "松", "柏", "恒", "毅",
};

static const char *const female_chars[] = {
	"芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "秀", "玲", "桂", "英", "梅", "燕",
	"红", "云", "洁", "颖", "琳", "雪", "慧", "莹", "倩", "婷", "玉", "萍", "蕾", "薇",
	"欣", "怡", "佳", "雅", "诗", "涵", "梓", "萱", "语", "晴", "思", "婉", "若", "书",
	"清", "月", "宁", "悦", "岚", "菲", "瑶", "珊", "璐", "淑", "惠", "珍",
};

const char *surname_of(struct dice *d)
{
	return PICK(d, surnames);
}

void given_name_of(struct dice *d, bool female, char ret[static 16])
{
	const char *first = female ? PICK(d, female_chars) : PICK(d, male_chars);
	const char *second = female ? PICK(d, female_chars) : PICK(d, male_chars);
	bool one = dice_below(d, 100) < 18 || strcmp(first, second) == 0;

	snprintf(ret, 16, "%s%s", first, one ? "" : second);
}

const char *district_of(enum city c, struct dice *d)
{
	static const char *const tianjin[] = {"和平区", "河东区", "河西区", "南开区", "河北区", "红桥区",
					      "东丽区", "西青区", "津南区", "北辰区", "武清区", "滨海新区"};
	static const char *const nantong[] = {"崇川区", "通州区", "海门区", "海安市",
					      "如皋市", "启东市", "如东县"};

	return c == CITY_TIANJIN ? PICK(d, tianjin) : PICK(d, nantong);
}

/* Made-up streets: no address is anybody's. */
const char *street_of(struct dice *d)
{
	static const char *const streets[] = {"示范一路", "示范二路", "样例大街", "样例东街",
					      "样例西街", "演示中路", "演示南路", "演示北路",
					      "测试花园", "测试新村", "模拟小区", "模拟家园"};

	return PICK(d, streets);
}

const char *ethnicity_of(struct dice *d)
{
	static const char *const others[] = {"回族",   "满族", "蒙古族", "朝鲜族",
					     "土家族", "苗族", "壮族",	 "维吾尔族"};

	return dice_below(d, 100) < 92 ? "汉族" : PICK(d, others);
}

const char *occupation_of(struct dice *d)
{
	static const char *const jobs[] = {"工程技术人员", "教师",	  "护士",     "会计",
					   "销售人员",	   "驾驶员",	  "公司职员", "个体经营",
					   "生产工人",	   "餐饮服务人员"};

	return PICK(d, jobs);
}

const char *school_of(struct dice *d)
{
	static const char *const schools[] = {"示范大学", "样例理工学院", "演示师范大学", "模拟职业技术学院",
					      "测试高级中学"};

	return PICK(d, schools);
}
