-- Queues get a table of their own, with the two that every installation has.
CREATE TABLE queues (
    name        TEXT PRIMARY KEY,
    concurrency INTEGER NOT NULL DEFAULT 1 CHECK (concurrency > 0)
) STRICT, WITHOUT ROWID;

INSERT INTO queues(name, concurrency) VALUES
    ('default', 4),
    ('mail', 1);

-- Queues that are in use already keep working.
INSERT OR IGNORE INTO queues(name) SELECT DISTINCT queue FROM jobs;
