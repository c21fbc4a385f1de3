ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN run_at TEXT;

-- A worker asks for what is queued, most urgent first; the index holds nothing else.
CREATE INDEX idx_jobs_next ON jobs(queue, priority DESC, id) WHERE state = 'queued' AND archived = 0;
