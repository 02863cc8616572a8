-- Where what a session was opened by came from: typed, or fetched.
ALTER TABLE session ADD COLUMN origin TEXT NOT NULL DEFAULT 'typed';
