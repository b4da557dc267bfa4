-- name: select_fact
-- A fact about this file.
SELECT value FROM meta WHERE key = ?;

-- name: insert_fact
-- Notes a fact about this file, once.
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
