-- What the organisation must do: records of duties, incidents with the steps of their plan, planned ends of services.

-- staff: the login of whom it concerns, where each one has the duty of their own; else ''.
CREATE TABLE duty_record (
	record_id BIGINT PRIMARY KEY,
	duty TEXT NOT NULL,
	staff TEXT NOT NULL,
	done_on_ms BIGINT NOT NULL,
	note TEXT NOT NULL,
	document TEXT NOT NULL,
	recorded_by TEXT NOT NULL,
	recorded_at_ms BIGINT NOT NULL
);
CREATE INDEX duty_record_of ON duty_record (duty, staff, done_on_ms);

-- category: whom it touches, those who have something in that category of services; '' all. The five texts are what
-- people are told; '' until it is known. walk_after: the person up to whom notices have gone out.
CREATE TABLE incident (
	incident_id BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	category TEXT NOT NULL,
	state TEXT NOT NULL,
	found_at_ms BIGINT NOT NULL,
	opened_at_ms BIGINT NOT NULL,
	opened_by TEXT NOT NULL,
	facts TEXT NOT NULL,
	effect TEXT NOT NULL,
	measures TEXT NOT NULL,
	self_protection TEXT NOT NULL,
	remedies TEXT NOT NULL,
	public_reason TEXT NOT NULL,
	told_at_ms BIGINT NOT NULL,
	walk_after BIGINT NOT NULL,
	told_all_at_ms BIGINT NOT NULL,
	people BIGINT NOT NULL,
	by_message BIGINT NOT NULL,
	closed_at_ms BIGINT NOT NULL,
	closed_by TEXT NOT NULL
);

CREATE TABLE incident_step (
	incident_id BIGINT NOT NULL,
	step TEXT NOT NULL,
	owner TEXT NOT NULL,
	due_at_ms BIGINT NOT NULL,
	note TEXT NOT NULL,
	receiver TEXT NOT NULL,
	document TEXT NOT NULL,
	done_at_ms BIGINT NOT NULL,
	done_by TEXT NOT NULL,
	PRIMARY KEY (incident_id, step)
);

-- Who was told of what, and how: source is an incident or a planned end. way: message, in_app.
CREATE TABLE told_person (
	subject_id BIGINT NOT NULL,
	source_id BIGINT NOT NULL,
	way TEXT NOT NULL,
	told_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, source_id)
);

-- service '': the whole app. people: whose data were ended with it; left_items: what of theirs can still be read.
CREATE TABLE service_end (
	end_id BIGINT PRIMARY KEY,
	service TEXT NOT NULL,
	ends_at_ms BIGINT NOT NULL,
	reason TEXT NOT NULL,
	announced_at_ms BIGINT NOT NULL,
	announced_by TEXT NOT NULL,
	withdrawn_at_ms BIGINT NOT NULL,
	walk_after BIGINT NOT NULL,
	told_all_at_ms BIGINT NOT NULL,
	told_people BIGINT NOT NULL,
	done_at_ms BIGINT NOT NULL,
	people BIGINT NOT NULL,
	left_items BIGINT NOT NULL
);
