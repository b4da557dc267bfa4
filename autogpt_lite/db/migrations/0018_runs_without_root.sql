-- Runs whose root a user has deleted: they stay for as long as runs are kept.
CREATE INDEX graph_executions_without_root ON graph_executions (created_at) WHERE root_uuid IS NOT NULL;
