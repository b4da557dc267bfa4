-- name: count_late
-- How many root runs have been waiting since before a time. The statuses are named as in the partial index of open runs: SQLite
-- does not see otherwise that it may use it. (queued before)
SELECT count(*) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL
  AND coalesce(queued_at, created_at) < ?;

-- name: list_late
-- Some of these runs, the first in line first. (queued before, limit)
SELECT uuid, user_id, graph_id, coalesce(queued_at, created_at) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL
  AND coalesce(queued_at, created_at) < ?
ORDER BY priority, id LIMIT ?;

-- name: count_late_of_user
-- The same for one user. (queued before, user_id)
SELECT count(*) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL
  AND coalesce(queued_at, created_at) < ? AND user_id = ?;

-- name: list_late_of_user
-- The same for one user. (queued before, user_id, limit)
SELECT uuid, user_id, graph_id, coalesce(queued_at, created_at) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL
  AND coalesce(queued_at, created_at) < ? AND user_id = ?
ORDER BY priority, id LIMIT ?;
