-- The states become a closed set and the queue a reference, which SQLite can only do by building the table anew.
CREATE TABLE jobs_new (
    id         INTEGER PRIMARY KEY,
    queue      TEXT NOT NULL REFERENCES queues(name),
    state      TEXT NOT NULL DEFAULT 'queued'
               CHECK (state IN ('queued', 'running', 'done', 'failed')),
    payload    TEXT NOT NULL CHECK (json_valid(payload)),
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    archived   INTEGER NOT NULL DEFAULT 0,
    priority   INTEGER NOT NULL DEFAULT 0,
    run_at     TEXT
);

INSERT OR IGNORE INTO queues(name) SELECT DISTINCT queue FROM jobs;

INSERT INTO jobs_new(id, queue, state, payload, created_at, archived, priority, run_at)
SELECT id, queue,
       CASE WHEN state IN ('queued', 'running', 'done', 'failed') THEN state ELSE 'failed' END,
       CASE WHEN json_valid(payload) THEN payload ELSE json_quote(payload) END,
       created_at, archived, priority, run_at
FROM jobs;

DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;

-- Dropping the table dropped its indexes and triggers: they are made again.
CREATE INDEX idx_jobs_queue ON jobs(queue, state);
CREATE INDEX idx_jobs_archived ON jobs(archived);
CREATE INDEX idx_jobs_next ON jobs(queue, priority DESC, id) WHERE state = 'queued' AND archived = 0;

CREATE TRIGGER jobs_log_insert AFTER INSERT ON jobs
BEGIN
    INSERT INTO job_log(job_id, to_state) VALUES (new.id, new.state);
END;

CREATE TRIGGER jobs_log_update AFTER UPDATE OF state ON jobs
WHEN old.state IS NOT new.state
BEGIN
    INSERT INTO job_log(job_id, from_state, to_state) VALUES (new.id, old.state, new.state);
END;
