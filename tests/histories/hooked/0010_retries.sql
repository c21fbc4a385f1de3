ALTER TABLE queues ADD COLUMN max_attempts INTEGER NOT NULL DEFAULT 3 CHECK (max_attempts > 0);

-- Mail servers are often away for longer.
UPDATE queues SET max_attempts = 10 WHERE name = 'mail';

ALTER TABLE attempts RENAME COLUMN error TO failure;
