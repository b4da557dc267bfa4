-- What administrators have set of retention.backup_hours; null is what config.toml says.
ALTER TABLE retention_settings ADD COLUMN backup_hours INTEGER CHECK (backup_hours >= 0);
