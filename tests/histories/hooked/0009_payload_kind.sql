-- onward: hook
-- Jobs are looked up by what they are about.
CREATE INDEX idx_jobs_kind ON jobs(json_extract(payload, '$.kind')) WHERE archived = 0;
