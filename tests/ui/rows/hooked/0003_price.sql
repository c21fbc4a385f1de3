-- onward: hook
ALTER TABLE jobs ADD COLUMN archived BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE jobs ADD COLUMN price STRING;
ALTER TABLE jobs ADD COLUMN digest BLOB;

CREATE VIEW queue_stats AS
SELECT queues.name AS queue, count(jobs.id) AS jobs, max(jobs.started) AS latest
FROM queues LEFT JOIN jobs ON jobs.queue = queues.name
GROUP BY queues.name;
