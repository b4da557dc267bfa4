-- Limits of their own: of all runs of an agent, and of one run (engine/limits.py). JSON; null where there are none.
ALTER TABLE library_agents ADD COLUMN limits BLOB;
ALTER TABLE graph_executions ADD COLUMN limits BLOB;
