SELECT id
FROM jobs
WHERE quue = 'mail'
