-- When agents run by themselves. next_due_at is NULL while a schedule is paused or has no further time. last_graph_exec_id is the
-- newest run that it started. origin 'config': written in config.toml; config_source is its agent as it stands there and
-- config_digest that of the agent's file, so that a restart knows what has changed.
CREATE TABLE schedules (
    key                 INTEGER PRIMARY KEY AUTOINCREMENT,
    id                  TEXT NOT NULL UNIQUE,
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id            TEXT NOT NULL,
    graph_version       INTEGER NOT NULL,
    name                TEXT NOT NULL,
    cron                TEXT NOT NULL,
    timezone            TEXT NOT NULL,
    inputs              BLOB NOT NULL,
    credentials         BLOB NOT NULL,
    catch_up            TEXT NOT NULL CHECK (catch_up IN ('skip', 'once', 'all')),
    catch_up_limit      INTEGER NOT NULL CHECK (catch_up_limit > 0),
    grace_s             INTEGER NOT NULL CHECK (grace_s >= 0),
    overlap             TEXT NOT NULL CHECK (overlap IN ('queue', 'skip', 'parallel')),
    origin              TEXT NOT NULL DEFAULT 'user' CHECK (origin IN ('user', 'config')),
    config_source       TEXT NOT NULL DEFAULT '',
    config_digest       TEXT NOT NULL DEFAULT '',
    is_paused           INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
    paused_reason       TEXT,
    next_due_at         INTEGER,
    last_graph_exec_id  TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    CHECK (is_paused = 0 OR next_due_at IS NULL),
    FOREIGN KEY (graph_id, graph_version) REFERENCES graphs (graph_id, version) ON DELETE CASCADE
) STRICT;

CREATE INDEX schedules_due ON schedules (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX schedules_of_user ON schedules (user_id, graph_id);
CREATE INDEX schedules_of_graph ON schedules (graph_id, graph_version);
CREATE UNIQUE INDEX schedules_of_config ON schedules (name) WHERE origin = 'config';

-- What became of each time at which a schedule was due. started: graph_exec_id is its run. waiting: until the run before it has
-- ended. missed: nobody was there. skipped: the run before it went on. refused: it could not begin. reason says why in words.
CREATE TABLE schedule_fires (
    schedule_key   INTEGER NOT NULL REFERENCES schedules (key) ON DELETE CASCADE,
    due_at         INTEGER NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('started', 'waiting', 'missed', 'skipped', 'refused')),
    fired_at       INTEGER,
    graph_exec_id  TEXT,
    reason         TEXT,
    PRIMARY KEY (schedule_key, due_at),
    CHECK ((status = 'started') = (graph_exec_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX schedule_fires_waiting ON schedule_fires (schedule_key, due_at) WHERE status = 'waiting';
CREATE INDEX schedule_fires_by_age ON schedule_fires (due_at);

-- A schedule cannot exist without an agent that its user may run: none can be stored, and it leaves together with the agent.
CREATE TRIGGER schedules_need_an_agent BEFORE INSERT ON schedules
WHEN NOT EXISTS (SELECT 1 FROM library_agents
                 WHERE user_id = new.user_id AND graph_id = new.graph_id AND is_deleted = 0 AND is_archived = 0)
BEGIN
    SELECT RAISE(ABORT, 'a schedule needs an agent in the library');
END;

CREATE TRIGGER schedules_keep_their_agent BEFORE UPDATE OF user_id, graph_id ON schedules
WHEN new.user_id <> old.user_id OR new.graph_id <> old.graph_id
BEGIN
    SELECT RAISE(ABORT, 'a schedule keeps its agent');
END;

CREATE TRIGGER schedules_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    DELETE FROM schedules WHERE user_id = old.user_id AND graph_id = old.graph_id;
END;

CREATE TRIGGER schedules_leave_with_an_agent_put_away AFTER UPDATE OF is_deleted, is_archived ON library_agents
WHEN new.is_deleted = 1 OR new.is_archived = 1
BEGIN
    DELETE FROM schedules WHERE user_id = new.user_id AND graph_id = new.graph_id;
END;

-- What a job said about its last run, beside when and whether it failed.
ALTER TABLE system_jobs ADD COLUMN last_result TEXT;
