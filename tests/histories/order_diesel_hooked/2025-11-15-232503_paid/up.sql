-- onward: hook
CREATE INDEX jobs_paid ON jobs(state);
