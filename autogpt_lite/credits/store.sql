-- name: reserve
-- A reservation finds itself at a replay and stays as it is.
INSERT INTO charges (node_exec_id, try, kind, user_id, reserved_credits, created_at, graph_id, block_id, provider, model)
VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (node_exec_id, try, kind) DO NOTHING;

-- name: settle
-- The real cost of one try, known once. A trigger adds it to cost_sums. (credits, at, node_exec_id, try)
UPDATE charges SET settled_credits = ?, settled_at = ?
WHERE node_exec_id = ? AND try = ? AND kind = 0 AND settled_credits IS NULL;

-- name: release
-- Reservations of node executions that end without a word of their own. (first key, last key)
UPDATE charges SET settled_credits = 0 WHERE node_exec_id BETWEEN ? AND ? AND settled_credits IS NULL;

-- name: keep_spent
-- What stopped tries have really cost moves to a kind of its own (-1, -2, ...), so that the same try can reserve anew.
-- (first key, last key)
UPDATE charges SET kind = (SELECT min(c.kind, 0) - 1 FROM charges c WHERE c.node_exec_id = charges.node_exec_id
                           AND c.try = charges.try ORDER BY c.kind LIMIT 1)
WHERE node_exec_id BETWEEN ? AND ? AND kind = 0 AND settled_credits > 0
  AND node_exec_id IN (SELECT id FROM node_executions WHERE id = charges.node_exec_id AND status = 6);

-- name: forget_unspent
-- Stopped tries that have cost nothing. (first key, last key)
DELETE FROM charges WHERE node_exec_id BETWEEN ? AND ? AND kind = 0 AND settled_credits = 0
  AND node_exec_id IN (SELECT id FROM node_executions WHERE id = charges.node_exec_id AND status = 6);

-- name: next_call_key
-- Blocks that are run on their own have no node execution: their charges count down from -1.
SELECT min(coalesce(min(node_exec_id), 0), 0) - 1 FROM charges;

-- name: release_calls
-- What calls of blocks had reserved when the server ended.
UPDATE charges SET settled_credits = 0 WHERE node_exec_id < 0 AND settled_credits IS NULL;
