-- How far users have come in AutoGPT's tour, as JSON (onboarding/types.py: OnboardingState).
CREATE TABLE onboarding (
    user_id     TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    state       BLOB NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
