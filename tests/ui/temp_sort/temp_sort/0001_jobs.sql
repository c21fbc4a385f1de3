CREATE TABLE jobs (
    id     INTEGER PRIMARY KEY,
    queue  TEXT NOT NULL,
    due    INTEGER NOT NULL
);
CREATE INDEX jobs_by_queue ON jobs(queue);
