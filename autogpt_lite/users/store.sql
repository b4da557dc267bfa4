-- name: select_user
-- One person.
SELECT id, email, name, role, timezone, created_at, updated_at FROM users WHERE id = ?

-- name: list_users
-- Everybody, the first ones first. full scan: that is what is asked for. (limit, offset)
SELECT id, email, name, role, timezone, created_at, updated_at FROM users ORDER BY created_at, id LIMIT ? OFFSET ?

-- name: count_users
-- How many there are.
SELECT count(*) FROM users

-- name: select_user_id
-- Whose address it is.
SELECT id FROM users WHERE email = ?

-- name: insert_user
-- Somebody new.
INSERT INTO users (id, email, name, role, password_hash, created_at, updated_at)
VALUES (:id, :email, :name, :role, :password_hash, :at, :at)

-- name: update_role
-- What a person may do. (role, at, id)
UPDATE users SET role = ?, updated_at = ? WHERE id = ?

-- name: update_email
-- A new address, once it is verified. (email, at, id)
UPDATE users SET email = ?, updated_at = ? WHERE id = ?

-- name: update_name
-- (name, at, id)
UPDATE users SET name = ?, updated_at = ? WHERE id = ?

-- name: update_timezone
-- (name, at, id)
UPDATE users SET timezone = ?, updated_at = ? WHERE id = ?

-- name: select_preferences
-- What a person wants to be told, as JSON.
SELECT preferences FROM users WHERE id = ?

-- name: update_preferences
-- (JSON, at, id)
UPDATE users SET preferences = ?, updated_at = ? WHERE id = ?

-- name: select_password
-- The hash of a person's password, found by address.
SELECT id, password_hash FROM users WHERE email = ?

-- name: select_password_by_id
-- The same, found by id.
SELECT password_hash FROM users WHERE id = ?

-- name: update_password
-- (hash, at, id)
UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?

-- name: delete_user
-- A person leaves; what is theirs goes by foreign keys.
DELETE FROM users WHERE id = ?
