-- name: open_review
-- A node begins to wait for a person. One that was closed with its run asks anew when the run is taken up again.
INSERT INTO reviews (node_exec_id, user_id, node_id, payload, instructions, is_editable, created_at)
VALUES (:node_exec_id, :user_id, :node_id, :payload, :instructions, :is_editable, :created_at)
ON CONFLICT (node_exec_id) DO UPDATE SET status = 'WAITING', payload = excluded.payload, created_at = excluded.created_at
WHERE reviewed_at IS NULL;

-- name: answers_of_run
-- What persons have answered in a run. (first key, last key)
SELECT node_exec_id, status = 'APPROVED', payload, reviewed_payload, message FROM reviews
WHERE node_exec_id BETWEEN ? AND ? AND reviewed_at IS NOT NULL;

-- name: approvals_of_run
-- Nodes that need no further approval in a run.
SELECT node_id FROM review_approvals WHERE graph_exec_key = ?;

-- name: has_waiting
-- Whether something in a run still waits. (first key, last key)
SELECT 1 FROM reviews WHERE node_exec_id BETWEEN ? AND ? AND status = 'WAITING' LIMIT 1;

-- name: decided_runs
-- Roots in REVIEW in which nothing waits any more: they have to go on.
SELECT g.id FROM graph_executions g
WHERE g.status IN ('QUEUED', 'RUNNING', 'REVIEW') AND g.status = 'REVIEW' AND g.parent_node_exec_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.node_exec_id BETWEEN g.id << 24 AND (g.id << 24 | 16777215)
                  AND r.status = 'WAITING');

-- name: list_waiting
-- What waits for a user, the newest runs first. (user_id, limit, offset)
SELECT r.node_exec_id, r.node_id, r.user_id, g.uuid, g.graph_id, g.graph_version, r.payload, r.reviewed_payload, r.instructions,
       r.is_editable, r.status, r.message, r.created_at, r.reviewed_at
FROM reviews r JOIN graph_executions g ON g.id = r.node_exec_id >> 24
WHERE r.user_id = ? AND r.status = 'WAITING' ORDER BY r.node_exec_id DESC LIMIT ? OFFSET ?;

-- name: list_waiting_of_run
-- What waits in one run, in the order of asking. (first key, last key, limit)
SELECT r.node_exec_id, r.node_id, r.user_id, g.uuid, g.graph_id, g.graph_version, r.payload, r.reviewed_payload, r.instructions,
       r.is_editable, r.status, r.message, r.created_at, r.reviewed_at
FROM reviews r JOIN graph_executions g ON g.id = r.node_exec_id >> 24
WHERE r.node_exec_id BETWEEN ? AND ? AND r.status = 'WAITING' ORDER BY r.node_exec_id LIMIT ?;

-- name: select_run
-- The run of a review. (uuid)
SELECT id, user_id, graph_id, graph_version, status FROM graph_executions WHERE uuid = ?;

-- name: select_review
-- One review. (key of the node execution)
SELECT status, node_id, payload, is_editable FROM reviews WHERE node_exec_id = ?;

-- name: answer
-- The answer to a review that still waits: whoever comes later changes nothing.
UPDATE reviews SET status = :status, reviewed_payload = :reviewed_payload, message = :message, reviewed_at = :now
WHERE node_exec_id = :node_exec_id AND status = 'WAITING';

-- name: approve_node
-- The node needs no further approval in this run. (graph_exec_key, node_id)
INSERT INTO review_approvals (graph_exec_key, node_id) VALUES (?, ?) ON CONFLICT DO NOTHING;
