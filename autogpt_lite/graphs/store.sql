-- name: select_version
-- One version of a graph, by primary key.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at,
       note
FROM graphs WHERE graph_id = :graph_id AND version = :version;

-- name: select_current_version
-- The active version of a graph, or the highest one where none is active.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at,
       note
FROM graphs WHERE graph_id = :graph_id AND version = coalesce(
    (SELECT version FROM graphs WHERE graph_id = :graph_id AND is_active = 1),
    (SELECT max(version) FROM graphs WHERE graph_id = :graph_id));

-- name: select_versions
-- The newest 50 versions of a user's graph, newest first.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at,
       note
FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id ORDER BY version DESC LIMIT 50;

-- name: select_active_of_user
-- All active graphs of a user, newest first.
SELECT graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at,
       note
FROM graphs WHERE user_id = :user_id AND is_active = 1 ORDER BY created_at DESC, graph_id;

-- name: list_names
-- The names of all active graphs of a user, newest first.
SELECT graph_id, name FROM graphs WHERE user_id = ? AND is_active = 1 ORDER BY created_at DESC, graph_id;

-- name: select_highest_version
-- The number of the newest version of a user's graph; null if the user has no such graph.
SELECT max(version) FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id;

-- name: insert_version
-- A new version of a graph. Its body never changes afterwards.
INSERT INTO graphs (graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at,
                    note)
VALUES (:graph_id, :version, :user_id, :is_active, :name, :description, :body, :forked_from_id, :forked_from_version, :created_at,
        :note);

-- name: deactivate_versions
-- Before another version becomes the active one.
UPDATE graphs SET is_active = 0 WHERE graph_id = :graph_id AND user_id = :user_id AND is_active = 1;

-- name: activate_version
-- Makes a version the active one.
UPDATE graphs SET is_active = 1 WHERE graph_id = :graph_id AND user_id = :user_id AND version = :version;

-- name: delete_graph
-- All versions of a user's graph.
DELETE FROM graphs WHERE graph_id = :graph_id AND user_id = :user_id;

-- name: list_graph_ids_of_user
-- Which graphs are a user's.
SELECT DISTINCT graph_id FROM graphs WHERE user_id = ?;

-- name: list_of_credentials
-- The active graphs of a user whose nodes name credentials: their random id stands nowhere else.
SELECT graph_id, name FROM graphs
WHERE user_id = :user_id AND is_active = 1 AND instr(body, CAST(:credentials_id AS BLOB)) > 0 ORDER BY name LIMIT 100;

-- name: insert_pending
-- An agent from a file waits for an approval, unless this very content was approved before.
INSERT INTO pending_imports (graph_id, user_id, content_hash, created_at)
SELECT :graph_id, :user_id, :content_hash, :now
WHERE NOT EXISTS (SELECT 1 FROM approved_imports WHERE user_id = :user_id AND content_hash = :content_hash);

-- name: select_pending
-- Whether an agent waits for an approval, and what would be approved. By primary key.
SELECT content_hash FROM pending_imports WHERE graph_id = ?;

-- name: list_pending
-- The agents of a user that wait for an approval, with what they are called. By index. (user_id)
SELECT p.graph_id, g.name, p.created_at FROM pending_imports p JOIN graphs g ON g.graph_id = p.graph_id AND g.is_active = 1
WHERE p.user_id = ? ORDER BY p.created_at DESC LIMIT 200;

-- name: delete_pending_of_content
-- An agent was approved, with those that came with it and other copies of the same file.
DELETE FROM pending_imports WHERE user_id = :user_id AND content_hash = :content_hash;

-- name: delete_pending
-- A deleted graph waits for nothing.
DELETE FROM pending_imports WHERE graph_id = :graph_id AND user_id = :user_id;

-- name: insert_approved
-- This content needs no second look.
INSERT INTO approved_imports (user_id, content_hash, approved_at) VALUES (:user_id, :content_hash, :now)
ON CONFLICT (user_id, content_hash) DO NOTHING;
