DROP VIEW open_jobs;
CREATE TABLE new_jobs (
    id INTEGER PRIMARY KEY,
    queue INTEGER,
    zip INTEGER,
    due TEXT
);
INSERT INTO new_jobs (id, queue, zip) SELECT id, queue, zip FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
