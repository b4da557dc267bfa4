-- Credentials of users. `secret` is sealed (credentials/secrets.py) with the row's identity: id, user, provider, type and hosts, so
-- none of them can be changed in the file without it being noticed. `key_id` says which key opens it. `revision` grows with each change.
CREATE TABLE credentials (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider    TEXT NOT NULL,
    type        TEXT NOT NULL CHECK (type IN ('api_key', 'oauth2', 'user_password', 'host_scoped')),
    title       TEXT,
    username    TEXT,
    scopes      TEXT NOT NULL DEFAULT '[]',
    hosts       TEXT NOT NULL DEFAULT '[]',
    last4       TEXT NOT NULL DEFAULT '' CHECK (length(last4) <= 4),
    expires_at  INTEGER,
    problem     TEXT,
    secret      BLOB NOT NULL,
    key_id      BLOB NOT NULL CHECK (length(key_id) = 8),
    revision    INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_of_user ON credentials (user_id, provider, created_at);

CREATE INDEX credentials_of_key ON credentials (key_id, id);

-- What was done with which credentials, without any value. They outlive the credentials until the retention takes them.
CREATE TABLE credential_uses (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credentials_id  TEXT NOT NULL,
    action          TEXT NOT NULL,
    at              INTEGER NOT NULL,
    graph_exec_id   TEXT,
    node_id         TEXT,
    block_id        TEXT
) STRICT;

CREATE INDEX credential_uses_of_one ON credential_uses (user_id, credentials_id, key);

CREATE INDEX credential_uses_by_age ON credential_uses (at);
