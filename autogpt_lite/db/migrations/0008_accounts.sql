-- Log-in with a password, and what a person wants to be told. `preferences` is JSON: {preferences: {kind: bool}, daily_limit}.
ALTER TABLE users ADD COLUMN password_hash TEXT;
ALTER TABLE users ADD COLUMN preferences BLOB;

-- Where a session began, for the list of one's own sessions.
ALTER TABLE sessions ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN remote TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_of_user ON sessions (user_id, created_at);

-- Codes that stand in a link and are good once: a new password, a new e-mail address. Only their hash is kept.
CREATE TABLE account_codes (
    code_hash   BLOB PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('reset', 'email')),
    email       TEXT,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_codes_of_user ON account_codes (user_id, kind);

-- API keys; only the hash is kept, and the first and last characters for people to tell them apart. `permissions` is JSON.
CREATE TABLE api_keys (
    id            TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash      BLOB NOT NULL UNIQUE,
    head          TEXT NOT NULL,
    tail          TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT,
    permissions   TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('ACTIVE', 'REVOKED', 'SUSPENDED')),
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    revoked_at    INTEGER,
    CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_of_user ON api_keys (user_id, created_at);

-- What administrators did. Outlives the people in it, so it refers to nobody.
CREATE TABLE audit_events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    actor_id  TEXT NOT NULL,
    remote    TEXT NOT NULL,
    action    TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_by_age ON audit_events (at);

-- Log-ins that failed, counted by the minute: who guesses makes a few rows, not thousands.
CREATE TABLE failed_logins (
    minute_at  INTEGER NOT NULL,
    remote     TEXT NOT NULL,
    way        TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (minute_at, remote, way, user_id)
) STRICT, WITHOUT ROWID;
