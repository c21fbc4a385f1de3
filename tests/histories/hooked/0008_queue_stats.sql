-- What the dashboard shows.
CREATE VIEW queue_stats AS
SELECT queues.name                            AS queue,
       count(jobs.id)                         AS jobs,
       coalesce(sum(jobs.state = 'queued'), 0) AS queued,
       coalesce(sum(jobs.state = 'failed'), 0) AS failed
FROM queues
LEFT JOIN jobs ON jobs.queue = queues.name AND jobs.archived = 0
GROUP BY queues.name;
