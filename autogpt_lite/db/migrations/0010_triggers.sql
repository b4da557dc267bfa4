-- Addresses that other services deliver to. A webhook belongs to the presets that name it, and goes with the last of them; one that
-- a provider has registered (provider_webhook_id) is first given back there, and until then it has left: nothing is taken any more.
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

-- What became of each delivery, for each preset that it was for ('' where there was none). started: graph_exec_id is its run.
-- skipped, refused, stale, ping: it has none, and reason says why. n_repeats: how often it came again afterwards.
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

CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_key, delivery_id, preset_id);
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_key, received_at, key);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (received_at);

-- Why a preset was switched off, where it was not its user.
ALTER TABLE presets ADD COLUMN inactive_reason TEXT;
UPDATE presets SET webhook_id = NULL WHERE webhook_id IS NOT NULL;
CREATE INDEX presets_of_webhook ON presets (webhook_id) WHERE webhook_id IS NOT NULL;

-- A trigger cannot exist without an agent that its user may run, and a webhook of that same user.
CREATE TRIGGER triggers_need_an_agent BEFORE INSERT ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM library_agents
    WHERE user_id = new.user_id AND graph_id = new.graph_id AND is_deleted = 0 AND is_archived = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs an agent in the library');
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

CREATE TRIGGER triggers_keep_needing_a_webhook BEFORE UPDATE OF webhook_id, user_id ON presets
WHEN new.webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM webhooks WHERE id = new.webhook_id AND user_id = new.user_id AND has_left = 0)
BEGIN
    SELECT RAISE(ABORT, 'a trigger needs a webhook of its user');
END;

-- An agent that leaves takes its triggers along; its presets stay, without a webhook.
CREATE TRIGGER triggers_leave_with_their_agent AFTER DELETE ON library_agents
BEGIN
    UPDATE presets SET webhook_id = NULL
    WHERE user_id = old.user_id AND graph_id = old.graph_id AND webhook_id IS NOT NULL;
END;

CREATE TRIGGER triggers_leave_with_an_agent_put_away AFTER UPDATE OF is_deleted, is_archived ON library_agents
WHEN new.is_deleted = 1 OR new.is_archived = 1
BEGIN
    UPDATE presets SET webhook_id = NULL
    WHERE user_id = new.user_id AND graph_id = new.graph_id AND webhook_id IS NOT NULL;
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
