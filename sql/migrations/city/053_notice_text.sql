-- Notices with words of their own (of an incident, of the end of a service): once for all whom they reach. brief: short
-- enough for a short message or a push.
CREATE TABLE notice_text (
	notice_id BIGINT PRIMARY KEY,
	title TEXT NOT NULL,
	brief TEXT NOT NULL,
	body TEXT NOT NULL
);
