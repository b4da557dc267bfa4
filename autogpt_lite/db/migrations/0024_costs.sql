-- What each charge was for and when it was settled; sums of them that stay when their run leaves; and budgets.
ALTER TABLE charges ADD COLUMN graph_id TEXT NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN block_id TEXT NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN settled_at INTEGER;

CREATE INDEX charges_spent ON charges (user_id, settled_at) WHERE settled_credits > 0;

-- graph_id is the agent that was started ('' for a block run on its own), whatever agents it called. A slot is a quarter of an hour: every
-- time zone's days begin and end with one. Old ones are folded into one a day (costs/folding.py).
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

CREATE TABLE budgets (
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    graph_id         TEXT NOT NULL,
    monthly_credits  INTEGER NOT NULL CHECK (monthly_credits >= 0),
    updated_at       INTEGER NOT NULL,
    PRIMARY KEY (user_id, graph_id)
) STRICT, WITHOUT ROWID;

-- Charges from before these columns: the agent is that of the root run, the block that of the node; the time is when they were reserved.
CREATE TABLE charged_nodes (
    graph_id  TEXT NOT NULL,
    version   INTEGER NOT NULL,
    node      INTEGER NOT NULL,
    block_id  TEXT NOT NULL,
    PRIMARY KEY (graph_id, version, node)
) STRICT, WITHOUT ROWID;

INSERT INTO charged_nodes (graph_id, version, node, block_id)
SELECT g.graph_id, g.version, j.key, coalesce(json_extract(j.value, '$.block_id'), '')
FROM graphs g, json_each(CASE WHEN json_valid(CAST(g.body AS TEXT)) THEN CAST(g.body AS TEXT) ELSE '{}' END, '$.nodes') j
WHERE EXISTS (SELECT 1 FROM charges);

UPDATE charges SET settled_at = created_at WHERE settled_credits > 0;

UPDATE charges SET
    graph_id = coalesce((SELECT coalesce(r.graph_id, e.graph_id) FROM graph_executions e
                         LEFT JOIN graph_executions r ON r.id = e.root_id WHERE e.id = charges.node_exec_id >> 24), ''),
    block_id = coalesce((SELECT b.block_id FROM graph_executions e JOIN node_executions n ON n.id = charges.node_exec_id
                         JOIN charged_nodes b ON b.graph_id = e.graph_id AND b.version = e.graph_version AND b.node = n.node
                         WHERE e.id = charges.node_exec_id >> 24), ''),
    provider = coalesce((SELECT CAST(json_extract(CAST(n.input AS TEXT), '$.credentials.provider') AS TEXT) FROM node_executions n
                         WHERE n.id = charges.node_exec_id AND json_valid(CAST(n.input AS TEXT))), ''),
    model = coalesce((SELECT CAST(json_extract(CAST(n.input AS TEXT), '$.model') AS TEXT) FROM node_executions n
                      WHERE n.id = charges.node_exec_id AND json_valid(CAST(n.input AS TEXT))), '');

DROP TABLE charged_nodes;

INSERT INTO cost_sums (user_id, slot_at, graph_id, block_id, provider, model, credits, charges)
SELECT user_id, settled_at - settled_at % 900000000, graph_id, block_id, provider, model, sum(settled_credits), count(*)
FROM charges WHERE settled_credits > 0 GROUP BY 1, 2, 3, 4, 5, 6;

-- From here on a charge leaves with its run: the sums are the account of what was spent.
DELETE FROM charges WHERE NOT EXISTS (SELECT 1 FROM graph_executions e WHERE e.id = charges.node_exec_id >> 24);

CREATE TRIGGER charges_are_summed AFTER UPDATE OF settled_credits ON charges
WHEN old.settled_credits IS NULL AND new.settled_credits > 0
BEGIN
    INSERT INTO cost_sums (user_id, slot_at, graph_id, block_id, provider, model, credits, charges)
    VALUES (new.user_id, new.settled_at - new.settled_at % 900000000, new.graph_id, new.block_id, new.provider, new.model,
            new.settled_credits, 1)
    ON CONFLICT (user_id, slot_at, graph_id, block_id, provider, model) DO UPDATE
    SET credits = credits + excluded.credits, charges = charges + 1;
END;

CREATE TRIGGER budgets_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    DELETE FROM budgets WHERE user_id = old.user_id AND graph_id = old.graph_id;
END;
