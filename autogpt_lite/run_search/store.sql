-- name: select_progress
-- Up to which run the index has come.
SELECT last_id FROM run_words_progress WHERE id = 1;

-- name: update_progress
-- The index has come up to this run.
UPDATE run_words_progress SET last_id = ? WHERE id = 1;

-- name: list_next
-- The runs that follow, children too, so that one answer moves on over many of them. (after id, limit)
SELECT id, parent_node_exec_id IS NULL, status FROM graph_executions WHERE id > ? ORDER BY id LIMIT ?;

-- name: list_ended
-- Runs that had not ended when the index came by, and have now. (limit)
SELECT o.id FROM run_words_open o JOIN graph_executions g ON g.id = o.id
WHERE g.status IN ('COMPLETED', 'FAILED', 'TERMINATED') LIMIT ?; -- full scan: as many rows as runs are open

-- name: insert_open
-- A run whose words come later; one that was deleted meanwhile has none.
INSERT INTO run_words_open (id) SELECT id FROM graph_executions WHERE id = ? ON CONFLICT (id) DO NOTHING;

-- name: delete_open
-- A run whose words are there now.
DELETE FROM run_words_open WHERE id = ?;

-- name: insert_words
-- The words of a run, unless it was deleted meanwhile. (owner, graph, text, id)
INSERT INTO run_words (rowid, owner, graph, text)
SELECT id, ?1, ?2, ?3 FROM graph_executions WHERE id = ?4 AND NOT EXISTS (SELECT 1 FROM run_words WHERE rowid = ?4);

-- name: count_behind
-- How many runs the index has not come to. (last id)
SELECT count(*) FROM (SELECT 1 FROM graph_executions WHERE id > ? LIMIT 100000);

-- name: search
-- The newest runs with the words. (match, limit)
SELECT rowid FROM run_words WHERE run_words MATCH ? ORDER BY rowid DESC LIMIT ?;
