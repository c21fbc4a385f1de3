-- The queue: one row a job, from the moment it is asked for until somebody deletes it.
CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
    queue      TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'queued',
    payload    TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX idx_jobs_queue ON jobs(queue, state);
