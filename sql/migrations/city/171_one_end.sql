-- One end of a service (or, '', of the app) stands at a time. Of those that two officers announced at once the first
-- stays.
UPDATE service_end SET withdrawn_at_ms = announced_at_ms
WHERE withdrawn_at_ms = 0 AND EXISTS (SELECT 1 FROM service_end o
	WHERE o.service = service_end.service AND o.withdrawn_at_ms = 0 AND o.end_id < service_end.end_id);
CREATE UNIQUE INDEX service_end_one ON service_end (service) WHERE withdrawn_at_ms = 0;
