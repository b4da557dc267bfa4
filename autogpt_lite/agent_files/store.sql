-- name: select_fact
-- Where the agent of a file is stored.
SELECT value FROM meta WHERE key = ?;

-- name: put_fact
-- Notes where the agent of a file is stored.
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
