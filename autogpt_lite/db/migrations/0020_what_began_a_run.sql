-- A run's page says which due time or delivery began it.
CREATE INDEX schedule_fires_of_run ON schedule_fires (graph_exec_id) WHERE graph_exec_id IS NOT NULL;
CREATE INDEX webhook_deliveries_of_run ON webhook_deliveries (graph_exec_id) WHERE graph_exec_id IS NOT NULL;
