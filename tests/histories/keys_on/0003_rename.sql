UPDATE queues SET name = upper(name) WHERE name = 'mail';
UPDATE jobs SET queue = upper(queue) WHERE queue = 'mail';
