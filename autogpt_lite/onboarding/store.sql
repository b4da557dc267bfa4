-- name: select_state
-- A user's tour. By primary key.
SELECT state FROM onboarding WHERE user_id = ?;

-- name: put_state
-- How far a user has come.
INSERT INTO onboarding (user_id, state, updated_at) VALUES (:user_id, :state, :now)
ON CONFLICT (user_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at;

-- name: delete_state
-- The tour begins anew.
DELETE FROM onboarding WHERE user_id = ?;
