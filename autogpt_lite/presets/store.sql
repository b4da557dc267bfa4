-- name: select_preset
-- One preset of a user. By primary key.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id, created_at, updated_at
FROM presets WHERE id = :id AND user_id = :user_id;

-- name: list_of_user
-- A page of a user's presets.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id, created_at, updated_at
FROM presets WHERE user_id = :user_id ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset;

-- name: list_of_graph
-- A page of the presets of one agent.
SELECT id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id, created_at, updated_at
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
VALUES (:id, :user_id, :graph_id, :graph_version, :name, :description, :inputs, :credentials, :is_active, NULL, :now, :now);

-- name: update_preset
-- The whole of what can change in a preset.
UPDATE presets SET graph_version = :graph_version, name = :name, description = :description, inputs = :inputs,
    credentials = :credentials, is_active = :is_active, updated_at = :now
WHERE id = :id AND user_id = :user_id;

-- name: delete_preset
-- One preset; the runs that it started stay.
DELETE FROM presets WHERE id = :id AND user_id = :user_id;

-- name: delete_of_graph
-- The presets of a graph that is deleted for good.
DELETE FROM presets WHERE user_id = :user_id AND graph_id = :graph_id;
