-- name: select_version
-- One version of a graph, by primary key.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at
FROM graphs WHERE graph_id = :graph_id AND version = :version;

-- name: select_current_version
-- The active version of a graph, or the highest one where none is active.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at
FROM graphs WHERE graph_id = :graph_id AND version = coalesce(
    (SELECT version FROM graphs WHERE graph_id = :graph_id AND is_active = 1),
    (SELECT max(version) FROM graphs WHERE graph_id = :graph_id));

-- name: select_versions
-- The newest 50 versions of a user's graph, newest first.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at
FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id ORDER BY version DESC LIMIT 50;

-- name: select_active_of_user
-- All active graphs of a user, newest first.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at
FROM graphs WHERE user_id = :user_id AND is_active = 1 ORDER BY created_at DESC, graph_id;

-- name: select_highest_version
-- The number of the newest version of a user's graph; null if the user has no such graph.
SELECT max(version) FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id;

-- name: insert_version
-- A new version of a graph. Its body never changes afterwards.
INSERT INTO graphs (graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at)
VALUES (:graph_id, :version, :user_id, :is_active, :name, :description, :body, :forked_from_id, :forked_from_version, :created_at);

-- name: deactivate_versions
-- Before another version becomes the active one.
UPDATE graphs SET is_active = 0 WHERE graph_id = :graph_id AND user_id = :user_id AND is_active = 1;

-- name: activate_version
-- Makes a version the active one.
UPDATE graphs SET is_active = 1 WHERE graph_id = :graph_id AND user_id = :user_id AND version = :version;

-- name: delete_graph
-- All versions of a user's graph.
DELETE FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id;

-- name: select_fact
-- A fact about this file.
SELECT value FROM meta WHERE key = ?;

-- name: insert_fact
-- Notes a fact about this file, once.
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: list_graph_ids_of_user
-- Which graphs are a user's.
SELECT DISTINCT graph_id FROM graphs WHERE user_id = ?;

-- name: list_of_credentials
-- The active graphs of a user whose nodes name credentials: their random id stands nowhere else.
SELECT graph_id, name FROM graphs
WHERE user_id = :user_id AND is_active = 1 AND instr(body, CAST(:credentials_id AS BLOB)) > 0 ORDER BY name LIMIT 100;
