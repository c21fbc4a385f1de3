-- onward: hook
-- A job that waits has not started.
CREATE TABLE jobs_new (
    id       INTEGER PRIMARY KEY,
    queue    TEXT NOT NULL REFERENCES queues(name),
    payload  TEXT NOT NULL,
    started  TEXT,
    title    TEXT AS (payload ->> '$.title')
);
INSERT INTO jobs_new(id, queue, payload, started) SELECT id, queue, payload, started FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
