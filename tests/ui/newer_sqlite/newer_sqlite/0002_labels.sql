CREATE VIEW labels AS SELECT id, concat(queue, ' ', id) AS label FROM jobs;
ALTER TABLE jobs ALTER COLUMN queue DROP NOT NULL;
