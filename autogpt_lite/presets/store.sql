-- name: select_preset
-- One preset of a user. By primary key.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, inactive_reason,
       webhook_id, created_at, updated_at
FROM presets WHERE id = :id AND user_id = :user_id;

-- name: list_of_user
-- A page of a user's presets.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, inactive_reason,
       webhook_id, created_at, updated_at
FROM presets WHERE user_id = :user_id ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset;

-- name: list_of_graph
-- A page of the presets of one agent.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, inactive_reason,
       webhook_id, created_at, updated_at
FROM presets WHERE user_id = :user_id AND graph_id = :graph_id ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset;

-- name: count_of_user
-- How many presets a user has.
SELECT count(*) FROM presets WHERE user_id = :user_id;

-- name: count_of_graph
-- How many presets an agent has.
SELECT count(*) FROM presets WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: insert_preset
-- A new preset.
INSERT INTO presets
    (id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id, created_at, updated_at)
VALUES (:id, :user_id, :graph_id, :graph_version, :name, :description, :inputs, :credentials, :is_active, :webhook_id, :now, :now);

-- name: update_preset
-- The whole of what can change in a preset. One that has lost its trigger meanwhile does not get it back.
UPDATE presets SET graph_version = :graph_version, name = :name, description = :description, inputs = :inputs,
    credentials = :credentials, is_active = :is_active, inactive_reason = :inactive_reason,
    webhook_id = CASE WHEN webhook_id IS NULL THEN NULL ELSE :webhook_id END, updated_at = :now
WHERE id = :id AND user_id = :user_id;

-- name: delete_preset
-- One preset; the runs that it started stay.
DELETE FROM presets WHERE id = :id AND user_id = :user_id;

-- name: delete_of_graph
-- The presets of a graph that is deleted for good.
DELETE FROM presets WHERE user_id = :user_id AND graph_id = :graph_id;

-- name: list_of_webhook
-- The presets that a delivery starts, in the order of their ids.
SELECT id, user_id, graph_id, graph_version, inputs, credentials, is_active, inactive_reason
FROM presets WHERE webhook_id = ? ORDER BY id;

-- name: select_trigger
-- Whether a preset still waits for a webhook, inside the write that starts its run.
SELECT is_active, inactive_reason FROM presets WHERE id = :id AND webhook_id = :webhook_id;

-- name: deactivate
-- Switches a preset off and says why.
UPDATE presets SET is_active = 0, inactive_reason = :reason, updated_at = :now WHERE id = :id AND is_active = 1;

-- name: deactivate_of_credentials
-- Switches off a user's triggers that use credentials which are being deleted.
UPDATE presets SET is_active = 0, inactive_reason = :reason, updated_at = :now
WHERE user_id = :user_id AND is_active = 1 AND webhook_id IS NOT NULL
  AND (EXISTS (SELECT 1 FROM json_each(presets.credentials) AS one WHERE one.value ->> 'id' = :credentials_id)
       OR EXISTS (SELECT 1 FROM webhooks WHERE webhooks.id = presets.webhook_id AND webhooks.credentials_id = :credentials_id));

-- name: detach
-- A preset is no trigger any more.
UPDATE presets SET webhook_id = NULL, updated_at = :now WHERE id = :id AND webhook_id = :webhook_id;

-- name: detach_all
-- None of the presets of a webhook is a trigger any more.
UPDATE presets SET webhook_id = NULL, updated_at = :now WHERE webhook_id = :webhook_id AND user_id = :user_id;

-- name: graphs_listening
-- Which of a user's agents have a trigger that is on.
SELECT DISTINCT graph_id FROM presets
WHERE user_id = ? AND graph_id IN (SELECT value FROM json_each(?)) AND webhook_id IS NOT NULL AND is_active = 1;

-- name: list_of_credentials
-- The presets that hold credentials.
SELECT id, name FROM presets
WHERE user_id = :user_id
  AND EXISTS (SELECT 1 FROM json_each(presets.credentials) AS one WHERE one.value ->> 'id' = :credentials_id)
ORDER BY updated_at DESC LIMIT 100;
