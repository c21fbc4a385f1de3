DELETE FROM jobs WHERE tries >= 10;
DROP VIEW waiting;
CREATE TABLE new_jobs(
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL REFERENCES queues(id),
  state TEXT NOT NULL DEFAULT 'new',
  note TEXT,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries < 10)
);
INSERT INTO new_jobs(id, queue, state, note, tries) SELECT id, queue, state, note, tries FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE VIEW waiting AS SELECT id, queue FROM jobs WHERE state = 'new';
