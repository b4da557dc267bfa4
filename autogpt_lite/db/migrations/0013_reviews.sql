-- What a node asked a person, one row a node execution. payload is what was shown, reviewed_payload what the person made of it
-- (NULL: nothing), both JSON. A review without reviewed_at that is not WAITING was closed by the end of its run.
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

-- Nodes that a person has approved for the rest of a run.
CREATE TABLE review_approvals (
    graph_exec_key  INTEGER NOT NULL,
    node_id         TEXT NOT NULL,
    PRIMARY KEY (graph_exec_key, node_id)
) STRICT, WITHOUT ROWID;

-- Nothing waits for a person in a run that has ended, whichever way it ended.
CREATE TRIGGER reviews_close_with_their_run AFTER UPDATE OF status ON graph_executions
WHEN new.status IN ('COMPLETED', 'FAILED', 'TERMINATED')
BEGIN
    UPDATE reviews SET status = 'REJECTED'
    WHERE node_exec_id BETWEEN new.id << 24 AND (new.id << 24 | 16777215) AND status = 'WAITING';
END;

-- Which nodes of an agent wait for a person: those that ask for it, and those whose effects cannot be taken back.
ALTER TABLE library_agents ADD COLUMN human_in_the_loop_safe_mode INTEGER NOT NULL DEFAULT 1
    CHECK (human_in_the_loop_safe_mode IN (0, 1));
ALTER TABLE library_agents ADD COLUMN sensitive_action_safe_mode INTEGER NOT NULL DEFAULT 0
    CHECK (sensitive_action_safe_mode IN (0, 1));
