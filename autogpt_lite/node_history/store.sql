-- name: last_runs
-- The newest root runs of an agent. By index. (:graph_id, :user_id, :limit)
SELECT id, uuid, graph_version, status, coalesce(started_at, created_at), number FROM graph_executions
WHERE graph_id = :graph_id AND user_id = :user_id AND parent_node_exec_id IS NULL ORDER BY id DESC LIMIT :limit;

-- name: executions_of_node
-- What a node did in a run, newest first; of a very long run, in its last part: of :scanned rows, which the
-- primary key gives. (:first and :last key, :node, :scanned, :limit)
SELECT status, added_at, started_us, ended_us, coalesce(json_extract(stats, '$.cost'), 0)
FROM (SELECT id, node, status, added_at, started_us, ended_us, stats FROM node_executions
      WHERE id BETWEEN :first AND :last ORDER BY id DESC LIMIT :scanned)
WHERE node = :node AND status <> 0 ORDER BY id DESC LIMIT :limit;
