CREATE TABLE jobs (
    id    INTEGER PRIMARY KEY,
    queue TEXT NOT NULL
);
CREATE INDEX attempts_by_job ON attempts(job_id);
