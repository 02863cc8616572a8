-- Staff of the city. No personal table: a staff member acts in office.
CREATE TABLE staff (
	staff_id BIGINT PRIMARY KEY,
	login TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	department TEXT,
	password_hash TEXT NOT NULL,
	totp_step BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	locked_until BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT
);

CREATE TABLE staff_session (
	token_hash BLOB PRIMARY KEY,
	staff_id BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	last_seen_at BIGINT NOT NULL
);
