-- name: insert_node
-- A new node execution, in whatever status it has by now.
INSERT INTO node_executions
    (id, node, status, try, n_propagated, added_at, queued_us, started_us, ended_us, input, output, stats)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update_node
-- The next status of a stored execution; a row that is not in the status that was stored last stays as it is.
UPDATE node_executions SET status = ?, try = ?, n_propagated = ?, queued_us = ?, started_us = ?, ended_us = ?, output = ?, stats = ?
WHERE id = ? AND status = ?;

-- name: update_node_input
-- The same for an execution whose input has changed since it was stored.
UPDATE node_executions SET status = ?, try = ?, n_propagated = ?, queued_us = ?, started_us = ?, ended_us = ?, output = ?, stats = ?,
    input = ?
WHERE id = ? AND status = ?;

-- name: insert_output
-- One output of an execution that has many.
INSERT INTO node_outputs (node_exec_id, ordinal, pin, value) VALUES (?, ?, ?, ?);

-- name: insert_graph_execution
-- A run, admitted. A root has the number after that of the agent's last one, which an index gives.
INSERT INTO graph_executions
    (id, uuid, user_id, graph_id, graph_version, status, parent_id, root_id, parent_node_exec_id, child_key, depth, priority, source,
     preset_id, is_dry_run, inputs, credential_inputs, nodes_input_masks, pinned_outputs, nodes_to_skip, limits, created_at,
     queued_at, number)
VALUES (:id, :uuid, :user_id, :graph_id, :graph_version, 'QUEUED', :parent_id, :root_id, :parent_node_exec_id, :child_key, :depth,
     :priority, :source, :preset_id, :is_dry_run, :inputs, :credential_inputs, :nodes_input_masks, :pinned_outputs, :nodes_to_skip,
     :limits, :created_at, :created_at,
     CASE WHEN :parent_node_exec_id IS NULL THEN 1 + coalesce((
         SELECT number FROM graph_executions INDEXED BY graph_executions_roots
         WHERE user_id = :user_id AND graph_id = :graph_id AND parent_node_exec_id IS NULL
         ORDER BY id DESC LIMIT 1), 0) END);

-- name: update_graph_execution
-- The next status of a run and its stats.
UPDATE graph_executions SET status = ?, started_at = ?, ended_at = ?, stats = ? WHERE id = ? AND status = ?;

-- name: ended_among
-- Which of these runs have ended, and how: an ended run fences all later rows of its nodes. (JSON list of ids)
SELECT g.id, g.status FROM json_each(?) AS j JOIN graph_executions g ON g.id = j.value
WHERE g.status IN ('COMPLETED', 'FAILED', 'TERMINATED');

-- name: status_of
-- The status of one run, by its key.
SELECT status FROM graph_executions WHERE id = ?;

-- name: size_of_run
-- What says whether a run is quickly read: its status and graph, the bytes of its inputs and its last node execution. (:id, :first and :last key)
SELECT status, graph_id, graph_version, length(inputs), (SELECT max(id) FROM node_executions WHERE id BETWEEN :first AND :last)
FROM graph_executions WHERE id = :id;

-- name: last_key
-- The newest key that was ever given: a deleted run's key must not come back, since charges, children and rows that wait to be
-- purged still carry it.
SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'graph_executions';

-- name: children_of_node
-- The children that earlier deliveries of a node execution have begun.
SELECT id, status, child_key FROM graph_executions WHERE parent_node_exec_id = ? AND child_key IS NOT NULL;

-- name: open_children
-- The children of a run that have not ended.
SELECT id FROM graph_executions WHERE parent_id = ? AND status IN ('INCOMPLETE', 'QUEUED', 'RUNNING', 'REVIEW');

-- name: orphans
-- Open children whose parent is gone or over, or whose parent's node is.
SELECT c.id FROM graph_executions c LEFT JOIN graph_executions p ON p.id = c.parent_id
LEFT JOIN node_executions n ON n.id = c.parent_node_exec_id
WHERE c.status IN ('QUEUED', 'RUNNING', 'REVIEW') AND c.parent_node_exec_id IS NOT NULL
  AND (p.id IS NULL OR p.status IN ('COMPLETED', 'FAILED', 'TERMINATED') OR n.id IS NULL OR n.status IN (4, 5, 6));

-- name: open_runs
-- Runs to go on with after a restart, in the order of their admission; children are found by their parents' nodes. (REVIEW is
-- named because the index is only used where the same statuses are.)
SELECT id, uuid, status, priority, created_at, user_id, graph_id FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status <> 'REVIEW' AND parent_node_exec_id IS NULL ORDER BY id;

-- name: select_run
-- Everything of one run, by its key.
SELECT id, uuid, user_id, graph_id, graph_version, status, parent_id, root_id, parent_node_exec_id, child_key, depth, priority,
       preset_id, is_dry_run, deliveries, delivered_ended, inputs, credential_inputs, nodes_input_masks, pinned_outputs, nodes_to_skip, limits,
       created_at, started_at, stats
FROM graph_executions WHERE id = ?;

-- name: count_delivery
-- One more delivery of a run that was in flight when the server crashed.
UPDATE graph_executions SET deliveries = :crashes, delivered_ended = :n_ended WHERE id = :id;

-- name: pass_trial
-- A run that has not crashed the server while it was tried. (crashes, key)
UPDATE graph_executions SET deliveries = ? WHERE id = ? AND status = 'RUNNING';

-- name: forget_crashes
-- The server ends in order: what happened before is no sign of a run that takes it down.
UPDATE graph_executions SET deliveries = -1 WHERE id = ?;

-- name: nodes_of_run
-- All node executions of a run in order. (first key, last key)
SELECT id, node, status, try, n_propagated, added_at, queued_us, started_us, ended_us, input, output, stats
FROM node_executions WHERE id BETWEEN ? AND ? ORDER BY id;

-- name: outputs_of_node
-- The outputs of an execution that has many.
SELECT pin, value FROM node_outputs WHERE node_exec_id = ? ORDER BY ordinal;

-- name: count_tree
-- Of all runs of a tree: the node executions, those that have ended, and the credits that are spent or reserved. (root key)
WITH tree AS (SELECT id FROM graph_executions WHERE id = ?1 OR (root_id = ?1 AND parent_node_exec_id IS NOT NULL))
SELECT n_nodes, coalesce(n_ended, 0),
       (SELECT coalesce(sum(coalesce(c.settled_credits, c.reserved_credits)), 0)
        FROM tree g JOIN charges c ON c.node_exec_id BETWEEN g.id << 24 AND (g.id << 24 | 16777215))
FROM (SELECT count(*) AS n_nodes, sum(n.status IN (4, 5)) AS n_ended
      FROM tree g JOIN node_executions n ON n.id BETWEEN g.id << 24 AND (g.id << 24 | 16777215));

-- name: terminate_nodes
-- Ends the unfinished node executions of a run that is not in memory. (:first and :last key)
UPDATE node_executions SET status = 6 WHERE id BETWEEN :first AND :last AND status IN (0, 1, 2, 3);

-- name: cost_of_run
-- Credits that a run's node executions have cost so far: settled ones only, what is reserved may still come back. (first key, last key)
SELECT coalesce(sum(settled_credits), 0) FROM charges WHERE node_exec_id BETWEEN ? AND ?;

-- name: agent_of_run
-- Whose run it is, and of what. By primary key.
SELECT user_id, graph_id, graph_version FROM graph_executions WHERE id = ?;

-- name: end_of
-- When a run ended.
SELECT ended_at FROM graph_executions WHERE id = ?;

-- name: resume_stored_run
-- Queues a run that was stopped once more.
UPDATE graph_executions SET status = :status, queued_at = :queued_at, ended_at = NULL, stats = NULL
WHERE id = :id AND status = 'TERMINATED';

-- name: requeue_nodes
-- The stopped node executions of a run that is resumed. One that still lacked a value has never been queued: it stays as it is
-- until the value comes. (:first and :last key)
UPDATE node_executions SET status = 1 WHERE id BETWEEN :first AND :last AND status = 6 AND queued_us IS NOT NULL;

-- name: children_ended_since
-- Children that were stopped together with their parent, whose nodes are queued again. (parent key, when it ended)
SELECT c.id FROM graph_executions c JOIN node_executions n ON n.id = c.parent_node_exec_id
WHERE c.parent_id = ? AND c.status = 'TERMINATED' AND c.ended_at >= ? AND n.status = 1;

-- name: status_of_node
-- The status of one node execution, by its key.
SELECT status FROM node_executions WHERE id = ?;

-- name: end_stored_run
-- Ends a run that is not in memory, as FAILED or TERMINATED.
UPDATE graph_executions SET status = :status, ended_at = max(:ended_at, coalesce(started_at, 0)),
       stats = CAST(json_object('error', :reason) AS BLOB)
WHERE id = :id AND status IN ('INCOMPLETE', 'QUEUED', 'RUNNING', 'REVIEW');

-- name: requeue_reviewed
-- A run whose reviews are all answered waits for its place again. (queued_at, key)
UPDATE graph_executions SET status = 'QUEUED', queued_at = ? WHERE id = ? AND status = 'REVIEW' AND parent_node_exec_id IS NULL;
