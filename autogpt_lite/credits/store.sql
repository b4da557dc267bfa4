-- name: reserve
-- A reservation finds itself at a replay and stays as it is.
INSERT INTO charges (node_exec_id, try, kind, user_id, reserved_credits, created_at)
VALUES (?, ?, 0, ?, ?, ?)
ON CONFLICT (node_exec_id, try, kind) DO NOTHING;

-- name: settle
-- The real cost of one try, known once.
UPDATE charges SET settled_credits = ? WHERE node_exec_id = ? AND try = ? AND kind = 0 AND settled_credits IS NULL;

-- name: release
-- Reservations of node executions that end without a word of their own. (first key, last key)
UPDATE charges SET settled_credits = 0 WHERE node_exec_id BETWEEN ? AND ? AND settled_credits IS NULL;
