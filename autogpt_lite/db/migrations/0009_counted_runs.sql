-- With the column of its condition in it the index alone says how many runs an agent has; without it every row was looked at.
DROP INDEX graph_executions_roots;
CREATE INDEX graph_executions_roots ON graph_executions (user_id, graph_id, id, parent_node_exec_id)
    WHERE parent_node_exec_id IS NULL;
