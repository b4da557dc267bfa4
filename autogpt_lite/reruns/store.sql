-- name: insert_rerun
-- A run that repeats another one.
INSERT INTO reruns (graph_exec_id, user_id, origin_id, from_node, created_at) VALUES (?, ?, ?, ?, ?);

-- name: select_rerun
-- What a run repeats. (graph_exec_id, user_id)
SELECT origin_id, from_node FROM reruns WHERE graph_exec_id = ? AND user_id = ?;

-- name: list_reruns
-- The newest runs that repeat a run. (origin_id, user_id, limit)
SELECT graph_exec_id FROM reruns WHERE origin_id = ? AND user_id = ? ORDER BY created_at DESC LIMIT ?;

-- name: sums_by_node
-- How often each node of a run ran, and what that cost. By primary key. (first key, last key)
SELECT node, count(*), sum(coalesce(json_extract(stats, '$.cost'), 0)) FROM node_executions
WHERE id BETWEEN ? AND ? AND status IN (4, 5) GROUP BY node;

-- name: recorded_nodes
-- What each node of a run yielded, in the order of its executions. (first key, last key)
SELECT id, node, output FROM node_executions WHERE id BETWEEN ? AND ? AND status IN (4, 5) ORDER BY id;

-- name: recorded_outputs
-- The outputs of a node execution that has many.
SELECT pin, value FROM node_outputs WHERE node_exec_id = ? ORDER BY ordinal;

-- name: key_of_run
-- The key of a run, and whose and of what it is.
SELECT id, user_id, graph_id, graph_version, inputs, source FROM graph_executions WHERE uuid = ?;
