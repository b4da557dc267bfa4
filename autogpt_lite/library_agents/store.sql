-- name: list_entries
-- All agents of a library with what they are found and sorted by; the page is cut afterwards, since SQLite knows the case of ASCII
-- letters only. A graph that its owner has deleted has no name.
SELECT a.id, a.graph_id, a.graph_version, coalesce(g.name, ''), coalesce(g.description, ''), a.created_at, a.updated_at, a.folder_id,
       a.is_favorite, a.is_paused,
       CASE WHEN :with_last_run THEN (
           SELECT max(r.id) FROM graph_executions r
           WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL) END
FROM library_agents a LEFT JOIN graphs g ON g.graph_id = a.graph_id AND g.version = a.graph_version
WHERE a.user_id = :user_id AND a.is_deleted = :is_deleted AND (a.is_archived = :is_archived OR a.is_deleted = 1);

-- name: select_agents
-- Agents of a library by id, with the state of their last runs; runs are counted in an index, and the last 100 looked at. CROSS keeps the
-- order: the other way round the list is walked for every agent of the library. (:ids is a JSON list, :user_id)
SELECT a.id, a.graph_id, a.graph_version, a.is_favorite, a.is_archived, a.is_deleted, a.is_paused, a.folder_id, a.created_at,
       a.updated_at, f.name, u.name,
       (SELECT max(version) FROM graphs g WHERE g.graph_id = a.graph_id),
       (SELECT r.status FROM graph_executions r
        WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL
          AND r.status IN ('COMPLETED', 'FAILED', 'TERMINATED') ORDER BY r.id DESC LIMIT 1),
       (SELECT r.created_at FROM graph_executions r
        WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL ORDER BY r.id DESC LIMIT 1),
       (SELECT r.ended_at FROM graph_executions r
        WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL
          AND r.status = 'COMPLETED' ORDER BY r.id DESC LIMIT 1),
       (SELECT count(*) FROM graph_executions r
        WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL),
       (SELECT json_group_array(status) FROM (
            SELECT r.status FROM graph_executions r
            WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL ORDER BY r.id DESC LIMIT 100)),
       a.human_in_the_loop_safe_mode, a.sensitive_action_safe_mode, a.limits, a.allowed_hosts
FROM json_each(:ids) j CROSS JOIN library_agents a ON a.id = j.value
LEFT JOIN library_folders f ON f.id = a.folder_id
LEFT JOIN graphs o ON o.graph_id = a.graph_id AND o.version = a.graph_version
LEFT JOIN users u ON u.id = o.user_id
WHERE a.user_id = :user_id ORDER BY j.key;

-- name: list_states
-- The agents of a library with how their last run that has ended came out. (:user_id)
SELECT a.id, a.graph_id, a.is_paused, a.is_favorite,
       (SELECT r.status FROM graph_executions r
        WHERE r.user_id = a.user_id AND r.graph_id = a.graph_id AND r.parent_node_exec_id IS NULL
          AND r.status IN ('COMPLETED', 'FAILED', 'TERMINATED') ORDER BY r.id DESC LIMIT 1)
FROM library_agents a WHERE a.user_id = :user_id AND a.is_deleted = 0 AND a.is_archived = 0;

-- name: count_archived
-- How many agents are in the archive.
SELECT count(*) FROM library_agents WHERE user_id = ? AND is_deleted = 0 AND is_archived = 1;

-- name: open_graphs
-- Graphs of a user with a run that has not ended, and the statuses of those: one walk over the open runs, which are few beside all others. The index is named,
-- since the planner would walk all runs of the user.
SELECT DISTINCT graph_id, status FROM graph_executions INDEXED BY graph_executions_open
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND user_id = ? AND parent_node_exec_id IS NULL;

-- name: select_agent
-- Whose agent it is and which graph. By primary key.
SELECT graph_id, graph_version, is_deleted FROM library_agents WHERE id = :id AND user_id = :user_id;

-- name: select_agent_of_graph
-- The agent of a graph that is in the library. By unique key.
SELECT id, graph_version FROM library_agents WHERE user_id = :user_id AND graph_id = :graph_id AND is_deleted = 0;

-- name: set_favorite
-- The star.
UPDATE library_agents SET is_favorite = :is_favorite, updated_at = :now WHERE id = :id AND is_deleted = 0;

-- name: set_folder
-- Moves an agent to another folder of its owner, or to the top.
UPDATE library_agents SET folder_id = :folder_id, updated_at = :now WHERE id = :id AND user_id = :user_id AND is_deleted = 0;
