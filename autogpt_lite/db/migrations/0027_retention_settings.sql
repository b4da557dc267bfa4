-- What administrators have set of [retention]; null is what config.toml says. One row, or none.
CREATE TABLE retention_settings (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    days            INTEGER CHECK (days >= 0),
    runs_per_agent  INTEGER CHECK (runs_per_agent >= 0),
    mb_per_agent    INTEGER CHECK (mb_per_agent >= 0),
    file_mb         INTEGER CHECK (file_mb >= 0)
) STRICT;
