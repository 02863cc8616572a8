-- Publications of personal information are uses of a ground (036): the public list reads them by state, a person's own
-- list by person.
CREATE INDEX exception_register_state ON exception_register (state, use_id);
CREATE INDEX exception_register_person ON exception_register (subject_id, use_id);
