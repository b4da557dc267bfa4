-- What a run was a repetition of: without it the row would stay for ever when the run is deleted, by whomever.
CREATE TRIGGER reruns_leave_with_their_run AFTER DELETE ON graph_executions
BEGIN
    DELETE FROM reruns WHERE graph_exec_id = old.uuid;
END;
