-- name: select_entry
-- What says whether a user may run a graph: the version in the library, and whether the graph is the user's own. By unique key.
SELECT graph_version, EXISTS (
           SELECT 1 FROM graphs WHERE graphs.graph_id = library_agents.graph_id AND graphs.user_id = library_agents.user_id)
FROM library_agents
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: upsert_entry
-- A graph comes into a user's library, or back into it, at a version.
INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at)
VALUES (:id, :user_id, :graph_id, :graph_version, :now, :now)
ON CONFLICT (user_id, graph_id) DO UPDATE
SET graph_version = excluded.graph_version, is_deleted = 0, is_archived = 0, updated_at = excluded.updated_at;

-- name: delete_entries_of_graph
-- A deleted graph leaves its owner's library.
DELETE FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id;
