-- name: ended_without_end
-- Runs that ended at no time, or before they began. full scan: a check looks at every row.
SELECT uuid FROM graph_executions
WHERE status IN ('COMPLETED', 'FAILED', 'TERMINATED') AND (ended_at IS NULL OR ended_at < coalesce(started_at, 0)) LIMIT ?;

-- name: open_with_end
-- Runs that have not ended and say when they did, and RUNNING ones that never began.
SELECT uuid FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND (ended_at IS NOT NULL OR (status = 'RUNNING' AND started_at IS NULL)) LIMIT ?;

-- name: open_below_ended
-- Runs that go on below a run that has ended.
SELECT c.uuid FROM graph_executions c JOIN graph_executions p ON p.id = c.parent_id
WHERE c.status IN ('QUEUED', 'RUNNING', 'REVIEW') AND p.status IN ('COMPLETED', 'FAILED', 'TERMINATED') LIMIT ?;

-- name: count_open
-- Runs that have not ended, by status.
SELECT status, count(*) FROM graph_executions WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') GROUP BY status;

-- name: at_work_in_ended
-- Ended runs with node executions that are queued, running or in review. full scan: a check looks at every row.
SELECT DISTINCT g.uuid FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24
WHERE n.status IN (1, 2, 3) AND g.status IN ('COMPLETED', 'FAILED', 'TERMINATED') LIMIT ?;

-- name: nodes_of_no_run
-- Node executions whose run is gone and that nobody will purge. full scan: a check looks at every row.
SELECT DISTINCT n.id >> 24 FROM node_executions n
WHERE NOT EXISTS (SELECT 1 FROM graph_executions g WHERE g.id = n.id >> 24)
  AND NOT EXISTS (SELECT 1 FROM purge_queue q WHERE q.graph_exec_key = n.id >> 24) LIMIT ?;

-- name: outputs_of_no_node
-- Stored outputs of no node execution, where nobody will purge them. Every entry of an index: the outputs themselves are not read.
SELECT DISTINCT o.node_exec_id >> 24 FROM node_outputs o
WHERE NOT EXISTS (SELECT 1 FROM node_executions n WHERE n.id = o.node_exec_id)
  AND NOT EXISTS (SELECT 1 FROM purge_queue q WHERE q.graph_exec_key = o.node_exec_id >> 24) LIMIT ?;

-- name: unreadable_runs
-- Runs with a value that is no JSON. full scan: a check looks at every row.
SELECT uuid FROM graph_executions
WHERE NOT (json_valid(CAST(inputs AS TEXT)) AND json_valid(CAST(coalesce(stats, 'null') AS TEXT))) LIMIT ?;

-- name: unreadable_nodes
-- Runs with a node execution whose input or output is no JSON. full scan: a check looks at every row.
SELECT DISTINCT g.uuid FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24
WHERE NOT (json_valid(CAST(coalesce(n.input, 'null') AS TEXT)) AND json_valid(CAST(coalesce(n.output, 'null') AS TEXT))
           AND json_valid(CAST(coalesce(n.stats, 'null') AS TEXT))) LIMIT ?;

-- name: unreadable_outputs
-- Runs with a stored output that is no JSON. full scan: a check looks at every row.
SELECT DISTINCT g.uuid FROM node_outputs o JOIN graph_executions g ON g.id = o.node_exec_id >> 24
WHERE NOT json_valid(CAST(o.value AS TEXT)) LIMIT ?;

-- name: unreadable_graphs
-- Graph versions whose text is no JSON. full scan: a check looks at every row.
SELECT graph_id || ' version ' || version FROM graphs WHERE NOT json_valid(CAST(body AS TEXT)) LIMIT ?;

-- name: reserved_by_ended
-- Runs that have ended, or are gone, and still hold a reservation of credits. By primary key: blocks that run on their own have keys below 0.
SELECT DISTINCT coalesce(g.uuid, c.node_exec_id >> 24) FROM charges c LEFT JOIN graph_executions g ON g.id = c.node_exec_id >> 24
WHERE c.settled_credits IS NULL AND c.node_exec_id > 0 AND (g.id IS NULL OR g.status IN ('COMPLETED', 'FAILED', 'TERMINATED')) LIMIT ?;

-- name: cost_not_charged
-- Ended runs whose stats name another cost than their charges add up to. full scan: a check looks at every row.
SELECT g.uuid FROM graph_executions g
WHERE g.status IN ('COMPLETED', 'FAILED', 'TERMINATED') AND json_valid(CAST(g.stats AS TEXT))
  AND json_extract(CAST(g.stats AS TEXT), '$.cost') <> (
      SELECT coalesce(sum(c.settled_credits), 0) FROM charges c WHERE c.node_exec_id BETWEEN g.id << 24 AND (g.id << 24 | 16777215))
LIMIT ?;
