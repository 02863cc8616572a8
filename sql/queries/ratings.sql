-- Ratings of services.
-- tables: service_rating, rating_public

-- name: rating_insert
-- ?2 service, ?3 rating: not public. Nothing happens when there is one already.
INSERT INTO service_rating (subject_id, service, rating_id, shown) VALUES (?1, ?2, ?3, 'none')
ON CONFLICT (subject_id, service) DO NOTHING;

-- name: rating_shown
-- ?3 rating, ?4 how it is public, or none.
UPDATE service_rating SET shown = ?4 WHERE subject_id = ?1 AND service = ?2 AND rating_id = ?3;

-- name: rating_list
SELECT service, rating_id, shown FROM service_rating WHERE subject_id = ?1 ORDER BY rating_id DESC;

-- name: rating_delete
DELETE FROM service_rating WHERE subject_id = ?1 AND service = ?2 AND rating_id = ?3;

-- name: rating_public_put
-- ?1 service, ?2 rating, ?3 subject, ?4 what everybody reads, sealed.
INSERT INTO rating_public (service, rating_id, subject_id, sealed) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (service, rating_id) DO UPDATE SET sealed = excluded.sealed;

-- name: rating_public_delete
DELETE FROM rating_public WHERE service = ?1 AND rating_id = ?2;

-- name: rating_public_list
-- Newest first, below ?2, at most ?3.
SELECT rating_id, subject_id, sealed FROM rating_public WHERE service = ?1 AND rating_id < ?2
ORDER BY rating_id DESC LIMIT ?3;
