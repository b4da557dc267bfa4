-- How people name a run: "run 12" of an agent, counted from 1 for each user. Runs that another one has started have none.
ALTER TABLE graph_executions ADD COLUMN number INTEGER;

UPDATE graph_executions SET number = ranked.n
FROM (SELECT id, row_number() OVER (PARTITION BY user_id, graph_id ORDER BY id) AS n
      FROM graph_executions WHERE parent_node_exec_id IS NULL) AS ranked
WHERE graph_executions.id = ranked.id;
