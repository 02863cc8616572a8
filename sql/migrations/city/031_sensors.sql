-- Permissions for one function each, and how often a sensor was read. Technical: keys of permissions and of services; an
-- installation is nobody.

CREATE TABLE installation_function_permission (
	installation_id BIGINT NOT NULL,
	permission TEXT NOT NULL,
	service TEXT NOT NULL,
	granted BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, permission, service)
);

CREATE TABLE sensor_use (
	installation_id BIGINT NOT NULL,
	permission TEXT NOT NULL,
	service TEXT NOT NULL,
	uses BIGINT NOT NULL,
	last_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, permission, service)
);
