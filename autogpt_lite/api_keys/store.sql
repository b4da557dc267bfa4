-- name: select_known_key
-- Whose key it is and what it may do; nothing for a key that is suspended or revoked.
SELECT id, user_id, permissions FROM api_keys WHERE key_hash = ? AND status = 'ACTIVE'

-- name: select_api_key
-- One key of a user. (id, user_id)
SELECT id, user_id, name, description, head, tail, status, permissions, created_at, last_used_at, revoked_at
FROM api_keys WHERE id = ? AND user_id = ?

-- name: list_api_keys
-- A user's keys, the newest first.
SELECT id, user_id, name, description, head, tail, status, permissions, created_at, last_used_at, revoked_at
FROM api_keys WHERE user_id = ? ORDER BY created_at DESC

-- name: count_api_keys
-- How many a user has, revoked ones too.
SELECT count(*) FROM api_keys WHERE user_id = ?

-- name: insert_api_key
-- A new key.
INSERT INTO api_keys (id, user_id, key_hash, head, tail, name, description, permissions, status, created_at)
VALUES (:id, :user_id, :key_hash, :head, :tail, :name, :description, :permissions, 'ACTIVE', :created_at)

-- name: update_permissions
-- What a key may do; one that is revoked keeps what it had. Gives its hash. (permissions, id, user_id)
UPDATE api_keys SET permissions = ? WHERE id = ? AND user_id = ? AND status <> 'REVOKED' RETURNING key_hash

-- name: update_status
-- Suspends a key, or lets it go on. Gives its hash. (status, id, user_id)
UPDATE api_keys SET status = ? WHERE id = ? AND user_id = ? AND status <> 'REVOKED' RETURNING key_hash

-- name: revoke_api_key
-- The end of a key. Gives its hash. (revoked_at, id, user_id)
UPDATE api_keys SET status = 'REVOKED', revoked_at = ? WHERE id = ? AND user_id = ? AND status <> 'REVOKED' RETURNING key_hash

-- name: delete_oldest_revoked
-- Makes room: the key of a user that was revoked first.
DELETE FROM api_keys WHERE id = (SELECT id FROM api_keys WHERE user_id = ? AND status = 'REVOKED' ORDER BY revoked_at LIMIT 1)

-- name: update_last_use
-- When a key was used last. (at, id)
UPDATE api_keys SET last_used_at = ? WHERE id = ?
