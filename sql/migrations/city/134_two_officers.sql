-- Who recorded a report by telephone: another officer decides. 0: nobody, it came from the guardian's own app.
ALTER TABLE guardian_task ADD COLUMN officer_id BIGINT NOT NULL DEFAULT 0;

-- The end of the whole app is proposed by one officer (officer_id) and stands when another agrees: 0: waits. What was
-- announced before there were two stands.
ALTER TABLE service_end ADD COLUMN officer_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_end ADD COLUMN agreed_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_end ADD COLUMN agreed_by TEXT NOT NULL DEFAULT '';
UPDATE service_end SET agreed_at_ms = announced_at_ms;
