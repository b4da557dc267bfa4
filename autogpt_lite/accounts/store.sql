-- name: insert_session
-- A browser session begins; only the hash of what the browser keeps is stored.
INSERT INTO sessions (token_hash, user_id, created_at, expires_at, user_agent, remote)
VALUES (:token_hash, :user_id, :created_at, :expires_at, :user_agent, :remote)

-- name: select_session
-- Who a session belongs to and until when.
SELECT s.user_id, u.role, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?

-- name: delete_session
-- Log-out.
DELETE FROM sessions WHERE token_hash = ?

-- name: delete_expired_sessions
-- Clean-up, whenever a session begins. full scan: there are a few rows only.
DELETE FROM sessions WHERE expires_at <= ?

-- name: list_sessions
-- A user's browsers, the newest first. (user_id, now)
SELECT token_hash, created_at, expires_at, user_agent, remote FROM sessions WHERE user_id = ? AND expires_at > ? ORDER BY created_at DESC

-- name: delete_session_of_user
-- One browser of a user is logged out. (token_hash, user_id)
DELETE FROM sessions WHERE token_hash = ? AND user_id = ?

-- name: delete_other_sessions
-- All browsers of a user but one (x'' for all). Gives what they were stored under. (user_id, kept token_hash)
DELETE FROM sessions WHERE user_id = ? AND token_hash <> ? RETURNING token_hash

-- name: delete_surplus_sessions
-- Keeps the newest of a user. (user_id, how many)
DELETE FROM sessions WHERE token_hash IN
    (SELECT token_hash FROM sessions WHERE user_id = ? ORDER BY created_at DESC LIMIT -1 OFFSET ?) RETURNING token_hash

-- name: put_code
-- A code for a user; the one before it of the same kind is good no longer.
INSERT INTO account_codes (code_hash, user_id, kind, email, expires_at) VALUES (:code_hash, :user_id, :kind, :email, :expires_at)
ON CONFLICT (user_id, kind) DO UPDATE
SET code_hash = excluded.code_hash, email = excluded.email, expires_at = excluded.expires_at

-- name: select_code
-- Whose code it is. (code_hash, kind)
SELECT user_id, email, expires_at FROM account_codes WHERE code_hash = ? AND kind = ?

-- name: delete_code
-- It was used.
DELETE FROM account_codes WHERE code_hash = ?

-- name: delete_codes_of_user
-- The user has a new password, so no older link may set another one. (user_id, kind)
DELETE FROM account_codes WHERE user_id = ? AND kind = ?
