-- name: select_schedule
-- A schedule by its public id, with the name of its agent.
SELECT key, id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit, grace_s,
       overlap, origin, config_source, config_digest, is_paused, paused_reason, next_due_at, last_graph_exec_id, created_at, updated_at,
       (SELECT name FROM graphs WHERE graphs.graph_id = schedules.graph_id AND graphs.version = schedules.graph_version)
FROM schedules WHERE id = ?;

-- name: list_of_user
-- A page of a user's schedules, oldest first.
SELECT key, id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit, grace_s,
       overlap, origin, config_source, config_digest, is_paused, paused_reason, next_due_at, last_graph_exec_id, created_at, updated_at,
       (SELECT name FROM graphs WHERE graphs.graph_id = schedules.graph_id AND graphs.version = schedules.graph_version)
FROM schedules WHERE user_id = :user_id ORDER BY key LIMIT :limit OFFSET :offset;

-- name: list_of_graph
-- A page of a user's schedules of one agent, oldest first.
SELECT key, id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit, grace_s,
       overlap, origin, config_source, config_digest, is_paused, paused_reason, next_due_at, last_graph_exec_id, created_at, updated_at,
       (SELECT name FROM graphs WHERE graphs.graph_id = schedules.graph_id AND graphs.version = schedules.graph_version)
FROM schedules WHERE user_id = :user_id AND graph_id = :graph_id ORDER BY key LIMIT :limit OFFSET :offset;

-- name: list_of_config
-- The schedules that config.toml has brought.
SELECT key, id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit, grace_s,
       overlap, origin, config_source, config_digest, is_paused, paused_reason, next_due_at, last_graph_exec_id, created_at, updated_at
FROM schedules WHERE origin = 'config' ORDER BY name;

-- name: insert_schedule
-- A new schedule. A trigger refuses it where the user has no such agent.
INSERT INTO schedules (id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit,
                       grace_s, overlap, origin, config_source, config_digest, next_due_at, created_at, updated_at)
VALUES (:id, :user_id, :graph_id, :graph_version, :name, :cron, :timezone, :inputs, :credentials, :catch_up, :catch_up_limit,
        :grace_s, :overlap, :origin, :config_source, :config_digest, :next_due_at, :now, :now);

-- name: update_schedule
-- A user's change of a schedule; one that is paused stays so.
UPDATE schedules
SET graph_version = :graph_version, name = :name, cron = :cron, timezone = :timezone, inputs = :inputs, credentials = :credentials,
    catch_up = :catch_up, catch_up_limit = :catch_up_limit, grace_s = :grace_s, overlap = :overlap,
    config_source = :config_source, config_digest = :config_digest,
    next_due_at = CASE WHEN is_paused THEN NULL ELSE :next_due_at END, updated_at = :now
WHERE id = :id AND updated_at = :known_updated_at;

-- name: delete_schedule
-- A schedule with its history.
DELETE FROM schedules WHERE id = ?;

-- name: delete_of_agent
-- What would have started an agent that is gone.
DELETE FROM schedules WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: pause_schedule
-- Holds a schedule, and says why where it was not its user.
UPDATE schedules SET is_paused = 1, paused_reason = :reason, next_due_at = NULL, updated_at = :now WHERE id = :id;

-- name: resume_schedule
-- Lets a paused schedule go on.
UPDATE schedules SET is_paused = 0, paused_reason = NULL, next_due_at = :next_due_at, updated_at = :now
WHERE id = :id AND is_paused = 1;

-- name: pause_of_credentials
-- Holds a user's schedules that use credentials which are being deleted.
UPDATE schedules SET is_paused = 1, paused_reason = :reason, next_due_at = NULL, updated_at = :now
WHERE user_id = :user_id AND is_paused = 0
  AND EXISTS (SELECT 1 FROM json_each(schedules.credentials) AS one WHERE one.value ->> 'id' = :credentials_id);

-- name: list_of_credentials
-- The schedules that use credentials.
SELECT id, name FROM schedules
WHERE user_id = :user_id
  AND EXISTS (SELECT 1 FROM json_each(schedules.credentials) AS one WHERE one.value ->> 'id' = :credentials_id)
ORDER BY key LIMIT 100;

-- name: earliest_due
-- When the next schedule is due. The first entry of an index.
SELECT min(next_due_at) FROM schedules WHERE next_due_at IS NOT NULL;

-- name: list_due
-- The schedules that are due, in order of their times and then of their making.
SELECT key, id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit, grace_s,
       overlap, origin, config_source, config_digest, is_paused, paused_reason, next_due_at, last_graph_exec_id, created_at, updated_at
FROM schedules WHERE next_due_at <= :now ORDER BY next_due_at, key LIMIT :limit;

-- name: advance
-- Moves a schedule on from one due time. No change: somebody edited, paused or deleted it meanwhile.
UPDATE schedules SET next_due_at = :next_due_at WHERE key = :key AND next_due_at = :due_at;

-- name: insert_fire
-- What became of a due time. Its key lets no due time be used twice.
INSERT INTO schedule_fires (schedule_key, due_at, status, fired_at, graph_exec_id, reason)
VALUES (:key, :due_at, :status, :fired_at, :graph_exec_id, :reason)
ON CONFLICT (schedule_key, due_at) DO NOTHING;

-- name: end_waiting
-- A fire that waited has begun, or cannot.
UPDATE schedule_fires SET status = :status, fired_at = :fired_at, graph_exec_id = :graph_exec_id, reason = :reason
WHERE schedule_key = :key AND due_at = :due_at AND status = 'waiting';

-- name: note_run
-- The newest run of a schedule.
UPDATE schedules SET last_graph_exec_id = :graph_exec_id WHERE key = :key;

-- name: status_of_run
-- Whether a run has ended, and which schedule's newest it is.
SELECT status FROM graph_executions WHERE uuid = ?;

-- name: count_waiting
-- How many fires of a schedule wait.
SELECT count(*) FROM schedule_fires WHERE schedule_key = ? AND status = 'waiting';

-- name: list_waiting
-- For each schedule that may run the first of its waiting fires. The whole of a small partial index.
SELECT f.schedule_key, min(f.due_at), s.id, s.last_graph_exec_id
FROM schedule_fires f JOIN schedules s ON s.key = f.schedule_key
                      JOIN library_agents a ON a.user_id = s.user_id AND a.graph_id = s.graph_id
WHERE f.status = 'waiting' AND s.is_paused = 0 AND a.is_paused = 0
GROUP BY f.schedule_key ORDER BY min(f.due_at), f.schedule_key;

-- name: list_fires
-- The newest fires of a schedule before a time, with the state, the times and the cost of their runs.
SELECT f.due_at, f.status, f.fired_at, f.graph_exec_id, f.reason, g.status, g.started_at, g.ended_at, g.stats,
       (SELECT sum(json_extract(CAST(c.stats AS TEXT), '$.cost')) FROM graph_executions c
        WHERE c.root_id = g.id AND c.parent_node_exec_id IS NOT NULL)
FROM schedule_fires f LEFT JOIN graph_executions g ON g.uuid = f.graph_exec_id
WHERE f.schedule_key = :key AND f.due_at < :before ORDER BY f.due_at DESC LIMIT :limit;

-- name: select_fire_of_run
-- The fire that began a run. By an index of its runs. (graph_exec_id, user_id)
SELECT s.id, s.name, s.timezone, f.due_at, f.fired_at, f.reason
FROM schedule_fires f JOIN schedules s ON s.key = f.schedule_key WHERE f.graph_exec_id = ? AND s.user_id = ?;

-- name: list_next_of_user
-- A user's schedules that are due before a time, the next first.
SELECT s.id, s.cron, s.timezone, s.next_due_at
FROM schedules s JOIN library_agents a ON a.user_id = s.user_id AND a.graph_id = s.graph_id
WHERE s.user_id = :user_id AND s.next_due_at <= :until AND a.is_paused = 0 ORDER BY s.next_due_at, s.key LIMIT :limit;

-- name: list_fires_of_user
-- The newest fires of all schedules of a user before a time, with their runs as in list_fires, and the schedule. The fires
-- first: joined before the limit, the runs of all 100,000 were looked up, 134 ms instead of 1. full scan: of those fires.
WITH newest AS MATERIALIZED (
    SELECT f.due_at, f.status, f.fired_at, f.graph_exec_id, f.reason, s.timezone, s.id, s.name, s.graph_id, s.graph_version
    FROM schedule_fires f JOIN schedules s ON s.key = f.schedule_key
    WHERE s.user_id = :user_id AND f.due_at < :before ORDER BY f.due_at DESC LIMIT :limit)
SELECT n.due_at, n.status, n.fired_at, n.graph_exec_id, n.reason, g.status, g.started_at, g.ended_at, g.stats,
       (SELECT sum(json_extract(CAST(c.stats AS TEXT), '$.cost')) FROM graph_executions c
        WHERE c.root_id = g.id AND c.parent_node_exec_id IS NOT NULL),
       n.timezone, n.id, n.name, n.graph_id,
       (SELECT name FROM graphs WHERE graphs.graph_id = n.graph_id AND graphs.version = n.graph_version)
FROM newest n LEFT JOIN graph_executions g ON g.uuid = n.graph_exec_id ORDER BY n.due_at DESC;

-- name: delete_old_fires
-- Some of the fires that are older than the history is kept.
DELETE FROM schedule_fires WHERE (schedule_key, due_at) IN (
    SELECT schedule_key, due_at FROM schedule_fires WHERE due_at < :before AND status <> 'waiting' LIMIT :limit);

-- name: next_runs
-- Which of a user's agents have a schedule that is on, and when the first of these is due.
SELECT graph_id, min(next_due_at) FROM schedules
WHERE user_id = ? AND graph_id IN (SELECT value FROM json_each(?)) AND next_due_at IS NOT NULL GROUP BY graph_id;
