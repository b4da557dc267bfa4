-- The public id of a root run that was deleted: the runs below it stay, and still say to which tree they belonged.
ALTER TABLE graph_executions ADD COLUMN root_uuid TEXT;
