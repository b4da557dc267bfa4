-- name: insert_event
-- An administrator did something.
INSERT INTO audit_events (at, actor_id, remote, action, detail) VALUES (:at, :actor_id, :remote, :action, :detail)

-- name: list_events
-- Some of them, the newest first. (before id, limit)
SELECT id, at, actor_id, remote, action, detail FROM audit_events WHERE id < ? ORDER BY id DESC LIMIT ?

-- name: delete_old_events
-- (before)
DELETE FROM audit_events WHERE at < ?

-- name: add_failed_logins
-- Counts failures of one address in one minute.
INSERT INTO failed_logins (minute_at, remote, way, user_id, count) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (minute_at, remote, way, user_id) DO UPDATE SET count = count + excluded.count

-- name: list_failed_logins
-- Some of them, the newest first. full scan: in the order of the key, up to the limit. (limit)
SELECT minute_at, remote, way, user_id, count FROM failed_logins ORDER BY minute_at DESC LIMIT ?

-- name: delete_old_failed_logins
-- (before)
DELETE FROM failed_logins WHERE minute_at < ?
