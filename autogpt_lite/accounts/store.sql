-- name: insert_session
-- A browser session begins; only the hash of what the browser keeps is stored.
INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES (:token_hash, :user_id, :created_at, :expires_at)

-- name: select_session
-- Who a session belongs to and until when.
SELECT s.user_id, u.role, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?

-- name: delete_session
-- Log-out.
DELETE FROM sessions WHERE token_hash = ?

-- name: delete_expired_sessions
-- Clean-up, whenever a session begins. full scan: there are a few rows only.
DELETE FROM sessions WHERE expires_at <= ?

-- name: select_user
-- One person.
SELECT id, email, name, role, timezone, created_at, updated_at FROM users WHERE id = ?
