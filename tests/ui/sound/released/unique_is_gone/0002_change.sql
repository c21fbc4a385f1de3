CREATE INDEX queues_by_name ON queues(name);
