-- name: list_of_user
-- All folders of a user by name, with what lies directly in them.
SELECT f.id, f.user_id, f.name, f.icon, f.color, f.parent_id, f.created_at, f.updated_at,
       (SELECT count(*) FROM library_agents a WHERE a.folder_id = f.id AND a.is_deleted = 0),
       (SELECT count(*) FROM library_folders c WHERE c.parent_id = f.id)
FROM library_folders f WHERE f.user_id = ? ORDER BY f.name COLLATE NOCASE, f.id;

-- name: select_folder
-- One folder of a user. By primary key.
SELECT f.id, f.user_id, f.name, f.icon, f.color, f.parent_id, f.created_at, f.updated_at,
       (SELECT count(*) FROM library_agents a WHERE a.folder_id = f.id AND a.is_deleted = 0),
       (SELECT count(*) FROM library_folders c WHERE c.parent_id = f.id)
FROM library_folders f WHERE f.id = :id AND f.user_id = :user_id;

-- name: select_parent
-- Where a folder of a user lies. By primary key.
SELECT parent_id FROM library_folders WHERE id = :id AND user_id = :user_id;

-- name: select_same_name
-- A folder of this name at this place.
SELECT id FROM library_folders WHERE user_id = :user_id AND coalesce(parent_id, '') = coalesce(:parent_id, '') AND name = :name;

-- name: count_of_user
-- How many folders a user has.
SELECT count(*) FROM library_folders WHERE user_id = ?;

-- name: insert_folder
-- A new folder.
INSERT INTO library_folders (id, user_id, parent_id, name, icon, color, created_at, updated_at)
VALUES (:id, :user_id, :parent_id, :name, :icon, :color, :now, :now);

-- name: update_folder
-- The whole of what can change in a folder.
UPDATE library_folders SET name = :name, icon = :icon, color = :color, parent_id = :parent_id, updated_at = :now
WHERE id = :id AND user_id = :user_id;

-- name: delete_folder
-- A folder with those in it; their agents are at the top afterwards (foreign keys).
DELETE FROM library_folders WHERE id = :id AND user_id = :user_id;
