-- name: list_agents
-- A user's own agents in the library, each in the version that runs.
SELECT a.graph_id, a.graph_version, g.name
FROM library_agents a JOIN graphs g ON g.graph_id = a.graph_id AND g.version = a.graph_version
WHERE a.user_id = :user_id AND g.user_id = :user_id AND a.is_deleted = 0 AND a.is_archived = 0 ORDER BY a.created_at, a.graph_id;

-- name: list_rows
-- What is known of a user's files, and whether it is of the folder that is set now.
SELECT graph_id, file_id, file_name, digest, graph_version, ids, folder <> :folder FROM agents_folder_files
WHERE user_id = :user_id ORDER BY graph_id;

-- name: put_row
-- An agent and its file are the same.
INSERT INTO agents_folder_files (user_id, graph_id, folder, file_id, file_name, digest, graph_version, ids)
VALUES (:user_id, :graph_id, :folder, :file_id, :file_name, :digest, :graph_version, :ids)
ON CONFLICT (user_id, graph_id) DO UPDATE SET folder = excluded.folder, file_id = excluded.file_id, file_name = excluded.file_name,
    digest = excluded.digest, graph_version = excluded.graph_version, ids = excluded.ids;

-- name: delete_row
-- An agent that has no file any more.
DELETE FROM agents_folder_files WHERE user_id = :user_id AND graph_id = :graph_id;
