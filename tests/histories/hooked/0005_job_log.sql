-- Every change of state leaves a line.
CREATE TABLE job_log (
    job_id     INTEGER NOT NULL,
    from_state TEXT,
    to_state   TEXT NOT NULL,
    at         TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TRIGGER jobs_log_insert AFTER INSERT ON jobs
BEGIN
    INSERT INTO job_log(job_id, to_state) VALUES (new.id, new.state);
END;

CREATE TRIGGER jobs_log_update AFTER UPDATE OF state ON jobs
WHEN old.state IS NOT new.state
BEGIN
    INSERT INTO job_log(job_id, from_state, to_state) VALUES (new.id, old.state, new.state);
END;
