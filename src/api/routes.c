#include "api/routes.h"

extern const struct api_route api_policy_routes[];

const struct api_route *const api_route_tables[] = {
	api_policy_routes,
	NULL,
};
