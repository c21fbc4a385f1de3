-- onward: hook
CREATE TABLE queues (
    name TEXT PRIMARY KEY,
    size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id       INTEGER PRIMARY KEY,
    queue    TEXT NOT NULL REFERENCES queues(name),
    payload  TEXT NOT NULL,
    started  TEXT NOT NULL,
    worker   TEXT
);
