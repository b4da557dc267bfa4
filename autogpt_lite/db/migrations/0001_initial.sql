-- People. The default user is AutoGPT's where nobody logs in.
CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL DEFAULT '',
    role        TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    timezone    TEXT NOT NULL DEFAULT 'UTC',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO users (id, email, name, role, created_at, updated_at)
VALUES ('3e53486c-cf57-477e-ba2a-cb02dc828e1a', 'default@example.com', 'Default user', 'admin', 0, 0);

-- Browser sessions; only the hash of a token is kept.
CREATE TABLE sessions (
    token_hash  BLOB PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a version of a graph; nodes and links are in body (JSON: {nodes, links, instructions, recommended_schedule_cron}).
-- The position of a node in body.nodes is what node_executions.node refers to, so a stored version never changes.
CREATE TABLE graphs (
    graph_id            TEXT NOT NULL,
    version             INTEGER NOT NULL CHECK (version > 0),
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_active           INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    name                TEXT NOT NULL,
    description         TEXT NOT NULL,
    body                BLOB NOT NULL,
    forked_from_id      TEXT,
    forked_from_version INTEGER,
    created_at          INTEGER NOT NULL,
    PRIMARY KEY (graph_id, version)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX graphs_one_active ON graphs (graph_id) WHERE is_active = 1;
CREATE INDEX graphs_of_user ON graphs (user_id, graph_id, version);

-- What a user may run: saving or importing a graph makes the row, deleting marks it.
CREATE TABLE library_agents (
    id             TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id       TEXT NOT NULL,
    graph_version  INTEGER NOT NULL,
    is_favorite    INTEGER NOT NULL DEFAULT 0 CHECK (is_favorite IN (0, 1)),
    is_archived    INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
    is_deleted     INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (user_id, graph_id)
) STRICT, WITHOUT ROWID;

-- One row a run. id is the rowid that node executions build on, never used twice; uuid is the public id (its low 24 bits are zero).
-- Times are microseconds since 1970, UTC.
CREATE TABLE graph_executions (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid                  TEXT NOT NULL UNIQUE,
    user_id               TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id              TEXT NOT NULL,
    graph_version         INTEGER NOT NULL,
    status                TEXT NOT NULL CHECK (status IN
                              ('INCOMPLETE', 'QUEUED', 'RUNNING', 'REVIEW', 'COMPLETED', 'FAILED', 'TERMINATED')),
    parent_id             INTEGER REFERENCES graph_executions (id) ON DELETE SET NULL,
    root_id               INTEGER NOT NULL,
    parent_node_exec_id   INTEGER,
    child_key             TEXT,
    depth                 INTEGER NOT NULL DEFAULT 0,
    priority              INTEGER NOT NULL DEFAULT 5 CHECK (priority BETWEEN 0 AND 9),
    source                TEXT NOT NULL DEFAULT 'user',
    preset_id             TEXT,
    is_dry_run            INTEGER NOT NULL DEFAULT 0,
    deliveries            INTEGER NOT NULL DEFAULT 0,
    inputs                BLOB NOT NULL,
    credential_inputs     BLOB,
    nodes_input_masks     BLOB,
    pinned_outputs        BLOB,
    nodes_to_skip         BLOB,
    created_at            INTEGER NOT NULL,
    queued_at             INTEGER,
    started_at            INTEGER,
    ended_at              INTEGER,
    stats                 BLOB
) STRICT;

CREATE INDEX graph_executions_of_graph ON graph_executions (graph_id, id);
CREATE INDEX graph_executions_of_user ON graph_executions (user_id, id);
CREATE INDEX graph_executions_open ON graph_executions (status, priority, id) WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW');
CREATE INDEX graph_executions_of_parent ON graph_executions (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX graph_executions_of_root ON graph_executions (root_id, id) WHERE parent_node_exec_id IS NOT NULL;
CREATE UNIQUE INDEX graph_executions_child_key ON graph_executions (parent_node_exec_id, child_key)
    WHERE child_key IS NOT NULL;

-- One row a node execution. id = graph_executions.id << 24 | seq, so the runs' rows lie together and need no index.
-- status: 0 INCOMPLETE 1 QUEUED 2 RUNNING 3 REVIEW 4 COMPLETED 5 FAILED 6 TERMINATED.
-- node is the position in the graph version's nodes. input is {pin: value}, output [[pin, value], ...], both JSON; past 8 outputs
-- or 64 KB the outputs lie in node_outputs and output is NULL. The first n_propagated outputs have reached the nodes behind.
-- queued_us, started_us and ended_us are microseconds after added_at: small numbers take 20 bytes a row less than four times.
CREATE TABLE node_executions (
    id            INTEGER PRIMARY KEY,
    node          INTEGER NOT NULL,
    status        INTEGER NOT NULL CHECK (status BETWEEN 0 AND 6),
    try           INTEGER NOT NULL DEFAULT 0,
    n_propagated  INTEGER NOT NULL DEFAULT 0,
    added_at      INTEGER NOT NULL,
    queued_us     INTEGER,
    started_us    INTEGER,
    ended_us      INTEGER,
    input         BLOB,
    output        BLOB,
    stats         BLOB
) STRICT;

CREATE TABLE node_outputs (
    node_exec_id  INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    pin           TEXT NOT NULL,
    value         BLOB NOT NULL,
    PRIMARY KEY (node_exec_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Deleted runs whose node executions still have to go: many rows leave in small steps (executions/purge.py).
CREATE TABLE purge_queue (
    graph_exec_key  INTEGER PRIMARY KEY
) STRICT;

-- What a node execution reserved and what it really cost, in credits. kind: 0 the block's price.
CREATE TABLE charges (
    node_exec_id      INTEGER NOT NULL,
    try               INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reserved_credits  INTEGER NOT NULL CHECK (reserved_credits >= 0),
    settled_credits   INTEGER CHECK (settled_credits >= 0),
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (node_exec_id, try, kind)
) STRICT, WITHOUT ROWID;

-- Work of the server itself (jobs/): when each job ran last and will run next.
CREATE TABLE system_jobs (
    name         TEXT PRIMARY KEY,
    last_run_at  INTEGER,
    last_error   TEXT,
    next_run_at  INTEGER
) STRICT, WITHOUT ROWID;

-- Small facts about this file: written once, read at start.
CREATE TABLE meta (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- For people with an SQLite tool: node executions with names and readable times.
CREATE VIEW node_executions_readable AS
SELECT g.uuid AS graph_exec_id, n.id & 16777215 AS seq, n.node,
       CASE n.status WHEN 0 THEN 'INCOMPLETE' WHEN 1 THEN 'QUEUED' WHEN 2 THEN 'RUNNING' WHEN 3 THEN 'REVIEW'
                     WHEN 4 THEN 'COMPLETED' WHEN 5 THEN 'FAILED' ELSE 'TERMINATED' END AS status,
       datetime(n.added_at / 1000000, 'unixepoch') AS added, datetime((n.added_at + n.ended_us) / 1000000, 'unixepoch') AS ended,
       json(n.input) AS input, json(n.output) AS output
FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24;
