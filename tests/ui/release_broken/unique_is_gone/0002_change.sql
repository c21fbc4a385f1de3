CREATE TABLE new_queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_queues SELECT id, name FROM queues;
DROP TABLE queues;
ALTER TABLE new_queues RENAME TO queues;
