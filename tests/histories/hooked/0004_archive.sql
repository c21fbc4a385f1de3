-- Done jobs are archived rather than deleted. Column and index come together, in this order.
ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS idx_jobs_archived ON jobs(archived);
