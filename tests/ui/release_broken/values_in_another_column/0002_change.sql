DROP VIEW waiting;
CREATE TABLE new_jobs(
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL REFERENCES queues(id),
  note TEXT,
  state TEXT NOT NULL DEFAULT 'new',
  tries INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_jobs(id, queue, note, state, tries) SELECT id, queue, note, state, tries FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE VIEW waiting AS SELECT id, queue FROM jobs WHERE state = 'new';
