CREATE TABLE auth_sessions(
    token TEXT PRIMARY KEY NOT NULL,
    user  INTEGER NOT NULL REFERENCES auth_users(id) ON DELETE CASCADE
);
CREATE INDEX auth_sessions_by_user ON auth_sessions(user);
