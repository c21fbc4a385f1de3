DROP VIEW waiting;
CREATE TABLE new_jobs(
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL REFERENCES queues(id),
  state TEXT NOT NULL DEFAULT 'new',
  note TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_jobs(id, queue, state, note, tries) SELECT id, queue, state, coalesce(note, ''), tries FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE VIEW waiting AS SELECT id, queue FROM jobs WHERE state = 'new';
