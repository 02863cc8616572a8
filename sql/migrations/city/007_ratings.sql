-- Ratings of services (services/ratings.h). What somebody thinks of a service lies in the vault under record rating_id;
-- this row says only that there is a rating, and whether it is public.
CREATE TABLE service_rating (
	subject_id BIGINT NOT NULL,
	service TEXT NOT NULL,
	rating_id BIGINT NOT NULL,
	shown TEXT NOT NULL,           -- none; public as: anonymous, name, username
	PRIMARY KEY (subject_id, service)
);

-- What stands for everybody to read, by service: sealed under the key of the person's rating, so that it ends with it.
CREATE TABLE rating_public (
	service TEXT NOT NULL,
	rating_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (service, rating_id)
);
