CREATE INDEX jobs_by_state ON jobs(state, priority);
DELETE FROM jobs WHERE worker IS NULL;
