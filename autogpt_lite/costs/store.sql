-- name: month_of_user
-- What a user's agents have cost since a time, an agent each; '' are blocks run on their own. By primary key. (user_id, from, before)
SELECT graph_id, sum(credits) FROM cost_sums WHERE user_id = ? AND slot_at >= ? AND slot_at < ? GROUP BY graph_id;

-- name: by_slot
-- What each slot has cost: of all that a user spent, or of one agent, block, provider or model. By primary key.
SELECT slot_at, sum(credits), sum(charges) FROM cost_sums
WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end
  AND (:graph_id IS NULL OR graph_id = :graph_id) AND (:block_id IS NULL OR block_id = :block_id)
  AND (:provider IS NULL OR provider = :provider) AND (:model IS NULL OR model = :model)
GROUP BY slot_at;

-- name: by_agent
-- The same by agent, the dearest first. By primary key.
SELECT graph_id, sum(credits), sum(charges) FROM cost_sums
WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end
  AND (:graph_id IS NULL OR graph_id = :graph_id) AND (:block_id IS NULL OR block_id = :block_id)
  AND (:provider IS NULL OR provider = :provider) AND (:model IS NULL OR model = :model)
GROUP BY graph_id ORDER BY 2 DESC, 1 LIMIT :limit;

-- name: by_model
-- The same by provider and model. By primary key.
SELECT provider, model, sum(credits), sum(charges) FROM cost_sums
WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end
  AND (:graph_id IS NULL OR graph_id = :graph_id) AND (:block_id IS NULL OR block_id = :block_id)
  AND (:provider IS NULL OR provider = :provider) AND (:model IS NULL OR model = :model)
GROUP BY provider, model ORDER BY 3 DESC, 1, 2 LIMIT :limit;

-- name: by_block
-- The same by block. By primary key.
SELECT block_id, sum(credits), sum(charges) FROM cost_sums
WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end
  AND (:graph_id IS NULL OR graph_id = :graph_id) AND (:block_id IS NULL OR block_id = :block_id)
  AND (:provider IS NULL OR provider = :provider) AND (:model IS NULL OR model = :model)
GROUP BY block_id ORDER BY 2 DESC, 1 LIMIT :limit;

-- name: names_of_agents
-- How the user's agents are called now: the active version. By the user's index. (:user_id, :graph_ids is a JSON list)
SELECT g.graph_id, g.name FROM json_each(:graph_ids) j CROSS JOIN graphs g ON g.graph_id = j.value
WHERE g.is_active = 1 ORDER BY g.graph_id;

-- name: runs_behind
-- Which root runs have cost how much: of the newest charges of the time, as many as :looked. full scan: of these, which an index gives.
SELECT r.uuid, r.graph_id, r.status, r.started_at, sum(c.settled_credits)
FROM (SELECT node_exec_id, settled_credits FROM charges INDEXED BY charges_spent
      WHERE user_id = :user_id AND settled_at >= :start AND settled_at < :end AND settled_credits > 0
        AND (:graph_id IS NULL OR graph_id = :graph_id) AND (:block_id IS NULL OR block_id = :block_id)
        AND (:provider IS NULL OR provider = :provider) AND (:model IS NULL OR model = :model)
      ORDER BY settled_at DESC LIMIT :looked) c
JOIN graph_executions e ON e.id = c.node_exec_id >> 24
JOIN graph_executions r ON r.id = e.root_id AND r.user_id = :user_id
GROUP BY r.id ORDER BY 5 DESC, r.id DESC LIMIT :limit;

-- name: next_user
-- The next user with sums. By primary key. (after this id)
SELECT user_id FROM cost_sums WHERE user_id > ? ORDER BY user_id LIMIT 1;

-- name: slots_before
-- The slots of a user before a time. By primary key. (user_id, before)
SELECT DISTINCT slot_at FROM cost_sums WHERE user_id = ? AND slot_at < ?;

-- name: add_day
-- Folds the slots of a day into one. (:user_id, :start, :end, :noon)
INSERT INTO cost_sums (user_id, slot_at, graph_id, block_id, provider, model, credits, charges)
SELECT user_id, :noon, graph_id, block_id, provider, model, sum(credits), sum(charges) FROM cost_sums
WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end AND slot_at <> :noon
GROUP BY graph_id, block_id, provider, model
ON CONFLICT (user_id, slot_at, graph_id, block_id, provider, model) DO UPDATE
SET credits = credits + excluded.credits, charges = charges + excluded.charges;

-- name: drop_folded
-- What add_day has folded. (:user_id, :start, :end, :noon)
DELETE FROM cost_sums WHERE user_id = :user_id AND slot_at >= :start AND slot_at < :end AND slot_at <> :noon;

-- name: drop_old
-- Sums from before a time. (user_id, before)
DELETE FROM cost_sums WHERE user_id = ? AND slot_at < ?;
