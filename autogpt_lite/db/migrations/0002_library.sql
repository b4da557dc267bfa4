-- Folders of a person's library. Two folders of one name are never side by side.
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

CREATE UNIQUE INDEX library_folders_of_user ON library_folders (user_id, coalesce(parent_id, ''), name);
CREATE INDEX library_folders_of_parent ON library_folders (parent_id) WHERE parent_id IS NOT NULL;

-- A paused agent can be run by hand; its schedules and triggers wait. An agent whose folder goes is back at the top.
ALTER TABLE library_agents ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1));
ALTER TABLE library_agents ADD COLUMN folder_id TEXT REFERENCES library_folders (id) ON DELETE SET NULL;

CREATE INDEX library_agents_of_folder ON library_agents (folder_id) WHERE folder_id IS NOT NULL;

-- What every admission asks: is there a live entry, and in which version. The index alone answers.
CREATE INDEX library_agents_live ON library_agents (user_id, graph_id, graph_version) WHERE is_deleted = 0 AND is_archived = 0;

-- The last run of an agent, without wading through its runs as a sub-agent.
CREATE INDEX graph_executions_roots ON graph_executions (user_id, graph_id, id) WHERE parent_node_exec_id IS NULL;

-- Saved inputs and credentials of an agent; with a webhook they are what it starts. graph_version is the version they were made for.
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
) STRICT, WITHOUT ROWID;

CREATE INDEX presets_of_user ON presets (user_id, graph_id, updated_at);
