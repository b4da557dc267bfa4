-- name: list_users
-- Who has budgets. full scan: once, at the start.
SELECT DISTINCT user_id FROM budgets;

-- name: list_budgets
-- The budgets of a user. By primary key. (user_id)
SELECT graph_id, monthly_credits FROM budgets WHERE user_id = ?;

-- name: put_budget
-- Sets one. (:user_id, :graph_id, :monthly_credits, :now)
INSERT INTO budgets (user_id, graph_id, monthly_credits, updated_at) VALUES (:user_id, :graph_id, :monthly_credits, :now)
ON CONFLICT (user_id, graph_id) DO UPDATE SET monthly_credits = excluded.monthly_credits, updated_at = excluded.updated_at;

-- name: delete_budget
-- No budget any more. (user_id, graph_id)
DELETE FROM budgets WHERE user_id = ? AND graph_id = ?;
