UPDATE jobs SET state = "queued" WHERE state = 'failed';
CREATE INDEX jobs_by_state ON jobs("stat");
