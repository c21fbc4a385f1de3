-- Meant to bring the table up to date; where it is there already, it does nothing.
CREATE TABLE IF NOT EXISTS notes (
    id     INTEGER PRIMARY KEY,
    body   TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0
);
