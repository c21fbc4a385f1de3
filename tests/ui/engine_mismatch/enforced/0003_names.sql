INSERT OR REPLACE INTO queues (id, name) SELECT id, lower(name) FROM queues;
