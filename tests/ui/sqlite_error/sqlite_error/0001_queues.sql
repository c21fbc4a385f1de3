CREATE TABLE queues (
    name        TEXT PRIMARY KEY,
    concurrency INTEGER NOT NULL CHECK (concurrency > 0)
);

INSERT INTO queues(name, concurrency) VALUES ('default', 4), ('mail', 0);
INSERT INTO queues VALUES ('slow', 1, 'nightly');
