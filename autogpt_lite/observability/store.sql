-- name: count_open_runs
-- Root runs that have not ended, by status. (REVIEW is named because the index is only used where the same statuses are.)
SELECT status, count(*) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND parent_node_exec_id IS NULL GROUP BY status;

-- name: list_jobs
-- What the system jobs did last. full scan: a few rows.
SELECT name, last_run_at, last_error, last_result, next_run_at FROM system_jobs ORDER BY name;
