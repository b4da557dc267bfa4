-- name: select_job
-- When the job ran last, and how that went.
SELECT last_run_at, last_error, last_result FROM system_jobs WHERE name = ?;

-- name: note_run
-- A run of the job has ended.
INSERT INTO system_jobs (name, last_run_at, last_error, last_result, next_run_at) VALUES (:name, :at, :error, :result, :next)
ON CONFLICT (name) DO UPDATE SET last_run_at = :at, last_error = :error, last_result = :result, next_run_at = :next;
