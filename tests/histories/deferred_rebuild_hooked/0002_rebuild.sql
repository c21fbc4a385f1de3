-- onward: hook
-- onward: foreign_keys(on)

CREATE TABLE queues_new (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO queues_new (id, name) SELECT id, name FROM queues;
DROP TABLE queues;
ALTER TABLE queues_new RENAME TO queues;
