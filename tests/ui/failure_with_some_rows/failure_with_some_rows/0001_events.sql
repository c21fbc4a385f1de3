CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    name TEXT,
    payload TEXT NOT NULL
);
