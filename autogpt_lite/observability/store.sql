-- name: count_open_runs
-- Root runs that have not ended, by status. (REVIEW is named because the index is only used where the same statuses are.)
SELECT status, count(*) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND parent_node_exec_id IS NULL GROUP BY status;

-- name: longest_waiting
-- Since when the first root run in line waits. (REVIEW is named because the index is only used where the same statuses are.)
SELECT min(coalesce(queued_at, created_at)) FROM graph_executions
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL;

-- name: list_jobs
-- What the system jobs did last. full scan: a few rows.
SELECT name, last_run_at, last_error, last_result, next_run_at FROM system_jobs ORDER BY name;

-- name: sizes_of_tables
-- The bytes of each table with its indexes. (full scan: of the file's own account of its pages)
SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE GROUP BY s.tbl_name;
