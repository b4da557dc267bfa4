-- name: select_one
-- One of a user's credentials. By primary key.
SELECT id, user_id, provider, type, title, username, scopes, hosts, last4, expires_at, problem, secret, key_id, revision,
       created_at, updated_at
FROM credentials WHERE id = :id AND user_id = :user_id;

-- name: list_of_user
-- All credentials of a user, by provider and then the oldest first.
SELECT id, user_id, provider, type, title, username, scopes, hosts, last4, expires_at, problem, secret, key_id, revision,
       created_at, updated_at
FROM credentials WHERE user_id = :user_id ORDER BY provider, created_at;

-- name: count_of_user
-- How many credentials a user has.
SELECT count(*) FROM credentials WHERE user_id = :user_id;

-- name: any_one
-- Whether there are stored credentials at all.
SELECT id FROM credentials LIMIT 1;

-- name: insert_one
-- New credentials.
INSERT INTO credentials (id, user_id, provider, type, title, username, scopes, hosts, last4, expires_at, problem, secret, key_id,
                         revision, created_at, updated_at)
VALUES (:id, :user_id, :provider, :type, :title, :username, :scopes, :hosts, :last4, :expires_at, :problem, :secret, :key_id,
        1, :now, :now);

-- name: update_one
-- Other facts or another secret under the same id. No change: somebody else was first.
UPDATE credentials SET title = :title, username = :username, scopes = :scopes, hosts = :hosts, last4 = :last4,
    expires_at = :expires_at, problem = :problem, secret = :secret, key_id = :key_id, revision = revision + 1, updated_at = :now
WHERE id = :id AND user_id = :user_id AND revision = :revision;

-- name: note_problem
-- Why credentials cannot be used until their user does something.
UPDATE credentials SET problem = :problem, updated_at = :now WHERE id = :id AND revision = :revision;

-- name: delete_one
-- One of a user's credentials.
DELETE FROM credentials WHERE id = :id AND user_id = :user_id;

-- name: keys_in_use
-- Which keys secrets are sealed with. Reads one index, which has an entry for each of the credentials.
SELECT key_id, count(*) FROM credentials GROUP BY key_id;

-- name: list_of_key
-- What is sealed with a key, to say what a lost one costs.
SELECT provider, title FROM credentials WHERE key_id = :key_id ORDER BY id LIMIT :limit;

-- name: list_of_other_keys
-- A batch of what is not sealed with the current key yet, from an id on.
SELECT id, user_id, provider, type, title, username, scopes, hosts, last4, expires_at, problem, secret, key_id, revision,
       created_at, updated_at
FROM credentials WHERE id > :after AND key_id <> :key_id ORDER BY id LIMIT :limit;

-- name: reseal
-- The same secret under another key; the change of a user at the same time wins.
UPDATE credentials SET secret = :secret, key_id = :key_id, revision = revision + 1 WHERE id = :id AND revision = :revision;

-- name: insert_use
-- What was done with credentials.
INSERT INTO credential_uses (user_id, credentials_id, action, at, graph_exec_id, node_id, block_id) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: list_uses
-- The newest uses of one of a user's credentials before a key.
SELECT key, action, at, graph_exec_id, node_id, block_id
FROM credential_uses WHERE user_id = :user_id AND credentials_id = :credentials_id AND key < :before ORDER BY key DESC LIMIT :limit;

-- name: last_uses
-- When each of a user's credentials was last used by a block.
SELECT credentials_id, (SELECT at FROM credential_uses AS u WHERE u.user_id = :user_id AND u.credentials_id = ids.credentials_id
                        AND u.action = 'use' ORDER BY u.key DESC LIMIT 1)
FROM (SELECT value AS credentials_id FROM json_each(:ids)) AS ids;

-- name: delete_old_uses
-- Some of the uses that are older than they are kept.
DELETE FROM credential_uses WHERE key IN (SELECT key FROM credential_uses WHERE at < :before LIMIT :limit);

-- name: delete_surplus_uses
-- Some of the oldest uses where there are more than are kept.
DELETE FROM credential_uses WHERE key IN (
    SELECT key FROM credential_uses WHERE key <= (SELECT max(key) FROM credential_uses) - :kept ORDER BY key LIMIT :limit);
