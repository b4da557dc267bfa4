-- name: select_rule
-- What an agent has set for itself. (user_id, graph_id)
SELECT days, runs, size_mb FROM retention_rules WHERE user_id = ? AND graph_id = ?;

-- name: put_rule
-- Sets it. (user_id, graph_id, days, runs, size_mb)
INSERT INTO retention_rules (user_id, graph_id, days, runs, size_mb) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (user_id, graph_id) DO UPDATE SET days = ?3, runs = ?4, size_mb = ?5;

-- name: delete_rule
-- Back to the server's settings. (user_id, graph_id)
DELETE FROM retention_rules WHERE user_id = ? AND graph_id = ?;

-- name: select_settings
-- What administrators have set for all agents.
SELECT days, runs_per_agent, mb_per_agent, file_mb, backup_hours FROM retention_settings WHERE id = 1;

-- name: put_settings
-- Sets it. (days, runs_per_agent, mb_per_agent, file_mb, backup_hours)
INSERT INTO retention_settings (id, days, runs_per_agent, mb_per_agent, file_mb, backup_hours) VALUES (1, ?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET days = ?1, runs_per_agent = ?2, mb_per_agent = ?3, file_mb = ?4, backup_hours = ?5;

-- name: list_rules
-- All rules. full scan: once an hour, and few agents have one.
SELECT user_id, graph_id, days, runs, size_mb FROM retention_rules;

-- name: list_agents
-- All agents that have runs. Once an hour, on a reading thread, and only where a size is set for every agent.
SELECT DISTINCT user_id, graph_id FROM graph_executions WHERE parent_node_exec_id IS NULL;

-- name: next_root_runs
-- Root runs in the order of their admission, after a key. (key, limit)
SELECT id, created_at, status, user_id, graph_id FROM graph_executions
WHERE id > ? AND parent_node_exec_id IS NULL ORDER BY id LIMIT ?;

-- name: deleted_roots
-- Roots that a user has deleted and of which old runs are left below. (created before, limit)
SELECT DISTINCT root_id FROM graph_executions WHERE root_uuid IS NOT NULL AND created_at < ? LIMIT ?;

-- name: next_ended_of_agent
-- Ended root runs of one agent in the order of their admission, older than a time. (user_id, graph_id, created before, limit)
SELECT id FROM graph_executions WHERE user_id = ? AND graph_id = ? AND parent_node_exec_id IS NULL AND created_at < ?
AND status IN ('COMPLETED', 'FAILED', 'TERMINATED') ORDER BY id LIMIT ?;

-- name: oldest_ended
-- The oldest ended root runs of all. (after this key, limit)
SELECT id FROM graph_executions WHERE id > ? AND parent_node_exec_id IS NULL
AND status IN ('COMPLETED', 'FAILED', 'TERMINATED') ORDER BY id LIMIT ?;

-- name: agents_with_more_runs
-- Agents with more runs than are kept. Once an hour, on a reading thread. (kept)
SELECT user_id, graph_id FROM graph_executions WHERE parent_node_exec_id IS NULL GROUP BY user_id, graph_id HAVING count(*) > ?;

-- name: root_runs_beyond
-- Ended root runs of an agent beyond the newest ones. (user_id, graph_id, limit, kept)
SELECT id FROM graph_executions
WHERE user_id = ? AND graph_id = ? AND parent_node_exec_id IS NULL AND status IN ('COMPLETED', 'FAILED', 'TERMINATED')
ORDER BY id DESC LIMIT ? OFFSET ?;

-- name: newest_ended_of_agent
-- Ended root runs of an agent from the newest on. (user_id, graph_id, below this key, limit)
SELECT id FROM graph_executions
WHERE user_id = ? AND graph_id = ? AND parent_node_exec_id IS NULL AND id < ? AND status IN ('COMPLETED', 'FAILED', 'TERMINATED')
ORDER BY id DESC LIMIT ?;

-- name: size_of_tree
-- Bytes of values that a run and all runs below it hold, with what a row takes beside them. (root key)
SELECT coalesce(sum(40 + length(n.input) + coalesce(length(n.output), 0) + (
           SELECT coalesce(sum(length(o.value)), 0) FROM node_outputs o WHERE o.node_exec_id = n.id)), 0)
FROM graph_executions g JOIN node_executions n ON n.id BETWEEN g.id << 24 AND (g.id << 24 | 16777215)
WHERE g.id = ?1 OR (g.root_id = ?1 AND g.parent_node_exec_id IS NOT NULL);

-- name: mark_tree_for_purge
-- The node executions of a run and of all runs below it are purged in the background. (root key)
INSERT INTO purge_queue (graph_exec_key)
SELECT id FROM graph_executions WHERE id = ?1 OR (root_id = ?1 AND parent_node_exec_id IS NOT NULL)
ON CONFLICT (graph_exec_key) DO NOTHING;

-- name: delete_root_run
-- A root run that has ended.
DELETE FROM graph_executions WHERE id = ? AND status IN ('COMPLETED', 'FAILED', 'TERMINATED');

-- name: delete_children_of_root
-- What a deleted root run had started. (root key)
DELETE FROM graph_executions
WHERE root_id = ?1 AND parent_node_exec_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM graph_executions WHERE id = ?1);

-- name: next_purge
-- A run whose node executions wait to be purged. full scan: the queue is short and any row will do.
SELECT graph_exec_key FROM purge_queue LIMIT 1;

-- name: purge_nodes
-- Some node executions of a deleted run. (first key, last key, limit)
DELETE FROM node_executions WHERE id IN (SELECT id FROM node_executions WHERE id BETWEEN ? AND ? LIMIT ?);

-- name: purge_outputs
-- Some stored outputs of a deleted run. (first key, last key, limit)
DELETE FROM node_outputs WHERE (node_exec_id, ordinal) IN
    (SELECT node_exec_id, ordinal FROM node_outputs WHERE node_exec_id BETWEEN ? AND ? LIMIT ?);

-- name: purge_charges
-- Some charges of a deleted run. What they have cost stays in cost_sums. (first key, last key, limit)
DELETE FROM charges WHERE (node_exec_id, try, kind) IN
    (SELECT node_exec_id, try, kind FROM charges WHERE node_exec_id BETWEEN ? AND ? LIMIT ?);

-- name: purge_calls
-- Some charges of blocks that were run on their own, from before a time: keys below 0. By primary key. (reserved before, limit)
DELETE FROM charges WHERE (node_exec_id, try, kind) IN
    (SELECT node_exec_id, try, kind FROM charges WHERE node_exec_id < 0 AND settled_credits IS NOT NULL AND created_at < ? LIMIT ?);

-- name: end_purge
-- Nothing is left of the run.
DELETE FROM purge_queue WHERE graph_exec_key = ?;

-- name: purge_reviews
-- A step of the purge: what the run's nodes asked persons. (first key, last key, limit)
DELETE FROM reviews WHERE node_exec_id IN (SELECT node_exec_id FROM reviews WHERE node_exec_id BETWEEN ? AND ? LIMIT ?);

-- name: purge_approvals
-- What persons approved for the rest of a deleted run.
DELETE FROM review_approvals WHERE graph_exec_key = ?;
