-- An agent and its file in the agents folder, as they were when both were the same. No reference to the agent: when that is gone, its
-- file has to go too, and the row says which it is.
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
