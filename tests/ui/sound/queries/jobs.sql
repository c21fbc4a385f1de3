-- The jobs of a queue.
SELECT id
FROM jobs
WHERE queue = :queue
ORDER BY id;
