CREATE TABLE workers (
    name    TEXT PRIMARY KEY,
    seen_at TEXT NOT NULL
);
