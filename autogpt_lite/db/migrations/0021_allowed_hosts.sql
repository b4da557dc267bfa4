-- The only hosts that an agent may reach. A JSON list; null where it may reach all.
ALTER TABLE library_agents ADD COLUMN allowed_hosts BLOB;
