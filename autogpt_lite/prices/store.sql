-- name: last_costs
-- What the last ended runs of a version cost, with the runs below them; such with nodes that were not called do not say what a run
-- costs. By index. (:user_id, :graph_id, :graph_version, :limit)
SELECT coalesce(json_extract(r.stats, '$.cost'), 0) + coalesce((
    SELECT sum(json_extract(c.stats, '$.cost')) FROM graph_executions c
    WHERE c.root_id = r.id AND c.parent_node_exec_id IS NOT NULL), 0)
FROM graph_executions r
WHERE r.graph_id = :graph_id AND r.user_id = :user_id AND r.graph_version = :graph_version AND r.parent_node_exec_id IS NULL
AND r.status = 'COMPLETED' AND r.pinned_outputs IS NULL ORDER BY r.id DESC LIMIT :limit;
