-- name: select_run
-- One run by its public id.
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.preset_id, g.status, g.started_at, g.ended_at, g.stats, g.inputs,
       g.credential_inputs, g.nodes_input_masks, g.is_dry_run, g.created_at, p.uuid, coalesce(r.uuid, g.root_uuid),
       g.number
FROM graph_executions g LEFT JOIN graph_executions p ON p.id = g.parent_id LEFT JOIN graph_executions r ON r.id = g.root_id
WHERE g.uuid = ?;

-- name: select_run_of_key
-- One run by its key.
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.preset_id, g.status, g.started_at, g.ended_at, g.stats, g.inputs,
       g.credential_inputs, g.nodes_input_masks, g.is_dry_run, g.created_at, p.uuid, r.uuid, g.number
FROM graph_executions g LEFT JOIN graph_executions p ON p.id = g.parent_id LEFT JOIN graph_executions r ON r.id = g.root_id
WHERE g.id = ?;

-- name: list_of_user
-- The newest root runs of a user. Large masks (what a webhook brought may be 5 MB, and these are 250 runs) are shown with a single
-- run only; so are inputs of more than :most_inputs bytes.
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.preset_id, g.status, g.started_at, g.ended_at, g.stats,
       CASE WHEN length(g.inputs) <= :most_inputs THEN g.inputs ELSE '{}' END,
       g.credential_inputs, CASE WHEN length(g.nodes_input_masks) <= 50000 THEN g.nodes_input_masks END, g.is_dry_run, g.created_at,
       NULL, g.uuid, g.number
FROM graph_executions g WHERE g.user_id = :user_id AND g.parent_node_exec_id IS NULL ORDER BY g.id DESC LIMIT :limit;

-- name: list_of_graph
-- The newest root runs of one graph, without large masks and inputs as well.
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.preset_id, g.status, g.started_at, g.ended_at, g.stats,
       CASE WHEN length(g.inputs) <= :most_inputs THEN g.inputs ELSE '{}' END,
       g.credential_inputs, CASE WHEN length(g.nodes_input_masks) <= 50000 THEN g.nodes_input_masks END, g.is_dry_run, g.created_at,
       NULL, g.uuid, g.number
FROM graph_executions g WHERE g.graph_id = :graph_id AND g.user_id = :user_id AND g.parent_node_exec_id IS NULL
ORDER BY g.id DESC LIMIT :limit OFFSET :offset;

-- name: tree_of_root
-- All runs of a tree, the root first. (root key, limit)
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.status, g.parent_id, g.parent_node_exec_id, g.depth, g.started_at,
       g.ended_at, g.stats, g.created_at
FROM graph_executions g WHERE g.id = ?1
UNION ALL
SELECT g.id, g.uuid, g.user_id, g.graph_id, g.graph_version, g.status, g.parent_id, g.parent_node_exec_id, g.depth, g.started_at,
       g.ended_at, g.stats, g.created_at
FROM graph_executions g WHERE g.root_id = ?1 AND g.parent_node_exec_id IS NOT NULL ORDER BY 1 LIMIT ?2;

-- name: root_of
-- The root of a run's tree: its key, and its public id, also where it was deleted, and its own limits.
SELECT g.root_id, coalesce(r.uuid, g.root_uuid), r.limits FROM graph_executions g LEFT JOIN graph_executions r ON r.id = g.root_id
WHERE g.id = ?;

-- name: node_of_execution
-- Which node of the parent's graph an execution is of.
SELECT node FROM node_executions WHERE id = ?;

-- name: count_of_graph
-- How many root runs of the graph there are. (graph_id, user_id)
SELECT count(*) FROM graph_executions g WHERE g.graph_id = ? AND g.user_id = ? AND g.parent_node_exec_id IS NULL;

-- name: newest_nodes
-- The newest node executions of a run, newest first. (first key, last key, limit)
SELECT id, node, status, added_at, queued_us, started_us, ended_us, input, output, stats FROM node_executions
WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?;

-- name: open_nodes
-- The oldest node executions of a run that have not ended, in order. (first key, last key, limit)
SELECT id, node, status, added_at, queued_us, started_us, ended_us, input, output, stats FROM node_executions
WHERE id BETWEEN ? AND ? AND status < 4 ORDER BY id LIMIT ?;

-- name: next_nodes
-- The node executions of a run that follow one of them. (first key, last key, limit)
SELECT id, node, status, added_at, queued_us, started_us, ended_us, input, output, stats FROM node_executions
WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?;

-- name: output_nodes
-- What the Output nodes of a run were given, in the order of queueing. (first key, last key, JSON list of nodes, limit, offset)
SELECT input FROM node_executions
WHERE id BETWEEN ? AND ? AND node IN (SELECT value FROM json_each(?)) AND status <> 0
ORDER BY added_at + queued_us, id LIMIT ? OFFSET ?;

-- name: count_output_nodes
-- How many values a run's Output nodes were given. (first key, last key, JSON list of nodes)
SELECT count(*) FROM node_executions
WHERE id BETWEEN ? AND ? AND node IN (SELECT value FROM json_each(?)) AND status <> 0;

-- name: outputs_of_node
-- The outputs of a node execution that has many. (node_exec_id, limit)
SELECT pin, value FROM node_outputs WHERE node_exec_id = ? ORDER BY ordinal LIMIT ?;

-- name: count_outputs_of_node
-- How many outputs a node execution has that has many.
SELECT count(*) FROM node_outputs WHERE node_exec_id = ?;

-- name: output_of_node
-- One output of a node execution that has many. (node_exec_id, ordinal)
SELECT value FROM node_outputs WHERE node_exec_id = ? AND ordinal = ?;

-- name: next_outputs_of_node
-- The outputs of a node execution from one on. (node_exec_id, ordinal)
SELECT pin, value FROM node_outputs WHERE node_exec_id = ? AND ordinal >= ? ORDER BY ordinal;

-- name: values_of_node
-- What went in and came out of a node execution. (its key)
SELECT input, output FROM node_executions WHERE id = ?;

-- name: failed_nodes
-- The failed node executions of a run. (first key, last key, limit)
SELECT node, stats FROM node_executions WHERE id BETWEEN ? AND ? AND status = 5 ORDER BY id LIMIT ?;

-- name: place_of
-- Whose run it is, and the root of its tree.
SELECT g.user_id, coalesce(r.uuid, g.root_uuid, g.uuid) FROM graph_executions g LEFT JOIN graph_executions r ON r.id = g.root_id
WHERE g.uuid = ?;

-- name: children_of
-- The runs that a run has started, oldest first. (its key, limit)
SELECT uuid, status, graph_id, graph_version FROM graph_executions WHERE parent_id = ? ORDER BY id LIMIT ?;

-- name: keep_root
-- The runs below a root that is about to be deleted remember its id. (:id and :uuid of the root)
UPDATE graph_executions SET root_uuid = :uuid WHERE root_id = :id AND parent_node_exec_id IS NOT NULL;

-- name: queued_of_graph
-- Runs of an agent that wait for their turn; its runs as a sub-agent are its caller's. (The index is only used where the same
-- statuses are named.) (graph_id, user_id)
SELECT id FROM graph_executions WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED'
AND graph_id = ? AND user_id = ? AND parent_node_exec_id IS NULL;

-- name: open_roots_of_graph
-- Runs of an agent that have not ended; its runs as a sub-agent are its caller's. (graph_id, user_id)
SELECT id FROM graph_executions WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW')
AND graph_id = ? AND user_id = ? AND parent_node_exec_id IS NULL;

-- name: mark_for_purge
-- The rows of one run's nodes are purged in the background, since there may be millions.
INSERT INTO purge_queue (graph_exec_key) VALUES (?) ON CONFLICT (graph_exec_key) DO NOTHING;

-- name: mark_graph_for_purge
-- The same for all runs of a graph. (graph_id, user_id)
INSERT INTO purge_queue (graph_exec_key) SELECT id FROM graph_executions WHERE graph_id = ? AND user_id = ?
ON CONFLICT (graph_exec_key) DO NOTHING;

-- name: mark_user_for_purge
-- The same for all runs of a user.
INSERT INTO purge_queue (graph_exec_key) SELECT id FROM graph_executions WHERE user_id = ?
ON CONFLICT (graph_exec_key) DO NOTHING;

-- name: delete_run
-- One run; its node executions go in the background, its children stay and lose their parent.
DELETE FROM graph_executions WHERE id = ?;

-- name: delete_runs_of_graph
-- All runs of a graph. (graph_id, user_id)
DELETE FROM graph_executions WHERE graph_id = ? AND user_id = ?;

-- name: delete_runs_of_user
-- All runs of a user.
DELETE FROM graph_executions WHERE user_id = ?;

-- name: count_roots
-- How many runs of a user are kept. An index alone.
SELECT count(*) FROM graph_executions WHERE user_id = ? AND parent_node_exec_id IS NULL;

-- name: last_run_times
-- When the newest 1,000 runs of a user began.
SELECT created_at FROM graph_executions WHERE user_id = ? AND parent_node_exec_id IS NULL ORDER BY id DESC LIMIT 1000;
