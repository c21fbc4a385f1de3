CREATE TABLE new_queues (
    id INT PRIMARY KEY,
    name TEXT
);
INSERT INTO new_queues (id) SELECT id FROM queues;
DROP TABLE queues;
ALTER TABLE new_queues RENAME TO queues;
