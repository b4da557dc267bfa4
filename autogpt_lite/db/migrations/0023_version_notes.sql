-- What a person said about a version when it was saved.
ALTER TABLE graphs ADD COLUMN note TEXT NOT NULL DEFAULT '';
