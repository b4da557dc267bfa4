-- How long the runs of one agent are kept, where that is not as in the settings: null is the setting, 0 keeps all.
CREATE TABLE retention_rules (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id  TEXT NOT NULL,
    days      INTEGER CHECK (days >= 0),
    runs      INTEGER CHECK (runs >= 0),
    size_mb   INTEGER CHECK (size_mb >= 0),
    PRIMARY KEY (user_id, graph_id)
) STRICT, WITHOUT ROWID;
