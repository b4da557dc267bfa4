-- Files of older versions, or that were put together elsewhere, may hold what has outlived its agent and would go on starting it. It
-- goes here and now; each row is kept in this table, and the next start tells it in the log.
CREATE TABLE removed_orphans (
    kind      TEXT NOT NULL CHECK (kind IN ('schedule', 'preset', 'trigger', 'run')),
    id        TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    graph_id  TEXT NOT NULL,
    detail    TEXT NOT NULL,
    is_told   INTEGER NOT NULL DEFAULT 0 CHECK (is_told IN (0, 1)),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX removed_orphans_untold ON removed_orphans (kind, id) WHERE is_told = 0;

INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail)
SELECT 'schedule', id, user_id, graph_id, name || ', ' || cron FROM schedules s
WHERE NOT EXISTS (SELECT 1 FROM library_agents a
                  WHERE a.user_id = s.user_id AND a.graph_id = s.graph_id AND a.is_deleted = 0 AND a.is_archived = 0)
   OR NOT EXISTS (SELECT 1 FROM graphs g WHERE g.graph_id = s.graph_id AND g.version = s.graph_version);

DELETE FROM schedule_fires WHERE schedule_key IN (
    SELECT s.key FROM schedules s JOIN removed_orphans o ON o.kind = 'schedule' AND o.id = s.id);
DELETE FROM schedules WHERE id IN (SELECT id FROM removed_orphans WHERE kind = 'schedule');

-- A preset stays with an agent that was put away, but nothing starts it; one whose agent is gone for good goes as well.
INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail)
SELECT 'preset', id, user_id, graph_id, name FROM presets p WHERE NOT EXISTS (SELECT 1 FROM graphs g WHERE g.graph_id = p.graph_id);

DELETE FROM presets WHERE id IN (SELECT id FROM removed_orphans WHERE kind = 'preset');

INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail)
SELECT 'trigger', id, user_id, graph_id, name || ', webhook ' || webhook_id FROM presets p
WHERE webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM library_agents a
    WHERE a.user_id = p.user_id AND a.graph_id = p.graph_id AND a.is_deleted = 0 AND a.is_archived = 0);

UPDATE presets SET webhook_id = NULL, is_active = 0 WHERE id IN (SELECT id FROM removed_orphans WHERE kind = 'trigger');

INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail)
SELECT 'run', uuid, user_id, graph_id, 'queued ' || datetime(created_at / 1000000, 'unixepoch') || ' by ' || source
FROM graph_executions r
WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW') AND status = 'QUEUED' AND parent_node_exec_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM library_agents a
    WHERE a.user_id = r.user_id AND a.graph_id = r.graph_id AND a.is_deleted = 0 AND a.is_archived = 0);

UPDATE node_executions SET status = 6
FROM (SELECT r.id AS key FROM removed_orphans o JOIN graph_executions r ON r.uuid = o.id WHERE o.kind = 'run') AS ended
WHERE node_executions.id BETWEEN ended.key << 24 AND (ended.key << 24 | 16777215) AND node_executions.status IN (0, 1, 2, 3);

UPDATE graph_executions
SET status = 'TERMINATED', ended_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER),
    stats = CAST(json_object('error', 'The agent had left the library before the run began.') AS BLOB)
WHERE uuid IN (SELECT id FROM removed_orphans WHERE kind = 'run');
