-- What officers write about single clauses of the policy (ops/clauses.h). No person's.

-- How a clause is to be read. Public; it changes no decision. ended_at_ms 0: stands.
CREATE TABLE clause_note (
	note_id BIGINT PRIMARY KEY,
	clause TEXT NOT NULL,
	text TEXT NOT NULL,
	written_by TEXT NOT NULL,
	role TEXT NOT NULL,
	written_at_ms BIGINT NOT NULL,
	ended_at_ms BIGINT NOT NULL,
	ended_by TEXT NOT NULL
);

-- What was decided in a matter. It rests on a clause, or names the law, rule or custom: basis clause, law, rule, custom.
CREATE TABLE clause_decision (
	decision_id BIGINT PRIMARY KEY,
	matter TEXT NOT NULL,
	decision TEXT NOT NULL,
	basis TEXT NOT NULL,
	source TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_at_ms BIGINT NOT NULL
);
