-- onward: hook
ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX idx_jobs_archived ON jobs(archived);
