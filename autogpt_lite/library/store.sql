-- name: select_live_entry
-- What says whether a user may run a graph: the version in the library, and whether the graph is the user's own. By an index alone:
-- named, since the planner would take the unique key, which needs a look into the table as well.
SELECT graph_version, EXISTS (
           SELECT 1 FROM graphs WHERE graphs.graph_id = library_agents.graph_id AND graphs.user_id = library_agents.user_id)
FROM library_agents INDEXED BY library_agents_live
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0 AND is_archived = 0;

-- name: select_readable_version
-- The version that a user may look at: an archived agent is still there to be seen. By unique key.
SELECT graph_version FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: select_is_paused
-- Whether schedules and triggers of the agent have to wait. By unique key.
SELECT is_paused FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: select_limits
-- The limits of the agent's runs; null where it has none of its own. By unique key.
SELECT limits FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: set_limits
-- Replaces the limits of the agent's runs.
UPDATE library_agents SET limits = :limits, updated_at = :now
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: select_allowed_hosts
-- The only hosts that the agent may reach; null where it may reach all. By unique key.
SELECT allowed_hosts FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: set_allowed_hosts
-- Replaces the list of hosts that the agent may reach.
UPDATE library_agents SET allowed_hosts = :allowed_hosts, updated_at = :now
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

-- name: mark_deleted
-- An agent leaves the library and can be brought back.
UPDATE library_agents SET is_deleted = 1, updated_at = :now WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: mark_restored
-- A removed agent comes back.
UPDATE library_agents SET is_deleted = 0, updated_at = :now WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 1;

-- name: set_archived
-- An agent goes into the archive or comes out of it.
UPDATE library_agents SET is_archived = :is_archived, updated_at = :now
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0 AND is_archived <> :is_archived;

-- name: set_paused
-- The pause switch.
UPDATE library_agents SET is_paused = :is_paused, updated_at = :now
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: select_safe_modes
-- Which nodes of an agent wait for a person. By unique key.
SELECT human_in_the_loop_safe_mode, sensitive_action_safe_mode FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: set_safe_modes
-- Lets nodes of an agent wait for a person, or not.
UPDATE library_agents SET human_in_the_loop_safe_mode = :human_in_the_loop, sensitive_action_safe_mode = :sensitive_action,
       updated_at = :now
WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;
