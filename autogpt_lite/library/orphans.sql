-- name: list_untold
-- Some of what was removed and not told yet. A partial index, empty in nearly every file.
SELECT kind, id, user_id, graph_id, detail FROM removed_orphans WHERE is_told = 0 ORDER BY kind, id LIMIT ?;

-- name: note_told
-- It stands in the log now.
UPDATE removed_orphans SET is_told = 1 WHERE kind = :kind AND id = :id;
