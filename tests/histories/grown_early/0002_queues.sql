-- onward: hook
ALTER TABLE jobs ADD COLUMN queue TEXT NOT NULL DEFAULT 'main';
ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
CREATE VIEW open_jobs AS SELECT * FROM jobs WHERE state <> 'done';
PRAGMA user_version = 2;
