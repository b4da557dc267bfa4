-- name: find_webhook
-- The webhook that a delivery is for. By its id, which only those know whom it was given to.
SELECT key, id, user_id, provider, webhook_type, resource, credentials_id, events, secret, provider_webhook_id, created_at, updated_at
FROM webhooks WHERE id = ? AND has_left = 0;

-- name: list_of_user
-- A user's webhooks, oldest first.
SELECT key, id, user_id, provider, webhook_type, resource, credentials_id, events, secret, provider_webhook_id, created_at, updated_at
FROM webhooks WHERE user_id = ? AND has_left = 0 ORDER BY key;

-- name: list_alike
-- The webhooks that a new trigger might share, oldest first; which events they bring is looked at afterwards.
SELECT key, id, user_id, provider, webhook_type, resource, credentials_id, events, secret, provider_webhook_id, created_at, updated_at
FROM webhooks
WHERE user_id = :user_id AND provider = :provider AND credentials_id = :credentials_id AND webhook_type = :webhook_type
  AND resource = :resource AND has_left = 0 AND provider_webhook_id <> ''
ORDER BY key;

-- name: count_of_user
-- How many webhooks a user has.
SELECT count(*) FROM webhooks WHERE user_id = ?;

-- name: insert_webhook
-- A new webhook, before it is registered anywhere: its first delivery may come before the answer of the provider.
INSERT INTO webhooks (id, user_id, provider, webhook_type, resource, credentials_id, events, secret, created_at, updated_at)
VALUES (:id, :user_id, :provider, :webhook_type, :resource, :credentials_id, :events, :secret, :now, :now);

-- name: note_registered
-- What the provider calls it.
UPDATE webhooks SET provider_webhook_id = :provider_webhook_id, updated_at = :now WHERE id = :id;

-- name: set_secret
-- Another secret, or none.
UPDATE webhooks SET secret = :secret, updated_at = :now WHERE id = :id AND has_left = 0;

-- name: give_up_webhook
-- A webhook that no preset took goes the way of those whose presets went.
UPDATE webhooks SET has_left = 1 WHERE id = :id AND NOT EXISTS (SELECT 1 FROM presets WHERE webhook_id = :id);

-- name: give_up_unused
-- The same for what a killed process left behind while it set a trigger up. full scan: a handful of rows, once an hour
UPDATE webhooks SET has_left = 1
WHERE has_left = 0 AND created_at < :before AND NOT EXISTS (SELECT 1 FROM presets WHERE webhook_id = webhooks.id);

-- name: list_left
-- Those that have to be given back to their providers.
SELECT key, id, user_id, provider, webhook_type, resource, credentials_id, events, secret, provider_webhook_id, created_at, updated_at,
       n_leave_attempts
FROM webhooks WHERE has_left = 1 ORDER BY key LIMIT :limit;

-- name: note_leave_attempt
-- It could not be given back; the next attempt comes later.
UPDATE webhooks SET n_leave_attempts = n_leave_attempts + 1 WHERE key = ?;

-- name: delete_left
-- It is given back, or nothing can be done about it any more.
DELETE FROM webhooks WHERE key = ? AND has_left = 1;

-- name: insert_delivery
-- What became of a delivery. One that began no run may come again and begin one; one that did changes nothing any more. The webhook
-- may have gone while it was on its way.
INSERT INTO webhook_deliveries (webhook_key, delivery_id, preset_id, event, status, graph_exec_id, reason, received_at)
SELECT :webhook_key, :delivery_id, :preset_id, :event, :status, :graph_exec_id, :reason, :now
WHERE EXISTS (SELECT 1 FROM webhooks WHERE key = :webhook_key)
ON CONFLICT (webhook_key, delivery_id, preset_id) DO UPDATE
SET event = excluded.event, status = excluded.status, graph_exec_id = excluded.graph_exec_id, reason = excluded.reason,
    received_at = excluded.received_at, n_repeats = n_repeats + 1
WHERE status <> 'started';

-- name: select_delivery
-- What became of a delivery before. By unique key.
SELECT status, graph_exec_id, reason FROM webhook_deliveries
WHERE webhook_key = :webhook_key AND delivery_id = :delivery_id AND preset_id = :preset_id;

-- name: note_repeat
-- A delivery came again after its run had begun.
UPDATE webhook_deliveries SET n_repeats = n_repeats + 1
WHERE webhook_key = :webhook_key AND delivery_id = :delivery_id AND preset_id = :preset_id;

-- name: list_deliveries
-- The newest deliveries of a webhook before a time.
SELECT delivery_id, preset_id, event, status, graph_exec_id, reason, n_repeats, received_at
FROM webhook_deliveries WHERE webhook_key = :webhook_key AND received_at < :before
ORDER BY received_at DESC, key DESC LIMIT :limit;

-- name: select_delivery_of_run
-- The delivery that began a run. By an index of its runs. (graph_exec_id, user_id)
SELECT w.provider, d.delivery_id, d.event, d.received_at
FROM webhook_deliveries d JOIN webhooks w ON w.key = d.webhook_key WHERE d.graph_exec_id = ? AND w.user_id = ?;

-- name: delete_old_deliveries
-- Some of the deliveries that are older than the history is kept.
DELETE FROM webhook_deliveries WHERE key IN (
    SELECT key FROM webhook_deliveries WHERE received_at < :before LIMIT :limit);

-- name: list_too_long
-- The webhooks whose history is longer than its limit.
SELECT webhook_key, count(*) FROM webhook_deliveries GROUP BY webhook_key HAVING count(*) > ?;

-- name: shorten_history
-- Some of the oldest deliveries of one webhook.
DELETE FROM webhook_deliveries WHERE key IN (
    SELECT key FROM webhook_deliveries WHERE webhook_key = :webhook_key ORDER BY received_at, key LIMIT :limit);

-- name: any_secret
-- Whether any webhook has a secret. full scan: webhooks are few, and the first with a secret ends it.
SELECT 1 FROM webhooks WHERE secret IS NOT NULL LIMIT 1;

-- name: secrets_by_key
-- Which keys the secrets are sealed with (bytes 2 to 9 of a sealed secret). full scan: at start and for a rotation.
SELECT substr(secret, 2, 8), count(*) FROM webhooks WHERE secret IS NOT NULL GROUP BY 1;

-- name: list_of_other_keys
-- A batch of secrets that are not sealed with the current key yet, from a key on.
SELECT key, id, secret FROM webhooks
WHERE key > :after AND secret IS NOT NULL AND substr(secret, 2, 8) <> :key_id ORDER BY key LIMIT :limit;

-- name: list_of_key
-- What is sealed with a key, to say what a lost one costs. full scan: at start, where a key is lost.
SELECT provider, resource FROM webhooks WHERE secret IS NOT NULL AND substr(secret, 2, 8) = :key_id LIMIT :limit;

-- name: reseal
-- The same secret under another key; a change of its user at the same time wins.
UPDATE webhooks SET secret = :secret WHERE key = :key AND secret = :known;
