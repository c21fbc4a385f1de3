-- Takes its time on a large table, during which the service says that it is migrating.
ALTER TABLE jobs ADD COLUMN digest TEXT NOT NULL DEFAULT '';
UPDATE jobs SET digest = hex(payload);
CREATE INDEX jobs_by_digest ON jobs(digest);
