CREATE TABLE jobs (
    id      INTEGER PRIMARY KEY,
    queue   TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (octet_length(payload) < 10_000)
);
