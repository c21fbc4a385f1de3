CREATE TABLE jobs (
    id       INTEGER PRIMARY KEY,
    state    TEXT NOT NULL,
    worker   TEXT,
    priority INTEGER NOT NULL DEFAULT 0
);
