-- Which run another one repeats, and from which node on. Both are public ids: the origin may be deleted before its repetition.
CREATE TABLE reruns (
    graph_exec_id  TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    origin_id      TEXT NOT NULL,
    from_node      TEXT,
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reruns_of_origin ON reruns (origin_id, created_at);
