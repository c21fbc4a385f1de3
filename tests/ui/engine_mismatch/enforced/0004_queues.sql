CREATE TABLE new_queues (id INTEGER PRIMARY KEY, name TEXT UNIQUE, place INTEGER DEFAULT 0);
INSERT INTO new_queues (id, name) SELECT id, name FROM queues;
DROP TABLE queues;
ALTER TABLE new_queues RENAME TO queues;
