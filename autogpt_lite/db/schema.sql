-- What the migrations come to. Written by `python -m autogpt_lite.db.schema`; a test compares it. Do not edit.

CREATE TABLE account_codes (
    code_hash   BLOB PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('reset', 'email')),
    email       TEXT,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX account_codes_of_user ON account_codes (user_id, kind);

CREATE TABLE agents_folder_files (
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id       TEXT NOT NULL,
    folder         TEXT NOT NULL,
    file_id        TEXT NOT NULL,
    file_name      TEXT NOT NULL,
    digest         TEXT NOT NULL,
    graph_version  INTEGER NOT NULL,
    ids            BLOB NOT NULL,
    PRIMARY KEY (user_id, graph_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id            TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash      BLOB NOT NULL UNIQUE,
    head          TEXT NOT NULL,
    tail          TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT,
    permissions   TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('ACTIVE', 'REVOKED', 'SUSPENDED')),
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    revoked_at    INTEGER,
    CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX api_keys_of_user ON api_keys (user_id, created_at);

CREATE TABLE approved_imports (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_hash  TEXT NOT NULL,
    approved_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, content_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    actor_id  TEXT NOT NULL,
    remote    TEXT NOT NULL,
    action    TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;

CREATE INDEX audit_events_by_age ON audit_events (at);

CREATE TABLE budgets (
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id         TEXT NOT NULL,
    monthly_credits  INTEGER NOT NULL CHECK (monthly_credits >= 0),
    updated_at       INTEGER NOT NULL,
    PRIMARY KEY (user_id, graph_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE charges (
    node_exec_id      INTEGER NOT NULL,
    try               INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reserved_credits  INTEGER NOT NULL CHECK (reserved_credits >= 0),
    settled_credits   INTEGER CHECK (settled_credits >= 0),
    created_at        INTEGER NOT NULL, graph_id TEXT NOT NULL DEFAULT '', block_id TEXT NOT NULL DEFAULT '', provider TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', settled_at INTEGER,
    PRIMARY KEY (node_exec_id, try, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX charges_spent ON charges (user_id, settled_at) WHERE settled_credits > 0;

CREATE TABLE cost_sums (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    slot_at   INTEGER NOT NULL,
    graph_id  TEXT NOT NULL,
    block_id  TEXT NOT NULL,
    provider  TEXT NOT NULL,
    model     TEXT NOT NULL,
    credits   INTEGER NOT NULL CHECK (credits > 0),
    charges   INTEGER NOT NULL CHECK (charges > 0),
    PRIMARY KEY (user_id, slot_at, graph_id, block_id, provider, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential_uses (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credentials_id  TEXT NOT NULL,
    action          TEXT NOT NULL,
    at              INTEGER NOT NULL,
    graph_exec_id   TEXT,
    node_id         TEXT,
    block_id        TEXT
) STRICT;

CREATE INDEX credential_uses_by_age ON credential_uses (at);

CREATE INDEX credential_uses_of_one ON credential_uses (user_id, credentials_id, key);

CREATE TABLE credentials (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider    TEXT NOT NULL,
    type        TEXT NOT NULL CHECK (type IN ('api_key', 'oauth2', 'user_password', 'host_scoped')),
    title       TEXT,
    username    TEXT,
    scopes      TEXT NOT NULL DEFAULT '[]',
    hosts       TEXT NOT NULL DEFAULT '[]',
    last4       TEXT NOT NULL DEFAULT '' CHECK (length(last4) <= 4),
    expires_at  INTEGER,
    problem     TEXT,
    secret      BLOB NOT NULL,
    key_id      BLOB NOT NULL CHECK (length(key_id) = 8),
    revision    INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_of_key ON credentials (key_id, id);

CREATE INDEX credentials_of_user ON credentials (user_id, provider, created_at);

CREATE TABLE failed_logins (
    minute_at  INTEGER NOT NULL,
    remote     TEXT NOT NULL,
    way        TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (minute_at, remote, way, user_id)
) STRICT, WITHOUT ROWID;

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
, root_uuid TEXT, limits BLOB, delivered_ended INTEGER NOT NULL DEFAULT 0, number INTEGER) STRICT;

CREATE UNIQUE INDEX graph_executions_child_key ON graph_executions (parent_node_exec_id, child_key)
    WHERE child_key IS NOT NULL;

CREATE INDEX graph_executions_of_graph ON graph_executions (graph_id, id);

CREATE INDEX graph_executions_of_parent ON graph_executions (parent_id, id) WHERE parent_id IS NOT NULL;

CREATE INDEX graph_executions_of_root ON graph_executions (root_id, id) WHERE parent_node_exec_id IS NOT NULL;

CREATE INDEX graph_executions_of_user ON graph_executions (user_id, id);

CREATE INDEX graph_executions_open ON graph_executions (status, priority, id) WHERE status IN ('QUEUED', 'RUNNING', 'REVIEW');

CREATE INDEX graph_executions_roots ON graph_executions (user_id, graph_id, id, parent_node_exec_id)
    WHERE parent_node_exec_id IS NULL;

CREATE INDEX graph_executions_without_root ON graph_executions (created_at) WHERE root_uuid IS NOT NULL;

CREATE TABLE "graphs" (
    graph_id            TEXT NOT NULL,
    version             INTEGER NOT NULL CHECK (version > 0),
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_active           INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    name                TEXT NOT NULL,
    description         TEXT NOT NULL,
    note                TEXT NOT NULL DEFAULT '',
    forked_from_id      TEXT,
    forked_from_version INTEGER,
    created_at          INTEGER NOT NULL,
    body                BLOB NOT NULL,
    PRIMARY KEY (graph_id, version)
) STRICT;

CREATE INDEX graphs_of_user ON graphs (user_id, graph_id, version);

CREATE UNIQUE INDEX graphs_one_active ON graphs (graph_id) WHERE is_active = 1;

CREATE TABLE library_agents (
    id             TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id       TEXT NOT NULL,
    graph_version  INTEGER NOT NULL,
    is_favorite    INTEGER NOT NULL DEFAULT 0 CHECK (is_favorite IN (0, 1)),
    is_archived    INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
    is_deleted     INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL, is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)), folder_id TEXT REFERENCES library_folders (id) ON DELETE SET NULL, human_in_the_loop_safe_mode INTEGER NOT NULL DEFAULT 1
    CHECK (human_in_the_loop_safe_mode IN (0, 1)), sensitive_action_safe_mode INTEGER NOT NULL DEFAULT 0
    CHECK (sensitive_action_safe_mode IN (0, 1)), limits BLOB, allowed_hosts BLOB,
    UNIQUE (user_id, graph_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX library_agents_live ON library_agents (user_id, graph_id, graph_version) WHERE is_deleted = 0 AND is_archived = 0;

CREATE INDEX library_agents_of_folder ON library_agents (folder_id) WHERE folder_id IS NOT NULL;

CREATE TABLE library_folders (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    parent_id   TEXT REFERENCES library_folders (id) ON DELETE CASCADE,
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    icon        TEXT,
    color       TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX library_folders_of_parent ON library_folders (parent_id) WHERE parent_id IS NOT NULL;

CREATE UNIQUE INDEX library_folders_of_user ON library_folders (user_id, coalesce(parent_id, ''), name);

CREATE TABLE meta (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "node_outputs" (
    node_exec_id  INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    pin           TEXT NOT NULL,
    value         BLOB NOT NULL,
    PRIMARY KEY (node_exec_id, ordinal)
) STRICT;

CREATE TABLE onboarding (
    user_id     TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    state       BLOB NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_imports (
    graph_id      TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_hash  TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_imports_of_content ON pending_imports (user_id, content_hash);

CREATE TABLE presets (
    id             TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id       TEXT NOT NULL,
    graph_version  INTEGER NOT NULL CHECK (graph_version > 0),
    name           TEXT NOT NULL,
    description    TEXT NOT NULL,
    inputs         BLOB NOT NULL,
    credentials    BLOB NOT NULL,
    is_active      INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    webhook_id     TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
, inactive_reason TEXT) STRICT, WITHOUT ROWID;

CREATE INDEX presets_of_user ON presets (user_id, graph_id, updated_at);

CREATE INDEX presets_of_webhook ON presets (webhook_id) WHERE webhook_id IS NOT NULL;

CREATE TABLE purge_queue (
    graph_exec_key  INTEGER PRIMARY KEY
) STRICT;

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

CREATE TABLE reruns (
    graph_exec_id  TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    origin_id      TEXT NOT NULL,
    from_node      TEXT,
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reruns_of_origin ON reruns (origin_id, created_at);

CREATE TABLE retention_rules (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id  TEXT NOT NULL,
    days      INTEGER CHECK (days >= 0),
    runs      INTEGER CHECK (runs >= 0),
    size_mb   INTEGER CHECK (size_mb >= 0),
    PRIMARY KEY (user_id, graph_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_settings (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    days            INTEGER CHECK (days >= 0),
    runs_per_agent  INTEGER CHECK (runs_per_agent >= 0),
    mb_per_agent    INTEGER CHECK (mb_per_agent >= 0),
    file_mb         INTEGER CHECK (file_mb >= 0)
, backup_hours INTEGER CHECK (backup_hours >= 0)) STRICT;

CREATE TABLE review_approvals (
    graph_exec_key  INTEGER NOT NULL,
    node_id         TEXT NOT NULL,
    PRIMARY KEY (graph_exec_key, node_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviews (
    node_exec_id      INTEGER PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    node_id           TEXT NOT NULL,
    status            TEXT NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'APPROVED', 'REJECTED')),
    payload           BLOB NOT NULL,
    reviewed_payload  BLOB,
    instructions      TEXT NOT NULL,
    is_editable       INTEGER NOT NULL CHECK (is_editable IN (0, 1)),
    message           TEXT,
    created_at        INTEGER NOT NULL,
    reviewed_at       INTEGER,
    CHECK (status <> 'WAITING' OR reviewed_at IS NULL)
) STRICT;

CREATE INDEX reviews_waiting ON reviews (user_id, node_exec_id) WHERE status = 'WAITING';

CREATE VIRTUAL TABLE run_words USING fts5 (
    owner, graph, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE run_words_open (
    id  INTEGER PRIMARY KEY REFERENCES graph_executions (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE run_words_progress (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    last_id  INTEGER NOT NULL
) STRICT;

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

CREATE INDEX schedule_fires_by_age ON schedule_fires (due_at);

CREATE INDEX schedule_fires_of_run ON schedule_fires (graph_exec_id) WHERE graph_exec_id IS NOT NULL;

CREATE INDEX schedule_fires_waiting ON schedule_fires (schedule_key, due_at) WHERE status = 'waiting';

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

CREATE UNIQUE INDEX schedules_of_config ON schedules (name) WHERE origin = 'config';

CREATE INDEX schedules_of_graph ON schedules (graph_id, graph_version);

CREATE INDEX schedules_of_user ON schedules (user_id, graph_id);

CREATE TABLE sessions (
    token_hash  BLOB PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
, user_agent TEXT NOT NULL DEFAULT '', remote TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id, created_at);

CREATE TABLE system_jobs (
    name         TEXT PRIMARY KEY,
    last_run_at  INTEGER,
    last_error   TEXT,
    next_run_at  INTEGER
, last_result TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL DEFAULT '',
    role        TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    timezone    TEXT NOT NULL DEFAULT 'UTC',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
, password_hash TEXT, preferences BLOB) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_deliveries (
    key            INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_key    INTEGER NOT NULL REFERENCES webhooks (key) ON DELETE CASCADE,
    delivery_id    TEXT NOT NULL,
    preset_id      TEXT NOT NULL,
    event          TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('started', 'skipped', 'refused', 'stale', 'ping')),
    graph_exec_id  TEXT,
    reason         TEXT,
    n_repeats      INTEGER NOT NULL DEFAULT 0,
    received_at    INTEGER NOT NULL,
    CHECK ((status = 'started') = (graph_exec_id IS NOT NULL))
) STRICT;

CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (received_at);

CREATE INDEX webhook_deliveries_of_run ON webhook_deliveries (graph_exec_id) WHERE graph_exec_id IS NOT NULL;

CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_key, received_at, key);

CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_key, delivery_id, preset_id);

CREATE TABLE webhooks (
    key                  INTEGER PRIMARY KEY AUTOINCREMENT,
    id                   TEXT NOT NULL UNIQUE CHECK (length(id) >= 32),
    user_id              TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider             TEXT NOT NULL,
    webhook_type         TEXT NOT NULL,
    resource             TEXT NOT NULL,
    credentials_id       TEXT NOT NULL,
    events               BLOB NOT NULL,
    secret               BLOB,
    provider_webhook_id  TEXT NOT NULL DEFAULT '',
    has_left             INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1)),
    n_leave_attempts     INTEGER NOT NULL DEFAULT 0,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL
) STRICT;

CREATE INDEX webhooks_of_user ON webhooks (user_id, provider, credentials_id);

CREATE INDEX webhooks_that_left ON webhooks (key) WHERE has_left = 1;

CREATE TRIGGER charges_are_summed AFTER UPDATE OF settled_credits ON charges
WHEN old.settled_credits IS NULL AND new.settled_credits > 0
BEGIN
    INSERT INTO cost_sums (user_id, slot_at, graph_id, block_id, provider, model, credits, charges)
    VALUES (new.user_id, new.settled_at - new.settled_at % 900000000, new.graph_id, new.block_id, new.provider, new.model,
            new.settled_credits, 1)
    ON CONFLICT (user_id, slot_at, graph_id, block_id, provider, model) DO UPDATE
    SET credits = credits + excluded.credits, charges = charges + 1;
END;

CREATE TRIGGER reruns_leave_with_their_run AFTER DELETE ON graph_executions
BEGIN
    DELETE FROM reruns WHERE graph_exec_id = old.uuid;
END;

CREATE TRIGGER reviews_close_with_their_run AFTER UPDATE OF status ON graph_executions
WHEN new.status IN ('COMPLETED', 'FAILED', 'TERMINATED')
BEGIN
    UPDATE reviews SET status = 'REJECTED'
    WHERE node_exec_id BETWEEN new.id << 24 AND (new.id << 24 | 16777215) AND status = 'WAITING';
END;

CREATE TRIGGER run_words_of_deleted AFTER DELETE ON graph_executions WHEN old.parent_node_exec_id IS NULL
BEGIN
    DELETE FROM run_words WHERE rowid = old.id;
END;

CREATE TRIGGER budgets_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    DELETE FROM budgets WHERE user_id = old.user_id AND graph_id = old.graph_id;
END;

CREATE TRIGGER schedules_leave_with_an_agent_put_away AFTER UPDATE OF is_deleted, is_archived ON library_agents
WHEN new.is_deleted = 1 OR new.is_archived = 1
BEGIN
    DELETE FROM schedules WHERE user_id = new.user_id AND graph_id = new.graph_id;
END;

CREATE TRIGGER schedules_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    DELETE FROM schedules WHERE user_id = old.user_id AND graph_id = old.graph_id;
END;

CREATE TRIGGER triggers_leave_with_an_agent_put_away AFTER UPDATE OF is_deleted, is_archived ON library_agents
WHEN new.is_deleted = 1 OR new.is_archived = 1
BEGIN
    UPDATE presets SET webhook_id = NULL
    WHERE user_id = new.user_id AND graph_id = new.graph_id AND webhook_id IS NOT NULL;
END;

CREATE TRIGGER triggers_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    UPDATE presets SET webhook_id = NULL
    WHERE user_id = old.user_id AND graph_id = old.graph_id AND webhook_id IS NOT NULL;
END;

CREATE VIEW node_executions_readable AS
SELECT g.uuid AS graph_exec_id, n.id & 16777215 AS seq, n.node,
       CASE n.status WHEN 0 THEN 'INCOMPLETE' WHEN 1 THEN 'QUEUED' WHEN 2 THEN 'RUNNING' WHEN 3 THEN 'REVIEW'
                     WHEN 4 THEN 'COMPLETED' WHEN 5 THEN 'FAILED' ELSE 'TERMINATED' END AS status,
       datetime(n.added_at / 1000000, 'unixepoch') AS added, datetime((n.added_at + n.ended_us) / 1000000, 'unixepoch') AS ended,
       json(n.input) AS input, json(n.output) AS output
FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24;

CREATE TRIGGER triggers_keep_needing_a_webhook BEFORE UPDATE OF webhook_id, user_id ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM webhooks WHERE id = new.webhook_id AND user_id = new.user_id AND has_left = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs a webhook of its user');
END;

CREATE TRIGGER triggers_keep_needing_an_agent BEFORE UPDATE OF webhook_id, user_id, graph_id ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM library_agents
    WHERE user_id = new.user_id AND graph_id = new.graph_id AND is_deleted = 0 AND is_archived = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs an agent in the library');
END;

CREATE TRIGGER triggers_need_a_webhook BEFORE INSERT ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM webhooks WHERE id = new.webhook_id AND user_id = new.user_id AND has_left = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs a webhook of its user');
END;

CREATE TRIGGER triggers_need_an_agent BEFORE INSERT ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM library_agents
    WHERE user_id = new.user_id AND graph_id = new.graph_id AND is_deleted = 0 AND is_archived = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs an agent in the library');
END;

CREATE TRIGGER webhooks_leave_with_their_last_preset AFTER DELETE ON presets
WHEN old.webhook_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM presets WHERE webhook_id = old.webhook_id)
BEGIN
    UPDATE webhooks SET has_left = 1 WHERE id = old.webhook_id;
    DELETE FROM webhooks WHERE id = old.webhook_id AND provider_webhook_id = '';
END;

CREATE TRIGGER webhooks_leave_with_their_last_trigger AFTER UPDATE OF webhook_id ON presets
WHEN old.webhook_id IS NOT NULL AND old.webhook_id IS NOT new.webhook_id
     AND NOT EXISTS (SELECT 1 FROM presets WHERE webhook_id = old.webhook_id)
BEGIN
    UPDATE webhooks SET has_left = 1 WHERE id = old.webhook_id;
    DELETE FROM webhooks WHERE id = old.webhook_id AND provider_webhook_id = '';
END;

CREATE TRIGGER schedules_keep_their_agent BEFORE UPDATE OF user_id, graph_id ON schedules
WHEN new.user_id <> old.user_id OR new.graph_id <> old.graph_id
BEGIN
    SELECT RAISE(ABORT, 'a schedule keeps its agent');
END;

CREATE TRIGGER schedules_need_an_agent BEFORE INSERT ON schedules
WHEN NOT EXISTS (SELECT 1 FROM library_agents
                 WHERE user_id = new.user_id AND graph_id = new.graph_id AND is_deleted = 0 AND is_archived = 0)
BEGIN
    SELECT RAISE(ABORT, 'a schedule needs an agent in the library');
END;
