CREATE TABLE jobs (
    id      INTEGER PRIMARY KEY,
    queue   TEXT NOT NULL,
    payload TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS jobs_by_archived ON jobs(archived);
