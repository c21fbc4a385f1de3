CREATE TABLE jobs (
    id    INTEGER PRIMARY KEY,
    state TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_jobs_archived ON jobs(archived);
