-- name: select_fact
-- A fact about this file. (key)
SELECT value FROM meta WHERE key = ?;

-- name: insert_fact
-- Notes it. (key, value)
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: delete_fact
-- It is true no more. (key)
DELETE FROM meta WHERE key = ?;
