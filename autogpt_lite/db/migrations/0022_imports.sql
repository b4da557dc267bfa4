-- Agents from files that would reach out, with the agents that came along, until somebody has looked at what they would do.
-- content_hash is that of the whole file: what an approval is good for.
CREATE TABLE pending_imports (
    graph_id      TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_hash  TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_imports_of_content ON pending_imports (user_id, content_hash);

-- What was approved: the same file needs no second look.
CREATE TABLE approved_imports (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_hash  TEXT NOT NULL,
    approved_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, content_hash)
) STRICT, WITHOUT ROWID;
