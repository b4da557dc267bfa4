-- name: versions
-- The graphs that are in a user's library, with the version. (:user_id, :graph_ids is a JSON list)
SELECT a.graph_id, a.graph_version FROM json_each(:graph_ids) j CROSS JOIN library_agents a
ON a.user_id = :user_id AND a.graph_id = j.value WHERE a.is_deleted = 0 ORDER BY j.key;

-- name: last_runs
-- The last runs of an agent, newest first. By index. (:user_id, :graph_id, :limit)
SELECT r.id, r.uuid, r.graph_version, r.status, r.started_at, r.ended_at, r.stats, r.number FROM graph_executions r
WHERE r.user_id = :user_id AND r.graph_id = :graph_id AND r.parent_node_exec_id IS NULL ORDER BY r.id DESC LIMIT :limit;

-- name: node_statuses
-- The nodes of a run's last executions, newest first. By primary key. (first key, last key, limit)
SELECT node, status FROM node_executions WHERE id BETWEEN ? AND ? AND status <> 0 ORDER BY id DESC LIMIT ?;
