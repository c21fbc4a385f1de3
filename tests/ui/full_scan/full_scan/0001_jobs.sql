CREATE TABLE jobs (
    id     INTEGER PRIMARY KEY,
    queue  TEXT NOT NULL,
    owner  INTEGER NOT NULL,
    due    INTEGER NOT NULL
);
CREATE TABLE settings (name TEXT NOT NULL, value TEXT NOT NULL);
