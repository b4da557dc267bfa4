-- Whether a run gets on between two crashes: how many of its tree's node executions had ended when it was last delivered.
ALTER TABLE graph_executions ADD COLUMN delivered_ended INTEGER NOT NULL DEFAULT 0;
